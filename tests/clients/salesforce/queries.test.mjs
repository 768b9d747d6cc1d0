// Reading by SOQL and SOSL.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SfDate } from 'jsforce';
import { start } from '../sandbox.mjs';
import { connect, id, refusal } from './connection.mjs';

const sandbox = await start();
after(() => sandbox.stop());
const connection = await connect(sandbox.salesforce);
const rows = async (soql) => (await connection.query(soql)).records;
const account = id(await connection.sobject('Account').create({ Name: "O'Neil & Söhne", Industry: 'Energy' }));
const contact = id(await connection.sobject('Contact').create({ LastName: 'Moss', FirstName: 'Ada', Email: 'ada@moss.example', AccountId: account }));
const mine = [];
for (const [Subject, Priority] of [['Pump one', 'High'], ['Pump two', 'High'], ['50% off_sale', 'Low']]) {
  mine.push(id(await connection.sobject('Case').create({ Subject, Priority, AccountId: account, ContactId: contact, Origin: 'Web' })));
}
await connection.sobject('CaseComment').create({ ParentId: mine[0], CommentBody: 'hello', IsPublished: true });
const OURS = `AccountId = '${account}'`;

test('relationships upwards and downwards', async () => {
  const [one] = await rows(`SELECT Id, Account.Name, Account.Owner.Name, Contact.Account.Industry, (SELECT CommentBody FROM CaseComments) FROM Case WHERE Id = '${mine[0]}'`);
  assert.equal(one.Account.Name, "O'Neil & Söhne");
  assert.equal(one.Contact.Account.Industry, 'Energy');
  assert.equal(one.CaseComments.records[0].CommentBody, 'hello');
  assert.equal(one.attributes.url, `/services/data/v64.0/sobjects/Case/${mine[0]}`);
  const [parent] = await rows(`SELECT Id, (SELECT Id, Subject FROM Cases ORDER BY Subject LIMIT 2), (SELECT Id FROM Opportunities) FROM Account WHERE Id = '${account}'`);
  assert.equal(parent.Cases.totalSize, 2);
  assert.equal(parent.Opportunities, null);
});

test('aggregates', async () => {
  const [sum] = await rows(`SELECT COUNT(Id), MAX(Subject) last FROM Case WHERE ${OURS}`);
  assert.deepEqual([sum.expr0, sum.last], [3, 'Pump two']);
  const groups = await rows(`SELECT Priority, COUNT(Id) n FROM Case WHERE ${OURS} GROUP BY Priority HAVING COUNT(Id) > 1`);
  assert.deepEqual(groups.map(({ Priority, n }) => [Priority, n]), [['High', 2]]);
  assert.equal((await connection.query(`SELECT COUNT() FROM Case WHERE ${OURS}`)).totalSize, 3);
  assert.equal(await connection.sobject('Case').count({ AccountId: account }), 3);
});

test('conditions', async () => {
  const subjects = async (condition) => (await rows(`SELECT Subject FROM Case WHERE ${OURS} AND ${condition} ORDER BY Subject`)).map((row) => row.Subject);
  assert.deepEqual(await subjects("Subject LIKE 'pump%'"), ['Pump one', 'Pump two']);
  assert.deepEqual(await subjects("Subject LIKE '50\\% off\\_%'"), ['50% off_sale']);
  assert.deepEqual(await subjects("Subject IN ('Pump one', 'nothing')"), ['Pump one']);
  assert.deepEqual(await subjects("Subject NOT IN ('Pump one') AND Priority = 'High'"), ['Pump two']);
  assert.deepEqual(await subjects("(Priority = 'Low' OR Subject = 'Pump one')"), ['50% off_sale', 'Pump one']);
  assert.deepEqual(await subjects("NOT (Priority = 'Low')"), ['Pump one', 'Pump two']);
  assert.deepEqual(await subjects("ContactId IN (SELECT Id FROM Contact WHERE Email = 'ADA@moss.example') AND Priority = 'Low'"), ['50% off_sale']);
  assert.deepEqual(await subjects("Account.Name = 'o\\'neil & söhne' AND Subject = 'Pump one'"), ['Pump one']);
  assert.deepEqual(await subjects('Reason = null AND IsClosed = false AND CreatedDate = TODAY').then((all) => all.length), 3);
  assert.deepEqual(await subjects('CreatedDate = LAST_N_DAYS:2 AND SystemModstamp >= 2020-01-01T00:00:00Z').then((all) => all.length), 3);
  assert.deepEqual(await subjects('CreatedDate < LAST_WEEK'), []);
});

test('order, limit, offset', async () => {
  const [second] = await rows(`SELECT Subject FROM Case WHERE ${OURS} ORDER BY Subject DESC NULLS LAST LIMIT 1 OFFSET 1`);
  assert.equal(second.Subject, 'Pump one');
  const error = await refusal(connection.query('SELECT Id FROM Case LIMIT 1 OFFSET 2001'));
  assert.equal(error.errorCode, 'NUMBER_OUTSIDE_VALID_RANGE');
});

test('TYPEOF and owners of two kinds', async () => {
  const task = id(await connection.sobject('Task').create({ Subject: 'Call', WhatId: mine[0], Status: 'Not Started', Priority: 'Normal' }));
  const [row] = await rows(`SELECT TYPEOF What WHEN Case THEN CaseNumber, Subject WHEN Account THEN Name ELSE Name END FROM Task WHERE Id = '${task}'`);
  assert.deepEqual([row.What.attributes.type, row.What.Subject], ['Case', 'Pump one']);
  const [owned] = await rows(`SELECT Owner.Name, Owner.Type FROM Case WHERE Id = '${mine[0]}'`);
  assert.equal(owned.Owner.Type, 'User');
});

