// Records one by one and many at once.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start } from '../sandbox.mjs';
import { connect, id, refusal } from './connection.mjs';

const sandbox = await start();
after(() => sandbox.stop());
const connection = await connect(sandbox.salesforce);
const KEY = 'Jira_Reference__c';

test('create, retrieve, update, delete', async () => {
  const cases = connection.sobject('Case');
  const one = id(await cases.create({ Subject: 'Pump', Description: ' leaks\r\nbadly ' }));
  const read = await cases.retrieve(one);
  assert.deepEqual([read.Subject, read.Status, read.attributes.type], ['Pump', 'New', 'Case']);
  assert.equal(id(await cases.update({ Id: one, Subject: 'Pump 2', Description: null })), one);
  const some = await connection.retrieve('Case', one, { fields: ['Subject', 'Description'] });
  assert.deepEqual(Object.keys(some), ['attributes', 'Subject', 'Description', 'Id'].filter((name) => name in some));
  assert.deepEqual([some.Subject, some.Description], ['Pump 2', null]);
  assert.equal(id(await cases.record(one).update({ Priority: 'Low' })), one);
  assert.equal(id(await cases.destroy(one)), one);
  assert.equal((await refusal(cases.retrieve(one))).errorCode, 'ENTITY_IS_DELETED');
  assert.equal((await refusal(cases.update({ Id: one, Subject: 'x' }))).errorCode, 'ENTITY_IS_DELETED');
});

test('ids of 15 and 18 letters', async () => {
  const one = id(await connection.sobject('Account').create({ Name: 'Short' }));
  assert.equal(one.length, 18);
  assert.equal((await connection.retrieve('Account', one.slice(0, 15))).Id, one);
});

test('upsert by an external id: made, changed, unclear', async () => {
  const cases = connection.sobject('Case');
  const made = await cases.upsert({ [KEY]: 'OPS-1', Subject: 'one' }, KEY);
  assert.equal(made.created, true);
  const changed = await cases.upsert({ [KEY]: 'OPS-1', Subject: 'two' }, KEY);
  assert.deepEqual([changed.id, changed.created], [made.id, false]);
  await cases.create({ [KEY]: 'OPS-1' });
  const unclear = await refusal(cases.upsert({ [KEY]: 'OPS-1', Subject: 'three' }, KEY));
  assert.equal(unclear.errorCode, 'MULTIPLE_CHOICES');
  assert.equal(unclear.data.length, 2);
  assert.ok(unclear.data[0].startsWith('/services/data/v64.0/sobjects/Case/500'));
  const absent = await refusal(connection.requestPatch(`/sobjects/Case/${KEY}/NONE-1?updateOnly=true`, { Subject: 'x' }));
  assert.equal(absent.errorCode, 'NOT_FOUND');
  const no = await refusal(cases.upsert({ Nonsense__c: 'x' }, 'Nonsense__c'));
  assert.equal(no.errorCode, 'NOT_FOUND');
});

test('a unique key belongs to one record', async () => {
  const cases = connection.sobject('Case');
  const first = id(await cases.create({ Entente_Key__c: 'k1' }));
  const error = await refusal(cases.create({ Entente_Key__c: 'k1' }));
  assert.deepEqual([error.errorCode, error.message], ['DUPLICATE_VALUE', `duplicate value found: Entente_Key__c duplicates value on record with id: ${first}`]);
});

test('a record by its external id, and its relatives', async () => {
  const account = id(await connection.sobject('Account').upsert({ [KEY]: 'A 1 ä', Name: 'Key' }, KEY));
  assert.equal((await connection.request(`/sobjects/Account/${KEY}/${encodeURIComponent('A 1 ä')}`)).Id, account);
  const contact = id(await connection.sobject('Contact').create({ LastName: 'Kin', Account: { [KEY]: 'A 1 ä' } }));
  assert.equal((await connection.request(`/sobjects/Contact/${contact}/Account?fields=Name`)).Name, 'Key');
  assert.equal((await connection.request(`/sobjects/Account/${account}/Contacts`)).records[0].Id, contact);
  const lonely = id(await connection.sobject('Contact').create({ LastName: 'Lone' }));
  assert.equal((await refusal(connection.request(`/sobjects/Contact/${lonely}/Account`))).errorCode, 'NOT_FOUND');
});

