// A demo site of its own for a test file, and the clients that call it.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { ServiceDeskClient, Version2Client, Version3Client } from 'jira.js';
import { start } from '../sandbox.mjs';

export const sandbox = await start();
after(() => sandbox.stop());

const { url, email, api_token: apiToken } = sandbox.jira;
export const config = { host: url, authentication: { basic: { email, apiToken } } };
export const v3 = new Version3Client(config);
export const v2 = new Version2Client(config);
export const desk = new ServiceDeskClient(config);

/** How an app signs in that administrators gave credentials: with a token, behind the gateway. */
export async function appConfig() {
  const credentials = { client_id: 'sandbox-client', client_secret: 'sandbox-secret' };
  const body = JSON.stringify({ grant_type: 'client_credentials', ...credentials });
  const headers = { 'content-type': 'application/json' };
  const { access_token: accessToken } = await (await fetch(`${url}/oauth/token`, { method: 'POST', headers, body })).json();
  const { cloudId } = await (await fetch(`${url}/_edge/tenant_info`)).json();
  return { host: `${url}/ex/jira/${cloudId}`, authentication: { oauth2: { accessToken } } };
}

/** A document of one paragraph. */
export const doc = (text) => ({ version: 1, type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });

/** A new Bug in OPS. */
export const bug = async (fields = {}) =>
  v3.issues.createIssue({ fields: { project: { key: 'OPS' }, issuetype: { name: 'Bug' }, summary: 'A bug', ...fields } });

/** Expects the site to refuse a call, and returns its body. */
export async function refused(call, status) {
  const error = await call.then(
    (answer) => assert.fail(`answered ${JSON.stringify(answer)}`),
    (error) => error,
  );
  assert.equal(error.status ?? error.response?.status, status, error.stack);
  return error.response?.data ?? error.response;
}