test('pages', async () => {
  const first = await connection.query('SELECT Id FROM Case ORDER BY Id', { headers: { 'Sforce-Query-Options': 'batchSize=200' }, autoFetch: false });
  assert.equal(first.totalSize >= first.records.length, true);
  const records = Array.from({ length: 200 }, (_, n) => ({ Name: `Bulk ${n}` }));
  for (let part = 0; part < 2; part += 1) await connection.sobject('Account').create(records, { allowRecursive: true });
  const options = { headers: { 'Sforce-Query-Options': 'batchSize=200' } };
  const page = await connection.query("SELECT Id FROM Account WHERE Name LIKE 'Bulk %'", options);
  assert.deepEqual([page.records.length, page.done, page.totalSize], [200, false, 400]);
  const next = await connection.queryMore(page.nextRecordsUrl, options);
  assert.deepEqual([next.records.length, next.done], [200, true]);
  const all = await connection.query("SELECT Id FROM Account WHERE Name LIKE 'Bulk %'", { ...options, autoFetch: true, maxFetch: 1000 });
  assert.equal(new Set(all.records.map((row) => row.Id)).size, 400);
  const error = await refusal(connection.queryMore('/services/data/v64.0/query/0r8xx0000000000AAA-200'));
  assert.equal(error.errorCode, 'INVALID_QUERY_LOCATOR');
});

test('deleted records', async () => {
  const gone = id(await connection.sobject('Case').create({ Subject: 'gone' }));
  await connection.sobject('Case').destroy(gone);
  const soql = `SELECT Id, IsDeleted FROM Case WHERE Id = '${gone}'`;
  assert.deepEqual(await rows(soql), []);
  const all = await connection.query(soql, { scanAll: true });
  assert.equal(all.records[0].IsDeleted, true);
});

test('the query builder', async () => {
  const found = await connection.sobject('Case')
    .find({ AccountId: account, CreatedDate: { $gte: SfDate.YESTERDAY }, $or: [{ Priority: 'High' }, { Subject: { $like: '50%' } }] }, 'Id, Subject, Account.Name')
    .sort({ Subject: 1 }).limit(5).skip(1);
  assert.deepEqual(found.map((row) => row.Subject), ['Pump one', 'Pump two']);
  const [parent] = await connection.sobject('Account').find({ Id: account }, 'Id').include('Cases').select('Id, Subject').where({ Priority: 'Low' }).end();
  assert.equal(parent.Cases.records[0].Subject, '50% off_sale');
  assert.equal((await connection.sobject('Case').findOne({ Id: mine[1] }, ['Subject'])).Subject, 'Pump two');
});

test('queries that are wrong', async () => {
  const code = async (soql) => (await refusal(connection.query(soql))).errorCode;
  assert.equal(await code('SELECT Foo FROM Case'), 'INVALID_FIELD');
  assert.equal(await code('SELECT Id FROM Nonsense'), 'INVALID_TYPE');
  assert.equal(await code('SELECT Id FROM'), 'MALFORMED_QUERY');
  assert.equal(await code("SELECT Id FROM Case WHERE Subject = 'a' AND Priority = 'High' OR Origin = 'Web'"), 'MALFORMED_QUERY');
  assert.equal(await code("SELECT Id FROM Case WHERE Description = 'x'"), 'INVALID_FIELD');
  assert.match((await refusal(connection.query('SELECT Foo FROM Case'))).message, /ERROR at Row:1:Column:8\nNo such column 'Foo' on entity 'Case'/);
});

test('fields by their kind', async () => {
  const [all] = await rows(`SELECT FIELDS(ALL) FROM Case WHERE Id = '${mine[0]}' LIMIT 1`);
  assert.equal(all.Subject, 'Pump one');
  const [standard] = await rows(`SELECT FIELDS(STANDARD) FROM Account WHERE Id = '${account}'`);
  assert.equal(standard.Name, "O'Neil & Söhne");
});

test('the plan of a query', async () => {
  const { plans } = await connection.sobject('Case').find({ Id: mine[0] }).explain();
  assert.ok(plans.length && plans[0].sobjectType === 'Case' && plans[0].leadingOperationType);
});

test('search', async () => {
  const found = await connection.search('FIND {Pump} IN ALL FIELDS RETURNING Case(Id, Subject WHERE Priority = \'High\' ORDER BY Subject LIMIT 1), Account(Id)');
  assert.deepEqual(found.searchRecords.map((row) => row.Subject), ['Pump one']);
  const byPost = await connection.requestPost('/parameterizedSearch', { q: 'Pump', fields: ['Id'], sobjects: [{ name: 'Case', fields: ['Id', 'Subject'], orderBy: 'Subject', limit: 5 }], in: 'ALL' });
  assert.deepEqual(byPost.searchRecords.map((row) => row.Subject), ['Pump one', 'Pump two']);
  const byGet = await connection.request('/parameterizedSearch?q=Pump&sobject=Case&Case.fields=Id,Subject&Case.limit=1');
  assert.equal(byGet.searchRecords.length, 1);
  const error = await refusal(connection.search('FIND Pump'));
  assert.equal(error.errorCode, 'MALFORMED_SEARCH');
});