test('many: create, retrieve, update, upsert, delete, with failures among them', async () => {
  const contacts = connection.sobject('Contact');
  const made = await contacts.create([{ LastName: 'A' }, { FirstName: 'no last name' }, { LastName: 'C' }]);
  assert.deepEqual(made.map((one) => one.success), [true, false, true]);
  assert.equal(made[1].errors[0].statusCode, 'REQUIRED_FIELD_MISSING');
  const ids = [made[0].id, made[2].id];
  assert.deepEqual((await contacts.retrieve(ids, { fields: ['LastName'] })).map((one) => one.LastName), ['A', 'C']);
  const changed = await contacts.update(ids.map((Id) => ({ Id, Title: 'Dr' })));
  assert.ok(changed.every((one) => one.success));
  const upserted = await contacts.upsert([{ [KEY]: 'U-1', LastName: 'U' }, { [KEY]: 'U-2', LastName: 'V' }], KEY);
  assert.deepEqual(upserted.map((one) => one.created), [true, true]);
  const gone = await contacts.destroy([...ids, '0035g0000000zzzAAA']);
  assert.deepEqual(gone.map((one) => one.success), [true, true, false]);
});

test('many at once or none', async () => {
  const made = await connection.sobject('Contact').create([{ LastName: 'Once' }, {}], { allOrNone: true });
  assert.deepEqual(made.map((one) => one.errors[0].statusCode), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
  assert.equal(await connection.sobject('Contact').count({ LastName: 'Once' }), 0);
});

test('more than one call can take', async () => {
  const made = await connection.sobject('Task').create(Array.from({ length: 450 }, (_, n) => ({ Subject: `t${n}` })), { allowRecursive: true });
  assert.equal(made.filter((one) => one.success).length, 450);
  const found = await connection.sobject('Task').find({ Subject: { $like: 't%' } }, 'Id').execute({ autoFetch: true, maxFetch: 1000 });
  const gone = await connection.sobject('Task').destroy(found.map((one) => one.Id), { allowRecursive: true });
  assert.ok(gone.length >= 450 && gone.every((one) => one.success));
});

test('update and delete what a query finds', async () => {
  await connection.sobject('Lead').create([{ LastName: 'Q1', Company: 'Query' }, { LastName: 'Q2', Company: 'Query' }]);
  const changed = await connection.sobject('Lead').find({ Company: 'Query' }).update({ Rating: 'Hot' }, { allowBulk: false });
  assert.equal(changed.filter((one) => one.success).length, 2);
  const gone = await connection.sobject('Lead').find({ Company: 'Query' }).destroy({ allowBulk: false });
  assert.equal(gone.length, 2);
});

test('every object the org offers can be written', async () => {
  const account = id(await connection.sobject('Account').create({ Name: 'Host' }));
  const case_ = id(await connection.sobject('Case').create({ Subject: 'Host', AccountId: account }));
  const opportunity = id(await connection.sobject('Opportunity').create({ Name: 'Deal', StageName: 'Prospecting', CloseDate: '2027-01-31', AccountId: account }));
  const idea = id(await connection.sobject('Idea').create({ Title: 'Blue pumps' }));
  const rows = {
    CaseComment: { ParentId: case_, CommentBody: 'a', IsPublished: false },
    FeedItem: { ParentId: case_, Body: 'post' },
    EmailMessage: { ParentId: case_, Subject: 'Re', TextBody: 'body', FromAddress: 'a@b.example', ToAddress: 'c@d.example', Incoming: true, Status: '0' },
    Task: { Subject: 'Call', WhatId: opportunity, ActivityDate: '2027-01-01' },
    Event: { Subject: 'Visit', DurationInMinutes: 60, ActivityDateTime: '2027-01-01T10:00:00Z' },
    Order: { AccountId: account, EffectiveDate: '2027-01-01', Status: 'Draft' },
    Contract: { AccountId: account, Status: 'Draft', StartDate: '2027-01-01', ContractTerm: 12 },
    Quote: { Name: 'Offer', OpportunityId: opportunity },
    Solution: { SolutionName: 'Turn it off and on', SolutionNote: 'really' },
    IdeaComment: { IdeaId: idea, CommentBody: 'yes' },
    Note: { ParentId: account, Title: 'Note', Body: 'text' },
    Lead: { LastName: 'Hope', Company: 'Hopeful' },
    Entente_Op__c: { Key__c: 'op-1', Target__c: case_ },
  };
  for (const [object, fields] of Object.entries(rows)) {
    const made = id(await connection.sobject(object).create(fields));
    const read = await connection.sobject(object).retrieve(made);
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string' && !/Date/.test(name)) assert.equal(read[name], value, `${object}.${name}`);
    }
  }
  const post = (await connection.sobject('FeedItem').findOne({ ParentId: case_, Type: 'TextPost' }, 'Id')).Id;
  id(await connection.sobject('FeedComment').create({ FeedItemId: post, CommentBody: 'reply' }));
});

