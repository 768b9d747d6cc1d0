// Files: versions, links, bytes, and the older attachments.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { start } from '../sandbox.mjs';
import { connect, id, refusal } from './connection.mjs';

const sandbox = await start();
after(() => sandbox.stop());
const connection = await connect(sandbox.salesforce);
const case_ = id(await connection.sobject('Case').create({ Subject: 'with files' }));
const text = 'line\n\u00e4';
const download = async (object, record, field) => {
  const url = `${connection.instanceUrl}/services/data/v64.0/sobjects/${object}/${record}/${field}`;
  return fetch(url, { headers: { authorization: `Bearer ${connection.accessToken}` } });
};
const first = id(await connection.sobject('ContentVersion').create({ Title: 'log', PathOnClient: 'log.txt', VersionData: Buffer.from(text).toString('base64'), FirstPublishLocationId: case_ }));
const version = await connection.retrieve('ContentVersion', first);

test('a version as JSON', async () => {
  assert.deepEqual([version.FileExtension, version.FileType, version.ContentSize, version.IsLatest], ['txt', 'TEXT', Buffer.byteLength(text), true]);
  assert.equal(version.Checksum, createHash('md5').update(text).digest('hex'));
  assert.equal(version.VersionData, `/services/data/v64.0/sobjects/ContentVersion/${first}/VersionData`);
  const answer = await download('ContentVersion', first, 'VersionData');
  assert.deepEqual([answer.status, await answer.text()], [200, text]);
});

test('a version as multipart, the second of its document', async () => {
  const body = ['--b0undary', 'Content-Disposition: form-data; name="entity_content";', 'Content-Type: application/json', '',
    JSON.stringify({ PathOnClient: 'log.txt', ContentDocumentId: version.ContentDocumentId, ReasonForChange: 'longer' }), '--b0undary',
    'Content-Type: application/octet-stream', 'Content-Disposition: form-data; name="VersionData"; filename="log.txt"', '', `${text}more`, '--b0undary--'].join('\r\n');
  const made = await connection.request({ method: 'POST', url: '/sobjects/ContentVersion', body, headers: { 'content-type': 'multipart/form-data; boundary="b0undary"' } });
  const document = await connection.retrieve('ContentDocument', version.ContentDocumentId);
  assert.deepEqual([document.LatestPublishedVersionId, document.ContentSize], [id(made), Buffer.byteLength(`${text}more`)]);
  assert.equal(await (await download('ContentVersion', made.id, 'VersionData')).text(), `${text}more`);
});

test('links', async () => {
  const links = (await connection.query(`SELECT Id, ContentDocumentId, ShareType, Visibility, ContentDocument.Title, ContentDocument.LatestPublishedVersionId FROM ContentDocumentLink WHERE LinkedEntityId = '${case_}'`)).records;
  assert.deepEqual(links.map((link) => [link.ContentDocumentId, link.ContentDocument.Title]), [[version.ContentDocumentId, 'log']]);
  const account = id(await connection.sobject('Account').create({ Name: 'Also' }));
  const link = { ContentDocumentId: version.ContentDocumentId, LinkedEntityId: account, ShareType: 'V', Visibility: 'AllUsers' };
  const made = id(await connection.sobject('ContentDocumentLink').create(link));
  assert.equal((await refusal(connection.sobject('ContentDocumentLink').create(link))).errorCode, 'DUPLICATE_VALUE');
  id(await connection.sobject('ContentDocumentLink').destroy(made));
  const error = await refusal(connection.query('SELECT Id FROM ContentDocumentLink'));
  assert.match(error.message, /Implementation restriction: ContentDocumentLink requires a filter by a single Id/);
});

test('a document goes with all its versions', async () => {
  const made = id(await connection.sobject('ContentVersion').create({ Title: 'x', PathOnClient: 'x.bin', VersionData: 'AAEC' }));
  const { ContentDocumentId } = await connection.retrieve('ContentVersion', made);
  id(await connection.sobject('ContentDocument').destroy(ContentDocumentId));
  assert.equal((await download('ContentVersion', made, 'VersionData')).status, 404);
});

test('an attachment', async () => {
  const made = id(await connection.sobject('Attachment').create({ ParentId: case_, Name: 'a.bin', ContentType: 'application/x-a', Body: 'AAEC' }));
  const { BodyLength, Body } = await connection.retrieve('Attachment', made);
  assert.deepEqual([BodyLength, Body], [3, `/services/data/v64.0/sobjects/Attachment/${made}/Body`]);
  const bytes = new Uint8Array(await (await download('Attachment', made, 'Body')).arrayBuffer());
  assert.deepEqual([...bytes], [0, 1, 2]);
  const pieces = [];
  for await (const piece of connection.sobject('Attachment').record(made).blob('Body')) pieces.push(piece);
  assert.deepEqual([...Buffer.concat(pieces)], [0, 1, 2]);
});
