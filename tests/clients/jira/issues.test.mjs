// The life of an issue.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bug, doc, refused, v2, v3 } from './site.mjs';

const read = (issueIdOrKey, more = {}) => v3.issues.getIssue({ issueIdOrKey, ...more });

test('created, edited, read, deleted', async () => {
  const { id, key } = await bug({ description: doc('It broke.'), labels: ['a'], priority: { name: 'High' } });
  assert.equal((await read(id)).key, key);
  await v3.issues.editIssue({ issueIdOrKey: key, fields: { summary: 'Better' }, update: { labels: [{ add: 'b' }, { remove: 'a' }] } });
  const edited = await v3.issues.editIssue({ issueIdOrKey: key, returnIssue: true, fields: { description: null } });
  assert.deepEqual([edited.fields.summary, edited.fields.labels, edited.fields.description], ['Better', ['b'], null]);
  const some = await read(key, { fields: ['summary'], expand: 'names,schema,renderedFields,changelog,transitions,editmeta' });
  assert.deepEqual([Object.keys(some.fields), some.names.summary, some.changelog.total], [['summary'], 'Summary', 2]);
  await v3.issues.deleteIssue({ issueIdOrKey: key, deleteSubtasks: true });
  const gone = await refused(read(key), 404);
  assert.deepEqual(gone.errorMessages, ['Issue does not exist or you do not have permission to see it.']);
});

test('the second version speaks wiki', async () => {
  const { key } = await v2.issues.createIssue({
    fields: { project: { key: 'OPS' }, issuetype: { name: 'Task' }, summary: 'Wiki', description: 'Some *bold* text' },
  });
  assert.equal((await v2.issues.getIssue({ issueIdOrKey: key })).fields.description, 'Some *bold* text');
  assert.equal((await read(key)).fields.description.type, 'doc');
  assert.ok((await v2.issues.getIssue({ issueIdOrKey: key, expand: 'renderedFields' })).renderedFields.description.startsWith('<p>'));
});

test('many at once, and what is wrong with each', async () => {
  const fields = { project: { key: 'OPS' }, issuetype: { name: 'Task' }, summary: 'One of many' };
  const made = await v3.issues.createIssues({ issueUpdates: [{ fields }, { fields: { ...fields, summary: '' } }, { fields }] });
  assert.equal(made.issues.length, 2);
  assert.equal(made.errors[0].failedElementNumber, 1);
  assert.ok(made.errors[0].elementErrors.errors.summary);
  const fetched = await v3.issues.bulkFetchIssues({ issueIdsOrKeys: [...made.issues.map((issue) => issue.key), 'OPS-99999'], fields: ['summary'] });
  assert.deepEqual([fetched.issues.length, fetched.issueErrors.length], [2, 1]);
});

test('a field error names its field, and nothing is written', async () => {
  const said = await refused(bug({ priority: { name: 'Urgent' }, nonsense: 1 }), 400);
  assert.deepEqual(Object.keys(said.errors).sort(), ['nonsense', 'priority']);
});

test('assigned, watched, voted for', async () => {
  const { key } = await bug();
  const { accountId } = await v3.myself.getCurrentUser();
  await v3.issues.assignIssue({ issueIdOrKey: key, accountId });
  assert.equal((await read(key)).fields.assignee.accountId, accountId);
  await v3.issues.assignIssue({ issueIdOrKey: key, accountId: null });
  assert.equal((await read(key)).fields.assignee, null);
  await v3.issueWatchers.removeWatcher({ issueIdOrKey: key, accountId });
  assert.equal((await v3.issueWatchers.getIssueWatchers({ issueIdOrKey: key })).watchCount, 0);
  await v3.issueWatchers.addWatcher({ issueIdOrKey: key, accountId });
  assert.equal((await v3.issueWatchers.getIssueWatchers({ issueIdOrKey: key })).watchers[0].accountId, accountId);
  const { id } = await read(key);
  assert.deepEqual((await v3.issueWatchers.getIsWatchingIssueBulk({ issueIds: [id] })).issuesIsWatching, { [id]: true });
  // One cannot vote for what one reported oneself.
  await refused(v3.issueVotes.addVote({ issueIdOrKey: key }), 404);
  const people = await v3.userSearch.findAssignableUsers({ project: 'OPS', query: '' });
  const other = people.find((person) => person.accountId !== accountId);
  await v3.issues.editIssue({ issueIdOrKey: key, fields: { reporter: { accountId: other.accountId } } });
  await v3.issueVotes.addVote({ issueIdOrKey: key });
  assert.deepEqual([(await v3.issueVotes.getVotes({ issueIdOrKey: key })).votes, (await read(key)).fields.votes.hasVoted], [1, true]);
  await v3.issueVotes.removeVote({ issueIdOrKey: key });
  assert.equal((await v3.issueVotes.getVotes({ issueIdOrKey: key })).votes, 0);
});

test('transitions, with a resolution and a comment', async () => {
  const { key } = await bug();
  const { transitions } = await v3.issues.getTransitions({ issueIdOrKey: key, expand: 'transitions.fields' });
  const done = transitions.find((transition) => transition.to.statusCategory.key === 'done');
  assert.ok(done.fields.resolution);
  await v3.issues.doTransition({
    issueIdOrKey: key,
    transition: { id: done.id },
    fields: { resolution: { name: "Won't Do" } },
    update: { comment: [{ add: { body: doc('No.') } }] },
  });
  const { fields } = await read(key);
  assert.deepEqual([fields.status.name, fields.resolution.name, fields.comment.total], ['Done', "Won't Do", 1]);
  const said = await refused(v3.issues.doTransition({ issueIdOrKey: key, transition: { id: '999' } }), 400);
  assert.match(said.errorMessages[0], /^It seems that you have tried to perform a workflow operation/);
});

