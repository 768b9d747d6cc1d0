// Comments, public and internal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bug, doc, refused, v2, v3 } from './site.mjs';

test('added, edited, listed, deleted', async () => {
  const { key: issueIdOrKey } = await bug();
  const first = await v3.issueComments.addComment({ issueIdOrKey, comment: doc('First') });
  const second = await v3.issueComments.addComment({ issueIdOrKey, comment: doc('Second') });
  assert.deepEqual(first.body, doc('First'));
  await v3.issueComments.updateComment({ issueIdOrKey, id: first.id, body: doc('Edited') });
  assert.deepEqual((await v3.issueComments.getComment({ issueIdOrKey, id: first.id })).body, doc('Edited'));
  const page = await v3.issueComments.getComments({ issueIdOrKey, orderBy: '-created', maxResults: 1, expand: 'renderedBody' });
  assert.deepEqual([page.total, page.comments[0].id], [2, second.id]);
  assert.ok(page.comments[0].renderedBody.includes('Second'));
  const byIds = await v3.issueComments.getCommentsByIds({ ids: [Number(first.id), Number(second.id)], expand: 'properties' });
  assert.equal(byIds.values.length, 2);
  await v3.issueComments.deleteComment({ issueIdOrKey, id: second.id });
  await refused(v3.issueComments.getComment({ issueIdOrKey, id: second.id }), 404);
  assert.equal((await v2.issueComments.getComments({ issueIdOrKey })).comments[0].body, 'Edited');
});

test('a property makes a comment internal; a restriction does not', async () => {
  const { key: issueIdOrKey } = await bug({ project: { key: 'SUP' }, issuetype: { name: 'Incident' } });
  const add = (more) => v3.issueComments.addComment({ issueIdOrKey, comment: doc('Hush'), ...more });
  const note = await add({ properties: [{ key: 'sd.public.comment', value: { internal: true } }] });
  assert.equal(note.jsdPublic, false);
  assert.equal((await add({ visibility: { type: 'role', value: 'Administrators' } })).jsdPublic, true);
  const { keys } = await v3.issueCommentProperties.getCommentPropertyKeys({ commentId: note.id });
  assert.equal(keys[0].key, 'sd.public.comment');
  const property = await v3.issueCommentProperties.getCommentProperty({ commentId: note.id, propertyKey: 'sd.public.comment' });
  assert.deepEqual(property.value, { internal: true });
});

test('a document that is none is refused', async () => {
  const { key: issueIdOrKey } = await bug();
  const broken = { version: 1, type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: '' }] }] };
  const said = await refused(v3.issueComments.addComment({ issueIdOrKey, comment: broken }), 400);
  assert.deepEqual(said, { errorMessages: [], errors: { comment: 'Comment body is not valid!' } });
});
