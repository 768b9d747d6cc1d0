// Every way in that jsforce knows.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Connection } from 'jsforce';
import { start } from '../sandbox.mjs';

const sandbox = await start();
after(() => sandbox.stop());
const { url, client_id: clientId, client_secret: clientSecret } = sandbox.salesforce;

test('client credentials', async () => {
  const connection = new Connection({ loginUrl: url, instanceUrl: url, oauth2: { loginUrl: url, clientId, clientSecret } });
  const user = await connection.authorize({ grant_type: 'client_credentials' });
  assert.match(user.id, /^005\w{15}$/);
  assert.equal((await connection.identity()).username, sandbox.salesforce.username);
});
