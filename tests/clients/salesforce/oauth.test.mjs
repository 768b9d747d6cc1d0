// Every way in that jsforce knows, and every way out.

import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { after, test } from 'node:test';
import { Connection, OAuth2 } from 'jsforce';
import { start } from '../sandbox.mjs';
import { connect, refusal } from './connection.mjs';

const sandbox = await start();
after(() => sandbox.stop());
const { url, client_id: clientId, client_secret: clientSecret, username, password, security_token: token } = sandbox.salesforce;
const redirectUri = 'https://app.example/callback';
const oauth2 = { loginUrl: url, clientId, clientSecret, redirectUri };
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Lets the browser's part of the web server flow happen. */
async function code(flow, params) {
  const answer = await fetch(flow.getAuthorizationUrl(params), { redirect: 'manual' });
  return new URL(answer.headers.get('location')).searchParams;
}

test('client credentials', async () => {
  const connection = await connect(sandbox.salesforce);
  assert.equal((await connection.identity()).username, username);
  assert.equal(connection.instanceUrl, url);
});

test('client credentials with a wrong secret, or a scope', async () => {
  const wrong = await refusal(connect({ ...sandbox.salesforce, client_secret: 'wrong' }));
  assert.deepEqual([wrong.name, wrong.message], ['invalid_client', 'invalid client credentials']);
  const flow = new OAuth2(oauth2);
  const scoped = await refusal(flow.requestToken({ grant_type: 'client_credentials', scope: 'api' }));
  assert.deepEqual([scoped.name, scoped.message], ['invalid_request', 'scope parameter not supported']);
  const unknown = await refusal(flow.requestToken({ grant_type: 'device' }));
  assert.equal(unknown.name, 'unsupported_grant_type');
});

test('user name and password', async () => {
  const connection = new Connection({ oauth2, loginUrl: url });
  const user = await connection.login(username, password + token);
  assert.equal(user.organizationId, (await connection.identity()).organization_id);
  const wrong = await refusal(new Connection({ oauth2, loginUrl: url }).login(username, 'wrong'));
  assert.deepEqual([wrong.name, wrong.message], ['invalid_grant', 'authentication failure']);
});

test('a signed assertion', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await sandbox.salesforce.control('oauth', { jwt_public_key: publicKey.export({ type: 'spki', format: 'pem' }) });
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: clientId, sub: username, aud: 'https://login.salesforce.com', exp: Math.floor(Date.now() / 1000) + 180 };
  const text = `${part({ alg: 'RS256' })}.${part(claims)}`;
  const signature = createSign('RSA-SHA256').update(text).sign(privateKey).toString('base64url');
  const connection = new Connection({ loginUrl: url, instanceUrl: url, oauth2: { loginUrl: url } });
  await connection.authorize({ grant_type: JWT_BEARER, assertion: `${text}.${signature}` });
  assert.equal((await connection.identity()).username, username);
  const forged = await refusal(connection.authorize({ grant_type: JWT_BEARER, assertion: `${text}.AAAA` }));
  assert.equal(forged.name, 'invalid_grant');
});

test('the web server flow, with a proof key, and a refresh token that rotates', async () => {
  await sandbox.salesforce.control('oauth', { rotate_refresh_tokens: true });
  const flow = new OAuth2({ ...oauth2, useVerifier: true });
  const answered = await code(flow, { scope: 'api refresh_token', state: 'here' });
  assert.equal(answered.get('state'), 'here');
  const connection = new Connection({ oauth2: flow });
  await connection.authorize(answered.get('code'));
  const first = connection.refreshToken;
  const second = await connection.oauth2.refreshToken(first);
  assert.notEqual(second.refresh_token, first);
  const again = await refusal(connection.oauth2.refreshToken(first));
  assert.deepEqual([again.name, again.message], ['invalid_grant', 'expired access/refresh token']);
  const used = await refusal(flow.requestToken(answered.get('code')));
  assert.equal(used.name, 'invalid_grant');
  await sandbox.salesforce.control('oauth', { rotate_refresh_tokens: false });
});

test('an expired session is renewed by the refresh token, once for all calls', async () => {
  const connection = new Connection({ version: '64.0', oauth2 });
  await connection.authorize((await code(connection.oauth2)).get('code'));
  const before = connection.accessToken;
  await sandbox.salesforce.control('sessions/end', {});
  const renewed = [];
  connection.on('refresh', (accessToken) => renewed.push(accessToken));
  await Promise.all([connection.limits(), connection.query('SELECT Id FROM Account LIMIT 1'), connection.recent()]);
  assert.notEqual(connection.accessToken, before);
  assert.ok(renewed.length >= 1);
});

test('an expired session is renewed by user name and password', async () => {
  const connection = new Connection({ version: '64.0', oauth2, loginUrl: url });
  await connection.login(username, password);
  await sandbox.salesforce.control('sessions/end', {});
  assert.equal((await connection.query('SELECT Id FROM Account LIMIT 1')).records.length, 1);
});

test('an expired session without a way back is a refusal', async () => {
  const { accessToken } = await connect(sandbox.salesforce);
  const connection = new Connection({ version: '64.0', instanceUrl: url, accessToken });
  await sandbox.salesforce.control('sessions/end', {});
  const error = await refusal(connection.limits());
  assert.deepEqual([error.errorCode, error.message], ['INVALID_SESSION_ID', 'Session expired or invalid']);
});

test('a revoked token opens nothing', async () => {
  const connection = await connect(sandbox.salesforce);
  const { accessToken } = connection;
  await connection.logout();
  const late = new Connection({ version: '64.0', instanceUrl: url, accessToken });
  assert.equal((await refusal(late.limits())).errorCode, 'INVALID_SESSION_ID');
  await refusal(new OAuth2(oauth2).revokeToken('nonsense'));
});

test('a revoked refresh token takes its sessions along', async () => {
  const connection = new Connection({ version: '64.0', oauth2 });
  await connection.authorize((await code(connection.oauth2)).get('code'));
  const { accessToken, refreshToken } = connection;
  await connection.logout(true);
  const late = new Connection({ version: '64.0', instanceUrl: url, accessToken });
  assert.equal((await refusal(late.limits())).errorCode, 'INVALID_SESSION_ID');
  assert.equal((await refusal(connection.oauth2.refreshToken(refreshToken))).name, 'invalid_grant');
});

test('the SOAP login and logout', async () => {
  const connection = new Connection({ version: '64.0', loginUrl: url, logLevel: 'FATAL' });
  const user = await connection.login(username, password + token);
  assert.match(user.id, /^005\w{15}$/);
  assert.equal((await connection.query('SELECT COUNT() FROM Account')).totalSize > 0, true);
  const { accessToken } = connection;
  await connection.logout();
  const late = new Connection({ version: '64.0', instanceUrl: url, accessToken });
  assert.equal((await refusal(late.limits())).errorCode, 'INVALID_SESSION_ID');
  const wrong = await refusal(new Connection({ loginUrl: url, logLevel: 'FATAL' }).login(username, 'wrong'));
  assert.match(wrong.message, /^INVALID_LOGIN: Invalid username, password, security token; or user locked out\.$/);
});
