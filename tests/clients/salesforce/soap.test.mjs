// What only the SOAP API does: leads become customers, twins become one, the bin is emptied.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Connection } from 'jsforce';
import { start } from '../sandbox.mjs';
import { connect, id, refusal } from './connection.mjs';

const sandbox = await start();
after(() => sandbox.stop());
const connection = await connect(sandbox.salesforce);
const { soap } = connection;
const leads = connection.sobject('Lead');

test('a lead becomes account, contact and opportunity', async () => {
  const lead = id(await leads.create({ FirstName: 'Ada', LastName: 'Moss', Company: 'Moss & Co', Email: 'ada@moss.example', Phone: '1' }));
  const result = await soap.convertLead({ leadId: lead, convertedStatus: 'Closed - Converted', opportunityName: 'Pumps' });
  assert.deepEqual([result.success, result.leadId], [true, lead]);
  const converted = await leads.retrieve(lead);
  assert.deepEqual([converted.IsConverted, converted.Status], [true, 'Closed - Converted']);
  assert.deepEqual([converted.ConvertedAccountId, converted.ConvertedContactId, converted.ConvertedOpportunityId], [result.accountId, result.contactId, result.opportunityId]);
  assert.equal((await connection.retrieve('Account', result.accountId)).Name, 'Moss & Co');
  const contact = await connection.retrieve('Contact', result.contactId);
  assert.deepEqual([contact.Email, contact.AccountId], ['ada@moss.example', result.accountId]);
  assert.equal((await connection.retrieve('Opportunity', result.opportunityId)).Name, 'Pumps');
  assert.equal((await refusal(leads.update({ Id: lead, Rating: 'Hot' }))).errorCode, 'CANNOT_UPDATE_CONVERTED_LEAD');
});

test('leads that join an account, without a deal, or cannot be converted', async () => {
  const account = id(await connection.sobject('Account').create({ Name: 'There' }));
  const made = await leads.create([{ LastName: 'One', Company: 'x' }, { LastName: 'Two', Company: 'x' }]);
  const [one, two] = await soap.convertLead([
    { leadId: made[0].id, convertedStatus: 'Closed - Converted', accountId: account, doNotCreateOpportunity: true },
    { leadId: made[1].id, convertedStatus: 'Working - Contacted' },
  ]);
  assert.deepEqual([one.success, one.accountId, one.opportunityId], [true, account, null]);
  assert.equal(two.success, false);
  assert.equal([two.errors].flat()[0].statusCode, 'INVALID_STATUS');
});

test('two accounts become one', async () => {
  const accounts = await connection.sobject('Account').create([{ Name: 'Master' }, { Name: 'Loser', Phone: '7' }]);
  const [master, loser] = accounts.map(id);
  const contact = id(await connection.sobject('Contact').create({ LastName: 'Moves', AccountId: loser }));
  const result = await soap.merge({ masterRecord: { type: 'Account', Id: master, Phone: '7' }, recordToMergeIds: [loser] });
  assert.deepEqual([result.success, result.id, result.mergedRecordIds], [true, master, [loser]]);
  assert.ok(result.updatedRelatedIds.includes(contact));
  assert.equal((await connection.retrieve('Account', master)).Phone, '7');
  assert.equal((await connection.retrieve('Contact', contact)).AccountId, master);
  const [gone] = (await connection.query(`SELECT IsDeleted, MasterRecordId FROM Account WHERE Id = '${loser}'`, { scanAll: true })).records;
  assert.deepEqual([gone.IsDeleted, gone.MasterRecordId], [true, master]);
});

test('contacts, leads and cases merge; others do not', async () => {
  const pairs = { Contact: { LastName: 'P' }, Lead: { LastName: 'P', Company: 'P' }, Case: { Subject: 'P' } };
  for (const [type, fields] of Object.entries(pairs)) {
    const [master, loser] = (await connection.sobject(type).create([fields, fields])).map(id);
    assert.equal((await soap.merge({ masterRecord: { type, Id: master }, recordToMergeIds: [loser] })).success, true, type);
  }
  const [a, b] = (await connection.sobject('Opportunity').create(['a', 'b'].map((Name) => ({ Name, StageName: 'Prospecting', CloseDate: '2027-01-01' })))).map(id);
  const result = await soap.merge({ masterRecord: { type: 'Opportunity', Id: a }, recordToMergeIds: [b] }).catch((error) => error);
  assert.ok(result instanceof Error || result.success === false);
});

test('out of the recycle bin, and out of it for good', async () => {
  const one = id(await connection.sobject('Case').create({ Subject: 'bin' }));
  const comment = id(await connection.sobject('CaseComment').create({ ParentId: one, CommentBody: 'x' }));
  await connection.sobject('Case').destroy(one);
  assert.equal((await refusal(connection.retrieve('CaseComment', comment))).errorCode, 'ENTITY_IS_DELETED');
  const [back] = await soap.undelete([one]);
  assert.deepEqual([back.success, back.id], [true, one]);
  assert.equal((await connection.retrieve('Case', one)).Subject, 'bin');
  assert.equal((await connection.retrieve('CaseComment', comment)).CommentBody, 'x');
  await connection.sobject('Case').destroy(one);
  assert.equal((await soap.emptyRecycleBin([one]))[0].success, true);
  assert.equal((await connection.query(`SELECT Id FROM Case WHERE Id = '${one}'`, { scanAll: true })).totalSize, 0);
  assert.equal((await soap.undelete([one]))[0].success, false);
});

test('records by SOAP', async () => {
  const [made] = await soap.create([{ type: 'Account', Name: 'Soap & Sons' }]);
  assert.equal(made.success, true);
  assert.equal((await soap.update({ type: 'Account', Id: made.id, Phone: '1', Fax: null })).success, true);
  const upserted = await soap.upsert('Jira_Reference__c', { type: 'Account', Jira_Reference__c: 'S-1', Name: 'Up' });
  assert.deepEqual([upserted.success, upserted.created], [true, true]);
  assert.equal((await connection.retrieve('Account', made.id)).Name, 'Soap & Sons');
  const [bad] = await soap.create([{ type: 'Contact', FirstName: 'x' }]);
  assert.equal([bad.errors].flat()[0].statusCode, 'REQUIRED_FIELD_MISSING');
  assert.equal((await soap.delete(made.id)).success, true);
  assert.equal((await refusal(connection.retrieve('Account', made.id))).errorCode, 'ENTITY_IS_DELETED');
});

test('who and when', async () => {
  const user = await soap.getUserInfo();
  assert.deepEqual([user.userName, user.organizationId], [sandbox.salesforce.username, connection.userInfo.organizationId]);
  assert.match((await soap.getServerTimestamp()).timestamp, /^\d{4}-\d\d-\d\dT/);
});

test('a session that is over, and a call that is not there', async () => {
  const late = new Connection({ version: '64.0', instanceUrl: connection.instanceUrl, accessToken: 'nonsense' });
  assert.equal((await refusal(late.soap.getUserInfo())).errorCode, 'sf:INVALID_SESSION_ID');
  const error = await refusal(soap.describeTabs());
  assert.match(error.message, /not available for|No operation available/);
});