test('the history, of one and of many', async () => {
  const { id, key } = await bug();
  const historyMetadata = { type: 'sync', generator: { id: 'a-client', type: 'test' } };
  await v3.issues.editIssue({ issueIdOrKey: key, fields: { summary: 'Changed' }, historyMetadata });
  const log = await v3.issues.getChangeLogs({ issueIdOrKey: key });
  assert.equal(log.values[0].historyMetadata.generator.id, 'a-client');
  const byId = await v3.issues.getChangeLogsByIds({ issueIdOrKey: key, changelogIds: [Number(log.values[0].id)] });
  assert.ok(JSON.stringify(byId).includes('Changed'));
  const bulk = await v3.issues.getBulkChangelogs({ issueIdsOrKeys: [key], fieldIds: ['summary'] });
  assert.equal(bulk.issueChangeLogs[0].issueId, id);
});

test('properties', async () => {
  const { key } = await bug();
  const set = (propertyValue) => v3.issueProperties.setIssueProperty({ issueIdOrKey: key, propertyKey: 'sf.link', propertyValue });
  await set({ id: '500' });
  assert.equal((await v3.issueProperties.getIssueProperty({ issueIdOrKey: key, propertyKey: 'sf.link' })).value.id, '500');
  assert.equal((await v3.issueProperties.getIssuePropertyKeys({ issueIdOrKey: key })).keys.length, 1);
  await refused(set({ text: 'x'.repeat(32_769) }), 400);
  await v3.issueProperties.deleteIssueProperty({ issueIdOrKey: key, propertyKey: 'sf.link' });
  await refused(v3.issueProperties.getIssueProperty({ issueIdOrKey: key, propertyKey: 'sf.link' }), 404);
});

test('links to other places and to other issues', async () => {
  const [{ key }, other] = [await bug(), await bug()];
  const object = { url: 'https://example.com/500', title: 'Case 1' };
  const made = await v3.issueRemoteLinks.createOrUpdateRemoteIssueLink({ issueIdOrKey: key, globalId: 'case=500', object });
  await v3.issueRemoteLinks.createOrUpdateRemoteIssueLink({ issueIdOrKey: key, globalId: 'case=500', object: { ...object, title: 'Case 2' } });
  const remote = await v3.issueRemoteLinks.getRemoteIssueLinks({ issueIdOrKey: key });
  assert.deepEqual([remote.length, remote[0].object.title], [1, 'Case 2']);
  const linkId = String(made.id);
  await v3.issueRemoteLinks.updateRemoteIssueLink({ issueIdOrKey: key, linkId, globalId: 'case=500', object });
  assert.equal((await v3.issueRemoteLinks.getRemoteIssueLinkById({ issueIdOrKey: key, linkId })).object.title, 'Case 1');
  await v3.issueRemoteLinks.deleteRemoteIssueLinkByGlobalId({ issueIdOrKey: key, globalId: 'case=500' });

  await v3.issueLinks.linkIssues({ type: { name: 'Blocks' }, inwardIssue: { key }, outwardIssue: { key: other.key } });
  const [link] = (await read(key)).fields.issuelinks;
  assert.equal(link.outwardIssue.key, other.key);
  assert.equal((await v3.issueLinks.getIssueLink({ linkId: link.id })).type.name, 'Blocks');
  await v3.issueLinks.deleteIssueLink({ linkId: link.id });
  assert.deepEqual((await read(key)).fields.issuelinks, []);
});

test('work is logged', async () => {
  const { id, key } = await bug();
  const started = '2026-01-31T10:00:00.000+0000';
  const made = await v3.issueWorklogs.addWorklog({ issueIdOrKey: key, started, timeSpentSeconds: 600, comment: doc('Looked') });
  const edited = await v3.issueWorklogs.updateWorklog({ issueIdOrKey: key, id: made.id, timeSpent: '1h' });
  assert.equal(edited.timeSpentSeconds, 3600);
  assert.equal((await v3.issueWorklogs.getIssueWorklog({ issueIdOrKey: key })).total, 1);
  assert.equal((await v3.issueWorklogs.getWorklog({ issueIdOrKey: key, id: made.id })).issueId, id);
  const changed = await v3.issueWorklogs.getIdsOfWorklogsModifiedSince({ since: 0 });
  assert.ok(changed.values.some((row) => row.worklogId === Number(made.id)));
  assert.equal((await v3.issueWorklogs.getWorklogsForIds({ ids: [Number(made.id)] }))[0].id, made.id);
  await v3.issueWorklogs.deleteWorklog({ issueIdOrKey: key, id: made.id });
  const deleted = await v3.issueWorklogs.getIdsOfWorklogsDeletedSince({ since: 0 });
  assert.ok(deleted.values.some((row) => row.worklogId === Number(made.id)));
});

test('sub-tasks keep their parent', async () => {
  const { key } = await bug();
  await bug({ issuetype: { name: 'Sub-task' }, parent: { key } });
  assert.equal((await read(key)).fields.subtasks.length, 1);
  await refused(v3.issues.deleteIssue({ issueIdOrKey: key }), 400);
  await v3.issues.deleteIssue({ issueIdOrKey: key, deleteSubtasks: true });
});