test('what was changed and deleted since', async () => {
  const [start_, end] = [new Date(Date.now() - 600_000), new Date(Date.now() + 120_000)];
  const one = id(await connection.sobject('Account').create({ Name: 'Fresh' }));
  const updated = await connection.sobject('Account').updated(start_, end);
  assert.ok(updated.ids.includes(one) && updated.latestDateCovered);
  await connection.sobject('Account').destroy(one);
  const deleted = await connection.deleted('Account', start_.toISOString(), end.toISOString());
  assert.ok(deleted.deletedRecords.some((row) => row.id === one && row.deletedDate));
  assert.ok(deleted.earliestDateAvailable && deleted.latestDateCovered);
  const error = await refusal(connection.updated('Account', end, start_));
  assert.equal(error.errorCode, 'INVALID_REPLICATION_DATE');
});

test('recently seen', async () => {
  const one = id(await connection.sobject('Account').create({ Name: 'Seen' }));
  await connection.retrieve('Account', one);
  const all = await connection.recent();
  assert.ok(all.some((row) => row.Id === one && row.attributes.type === 'Account'), JSON.stringify(all));
  assert.ok((await connection.sobject('Account').recent()).some((row) => row.Id === one));
});

test('only if nobody else changed it', async () => {
  const one = id(await connection.sobject('Case').create({ Subject: 'mine' }));
  const change = (when) => connection.request({ method: 'PATCH', url: `/sobjects/Case/${one}`, body: '{"Subject":"x"}',
    headers: { 'content-type': 'application/json', 'If-Unmodified-Since': when.toUTCString() } });
  const error = await refusal(change(new Date(Date.now() - 3_600_000)));
  assert.equal(error.errorCode, 'PRECONDITION_FAILED');
  await change(new Date(Date.now() + 60_000));
});

test('headers that switch rules off', async () => {
  await sandbox.salesforce.control('rules', { duplicates: { object: 'Contact', field: 'Email', alert_only: true } });
  const contact = { LastName: 'Twin', Email: 'twin@acme.example' };
  const first = id(await connection.sobject('Contact').create(contact));
  const error = await refusal(connection.sobject('Contact').create(contact));
  assert.equal(error.errorCode, 'DUPLICATES_DETECTED');
  assert.equal(error.data.duplicateResut.matchResults[0].matchRecords[0].record.Id, first);
  id(await connection.sobject('Contact').create(contact, { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } }));
  await sandbox.salesforce.control('rules', undefined, 'DELETE');
  const queue = (await connection.sobject('Group').findOne({ Type: 'Queue' }, 'Id')).Id;
  await sandbox.salesforce.control('rules', { assignment: { object: 'Case', queue_id: queue } });
  const owner = async (headers) => (await connection.retrieve('Case', id(await connection.sobject('Case').create({ Subject: 'o' }, { headers })))).OwnerId;
  assert.equal(await owner({}), queue);
  assert.notEqual(await owner({ 'Sforce-Auto-Assign': 'FALSE' }), queue);
  await sandbox.salesforce.control('rules', undefined, 'DELETE');
});

test('a busy row, a full day, a page of HTML', async () => {
  const plain = await connect(sandbox.salesforce, { maxRequest: 1 });
  const cases = plain.sobject('Case');
  await sandbox.salesforce.control('faults', { name: 'row_lock', times: 1 });
  assert.equal((await refusal(cases.create({ Subject: 'x' }))).errorCode, 'UNABLE_TO_LOCK_ROW');
  await sandbox.salesforce.control('faults', { name: 'daily_limit', times: 1 });
  assert.equal((await refusal(cases.create({ Subject: 'x' }))).errorCode, 'REQUEST_LIMIT_EXCEEDED');
  await sandbox.salesforce.control('faults', { name: 'html_error', times: 1 });
  const error = await refusal(plain.requestPost('/sobjects/Case', { Subject: 'x' }, { retry: { maxRetries: 0 } }));
  assert.ok(/html/i.test(error.message + error.content), error.message);
});
