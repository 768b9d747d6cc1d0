// Being told: webhooks of administrators and of apps.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { Version3Client } from 'jira.js';
import { appConfig, bug, refused, v3 } from './site.mjs';

const heard = [];
let someoneWaits = () => {};
const listener = createServer(async (request, answer) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  heard.push({ headers: request.headers, body: JSON.parse(text) });
  answer.end();
  someoneWaits();
}).listen(0, '127.0.0.1');
after(() => listener.close());
await new Promise((resolve) => listener.once('listening', resolve));
const address = `http://127.0.0.1:${listener.address().port}/`;

/** Waits until an event of this kind came. */
async function hear(webhookEvent) {
  for (;;) {
    const found = heard.find((one) => one.body.webhookEvent === webhookEvent);
    if (found) return found;
    await new Promise((resolve) => { someoneWaits = resolve; });
  }
}

test('an administrator registers one, and it is told', async () => {
  const call = (method, path, data) => v3.sendRequest({ method, url: `/rest/webhooks/1.0/webhook${path}`, data });
  const made = await call('POST', '', { name: 'mine', url: address, events: ['jira:issue_created'], filters: {}, secret: 'quiet' });
  assert.equal(made.isSigned, true);
  const { id } = await bug();
  const told = await hear('jira:issue_created');
  assert.equal(told.body.issue.id, id);
  assert.match(told.headers['x-hub-signature'], /^sha256=[0-9a-f]{64}$/);
  assert.ok((await call('GET', '')).some((hook) => hook.self === made.self));
  await call('DELETE', `/${made.self.split('/').pop()}`);
  assert.deepEqual(await call('GET', ''), []);
});

test('an app registers one, refreshes it, deletes it; others may not', async () => {
  const webhooks = [{ events: ['jira:issue_updated'], jqlFilter: 'project = OPS' }, { events: ['jira:issue_updated'], jqlFilter: 'watchCount > 1' }];
  await refused(v3.webhooks.registerDynamicWebhooks({ url: address, webhooks }), 403);
  const app = new Version3Client(await appConfig());
  const { webhookRegistrationResult } = await app.webhooks.registerDynamicWebhooks({ url: address, webhooks });
  const id = webhookRegistrationResult[0].createdWebhookId;
  assert.match(webhookRegistrationResult[1].errors[0], /watchCount/);
  assert.equal((await app.webhooks.getDynamicWebhooksForApp()).values[0].id, id);
  assert.ok((await app.webhooks.refreshWebhooks({ webhookIds: [id] })).expirationDate);
  const { key } = await bug();
  await v3.issues.editIssue({ issueIdOrKey: key, fields: { summary: 'Told' } });
  assert.deepEqual((await hear('jira:issue_updated')).body.matchedWebhookIds, [id]);
  await app.webhooks.deleteWebhookById({ webhookIds: [id] });
  assert.deepEqual((await app.webhooks.getDynamicWebhooksForApp()).values, []);
});
