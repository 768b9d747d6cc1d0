// Several calls in one.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start } from '../sandbox.mjs';
import { connect, id, refusal } from './connection.mjs';

const sandbox = await start();
after(() => sandbox.stop());
const connection = await connect(sandbox.salesforce);
const V = '/services/data/v64.0';

test('composite, with references', async () => {
  const { compositeResponse } = await connection.requestPost('/composite', { allOrNone: true, collateSubrequests: false, compositeRequest: [
    { method: 'POST', url: `${V}/sobjects/Account`, referenceId: 'acme', body: { Name: 'Acme' } },
    { method: 'POST', url: `${V}/sobjects/Case`, referenceId: 'one', httpHeaders: { 'Sforce-Auto-Assign': 'FALSE' }, body: { Subject: 's', AccountId: '@{acme.id}' } },
    { method: 'GET', url: `${V}/query?q=SELECT+Id,Subject+FROM+Case+WHERE+Id='@{one.id}'`, referenceId: 'found' },
    { method: 'PATCH', url: `${V}/sobjects/Case/@{found.records[0].Id}`, referenceId: 'again', body: { Subject: 't' } },
  ] });
  assert.deepEqual(compositeResponse.map((part) => part.httpStatusCode), [201, 201, 200, 204]);
  assert.ok(compositeResponse[0].httpHeaders.Location);
  assert.equal((await connection.retrieve('Case', compositeResponse[1].body.id)).Subject, 't');
});

test('composite, all or nothing', async () => {
  const { compositeResponse } = await connection.requestPost('/composite', { allOrNone: true, compositeRequest: [
    { method: 'POST', url: `${V}/sobjects/Account`, referenceId: 'a', body: { Name: 'Rolled back' } },
    { method: 'POST', url: `${V}/sobjects/Contact`, referenceId: 'b', body: {} },
  ] });
  assert.deepEqual(compositeResponse.map((part) => [part.httpStatusCode, part.body[0].errorCode]), [[400, 'PROCESSING_HALTED'], [400, 'REQUIRED_FIELD_MISSING']]);
  assert.equal(await connection.sobject('Account').count({ Name: 'Rolled back' }), 0);
});

test('batch', async () => {
  const answer = await connection.requestPost('/composite/batch', { haltOnError: true, batchRequests: [
    { method: 'GET', url: 'v64.0/limits' }, { method: 'GET', url: 'v64.0/sobjects/Case/500000000000000' }, { method: 'GET', url: 'v64.0/limits' },
  ] });
  assert.equal(answer.hasErrors, true);
  assert.deepEqual(answer.results.map((one) => one.statusCode), [200, 404, 412]);
  assert.equal(answer.results[2].result[0].errorCode, 'BATCH_PROCESSING_HALTED');
});

test('tree', async () => {
  const tree = (name, lastName) => ({ records: [{ attributes: { type: 'Account', referenceId: 'r1' }, Name: name,
    Contacts: { records: [{ attributes: { type: 'Contact', referenceId: 'r2' }, LastName: lastName }] } }] });
  const made = await connection.requestPost('/composite/tree/Account', tree('Oak', 'Leaf'));
  assert.deepEqual([made.hasErrors, made.results.map((one) => one.referenceId)], [false, ['r1', 'r2']]);
  const error = await refusal(connection.requestPost('/composite/tree/Account', tree('Elm', '')));
  const { hasErrors, results } = JSON.parse(error.message);
  assert.deepEqual([hasErrors, results[0].referenceId, results[0].errors[0].statusCode], [true, 'r2', 'REQUIRED_FIELD_MISSING']);
  assert.equal(await connection.sobject('Account').count({ Name: 'Elm' }), 0);
});

test('graph', async () => {
  const { graphs } = await connection.requestPost('/composite/graph', { graphs: [{ graphId: 'g', compositeRequest: [
    { method: 'POST', url: `${V}/sobjects/Account`, referenceId: 'a', body: { Name: 'Graph' } },
    { method: 'POST', url: `${V}/sobjects/Contact`, referenceId: 'b', body: { LastName: 'Node', AccountId: '@{a.id}' } },
  ] }] });
  assert.deepEqual([graphs[0].isSuccessful, graphs[0].graphResponse.compositeResponse.length], [true, 2]);
});

test('collections', async () => {
  const records = [{ attributes: { type: 'Account' }, Name: 'Two kinds' }, { attributes: { type: 'Contact' }, LastName: 'Kind' }];
  const made = await connection.requestPost('/composite/sobjects', { allOrNone: true, records });
  assert.ok(made.every((one) => one.success));
  const read = await connection.requestPost('/composite/sobjects/Contact', { ids: [id(made[1]), '0035g0000000zzzAAA'], fields: ['Id', 'LastName'] });
  assert.deepEqual([read[0].LastName, read[1]], ['Kind', null]);
});
