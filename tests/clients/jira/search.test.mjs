// Finding issues.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bug, refused, v2, v3 } from './site.mjs';

const jql = 'project = OPS AND labels = searched ORDER BY created ASC';

test('page by page, by token', async () => {
  const keys = [];
  for (let n = 0; n < 5; n += 1) keys.push((await bug({ labels: ['searched'], summary: `Number ${n}` })).key);
  const found = [];
  let nextPageToken;
  do {
    const page = await v3.issueSearch.searchForIssuesUsingJqlEnhancedSearchPost({ jql, maxResults: 2, nextPageToken, fields: ['summary'] });
    found.push(...page.issues.map((issue) => issue.key));
    nextPageToken = page.nextPageToken;
    assert.equal(page.isLast, nextPageToken === undefined);
  } while (nextPageToken);
  assert.deepEqual(found, keys);
  const bare = await v3.issueSearch.searchForIssuesUsingJqlEnhancedSearch({ jql });
  assert.equal(bare.issues[0].fields, undefined);
  const named = await v2.issueSearch.searchForIssuesUsingJqlEnhancedSearch({ jql, fields: ['summary'], expand: 'names' });
  assert.equal(named.names.summary, 'Summary');
  assert.equal((await v3.issueSearch.countIssues({ jql })).count, 5);
});

test('what was just written is found when it is named', async () => {
  const { id } = await bug({ labels: ['fresh'] });
  const page = await v3.issueSearch.searchForIssuesUsingJqlEnhancedSearchPost({ jql: 'labels = fresh', reconcileIssues: [Number(id)] });
  assert.equal(page.issues[0].id, id);
});

test('queries are judged and matched without a search', async () => {
  const { id } = await bug({ labels: ['matched'] });
  const { queries } = await v3.jql.parseJqlQueries({ validation: 'strict', queries: ['project = OPS', 'project = '] });
  assert.equal(queries[0].errors, undefined);
  assert.match(queries[1].errors[0], /^Error in the JQL Query/);
  const { matches } = await v3.issueSearch.matchIssues({ issueIds: [Number(id)], jqls: ['labels = matched', 'labels = other'] });
  assert.deepEqual(matches.map((match) => match.matchedIssues), [[Number(id)], []]);
  const complete = await v3.jql.getAutoComplete();
  assert.ok(complete.visibleFieldNames.some((field) => field.value === 'project'));
});

test('what the vendor no longer does', async () => {
  const said = await refused(v3.issueSearch.searchForIssuesUsingJqlPost({ jql: 'project = OPS' }), 410);
  assert.match(said.errorMessages[0], /search\/jql/);
  await refused(v2.issueSearch.searchForIssuesUsingJql({ jql: 'project = OPS' }), 410);
  const unbounded = await refused(v3.issueSearch.searchForIssuesUsingJqlEnhancedSearch({ jql: 'order by created' }), 400);
  assert.match(unbounded.errorMessages[0], /^Unbounded JQL/);
  await refused(v3.issueSearch.searchForIssuesUsingJqlEnhancedSearch({ jql, nextPageToken: 'nonsense' }), 400);
});

test('the picker suggests', async () => {
  const { key } = await bug({ summary: 'Wombat' });
  const suggested = await v3.issueSearch.getIssuePickerResource({ query: 'Wombat', currentJQL: 'project = OPS' });
  assert.ok(suggested.sections.some((section) => section.issues.some((issue) => issue.key === key)));
});
