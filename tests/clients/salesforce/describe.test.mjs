// What the org says of itself.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start } from '../sandbox.mjs';
import { connect, refusal } from './connection.mjs';

const sandbox = await start();
after(() => sandbox.stop());
const connection = await connect(sandbox.salesforce);

const OBJECTS = [
  'Account', 'Attachment', 'Case', 'CaseComment', 'CaseHistory', 'CaseStatus', 'Contact', 'ContentDocument',
  'ContentDocumentLink', 'ContentVersion', 'Contract', 'EmailMessage', 'Entente_Op__c', 'Event', 'FeedComment', 'FeedItem',
  'Group', 'Idea', 'IdeaComment', 'Lead', 'LeadStatus', 'Note', 'Opportunity', 'OpportunityStage', 'Order', 'Organization',
  'Profile', 'QueueSobject', 'Quote', 'RecordType', 'Solution', 'Task', 'TaskStatus', 'User', 'Vote',
];

test('versions and resources', async () => {
  const versions = await connection.request('/services/data');
  assert.ok(versions.some((one) => one.version === '64.0' && one.url === '/services/data/v64.0' && one.label));
  const resources = await connection.request('/services/data/v64.0');
  for (const name of ['sobjects', 'query', 'queryAll', 'search', 'composite', 'limits', 'recent', 'identity']) {
    assert.ok(resources[name], name);
  }
});

test('limits, and the usage that every answer tells', async () => {
  const limits = await connection.limits();
  assert.ok(limits.DailyApiRequests.Max > limits.DailyApiRequests.Remaining);
  const { used, limit } = connection.limitInfo.apiUsage;
  assert.ok(used > 0 && limit === limits.DailyApiRequests.Max);
});

test('all objects', async () => {
  const { sobjects, encoding, maxBatchSize } = await connection.describeGlobal();
  assert.deepEqual([encoding, maxBatchSize], ['UTF-8', 200]);
  for (const name of OBJECTS) assert.ok(sobjects.some((object) => object.name === name), name);
});

test('each object', async () => {
  for (const name of OBJECTS) {
    const described = await connection.sobject(name).describe();
    assert.equal(described.name, name);
    assert.ok(described.fields.some((field) => field.name === 'Id' && field.type === 'id'), name);
    assert.ok(described.urls.rowTemplate.endsWith(`/sobjects/${name}/{ID}`), name);
    for (const field of described.fields.filter((one) => one.type === 'reference')) assert.ok(field.referenceTo.length, field.name);
  }
});

test('an object that is not there', async () => {
  const error = await refusal(connection.describe('Nonsense__c'));
  assert.deepEqual([error.errorCode, error.message], ['NOT_FOUND', 'The requested resource does not exist']);
});

test('a custom object made at run time, with every type of field', async () => {
  const types = {
    Text__c: { type: 'Text', length: 40, externalId: true, unique: true }, Number__c: { type: 'Number', precision: 10, scale: 2 },
    Flag__c: { type: 'Checkbox' }, Day__c: { type: 'Date' }, Moment__c: { type: 'DateTime' }, Hour__c: { type: 'Time' },
    Money__c: { type: 'Currency' }, Share__c: { type: 'Percent' }, Mail__c: { type: 'Email' }, Phone__c: { type: 'Phone' },
    Page__c: { type: 'Url' }, Long__c: { type: 'LongTextArea', length: 32000 }, Rich__c: { type: 'Html', length: 32000 },
    Area__c: { type: 'TextArea' }, Secret__c: { type: 'EncryptedText', length: 100 }, Place__c: { type: 'Location' },
    Size__c: { type: 'Picklist', restricted: true, picklistValues: ['S', 'M', 'L'] }, Count__c: { type: 'AutoNumber' },
    Tags__c: { type: 'MultiselectPicklist', picklistValues: ['a', 'b', 'c'] },
    Case__c: { type: 'Lookup', referenceTo: 'Case', childRelationshipName: 'Machines' },
    Account__c: { type: 'MasterDetail', referenceTo: 'Account', childRelationshipName: 'Machines' },
  };
  await sandbox.salesforce.control('objects', { object: 'Machine__c', label: 'Machine', fields: Object.entries(types).map(([name, type]) => ({ name, ...type })) });
  const { fields, keyPrefix, custom } = await connection.describe('Machine__c');
  assert.equal(custom, true);
  const described = Object.fromEntries(fields.map((field) => [field.name, field.type]));
  assert.deepEqual(described, { ...described,
    Text__c: 'string', Number__c: 'double', Flag__c: 'boolean', Day__c: 'date', Moment__c: 'datetime', Hour__c: 'time', Money__c: 'currency',
    Share__c: 'percent', Mail__c: 'email', Phone__c: 'phone', Page__c: 'url', Long__c: 'textarea', Rich__c: 'textarea',
    Area__c: 'textarea', Secret__c: 'encryptedstring', Place__c: 'location', Size__c: 'picklist', Count__c: 'string',
    Tags__c: 'multipicklist', Case__c: 'reference', Account__c: 'reference' });
  assert.equal(fields.find((field) => field.name === 'Rich__c').htmlFormatted, true);
  const account = (await connection.query('SELECT Id FROM Account LIMIT 1')).records[0].Id;
  const machine = { Name: 'Press', Text__c: 'M-1', Number__c: 1.5, Flag__c: true, Day__c: '2026-01-02', Moment__c: '2026-01-02T03:04:05Z',
    Hour__c: '13:30:00.000Z', Size__c: 'M', Tags__c: 'a;c', Account__c: account, Place__Latitude__s: 56.15, Place__Longitude__s: 10.2 };
  const made = await connection.sobject('Machine__c').create(machine);
  assert.ok(made.id.startsWith(keyPrefix));
  const read = await connection.sobject('Machine__c').retrieve(made.id);
  assert.deepEqual(read.Place__c, { latitude: 56.15, longitude: 10.2 });
  assert.deepEqual([read.Number__c, read.Hour__c, read.Moment__c, read.Tags__c, read.Count__c],
    [1.5, '13:30:00.000Z', '2026-01-02T03:04:05.000+0000', 'a;c', '00000001']);
  const children = await connection.query(`SELECT Name, (SELECT Name FROM Machines__r) FROM Account WHERE Id = '${account}'`);
  assert.equal(children.records[0].Machines__r.records[0].Name, 'Press');
});

test('an object is described anew only when it changed', async () => {
  const late = { 'If-Modified-Since': new Date(Date.now() + 60_000).toUTCString() };
  const answer = await fetch(`${connection.instanceUrl}/services/data/v64.0/sobjects/Case/describe`, { headers: { ...late, authorization: `Bearer ${connection.accessToken}` } });
  assert.equal(answer.status, 304);
});
