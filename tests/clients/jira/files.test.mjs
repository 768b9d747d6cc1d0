// Attachments.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bug, refused, v3 } from './site.mjs';

test('bytes go up and come down as they are', async () => {
  const { key: issueIdOrKey } = await bug();
  const bytes = Buffer.from(Array.from({ length: 2_000 }, (_, at) => at % 256));
  const [file, text] = await v3.issueAttachments.addAttachment({
    issueIdOrKey,
    attachment: [{ filename: 'dump ü.bin', file: bytes }, { filename: 'note.txt', file: 'Hello' }],
  });
  assert.deepEqual([file.filename, file.size, text.mimeType], ['dump ü.bin', 2_000, 'text/plain']);
  for (const redirect of [true, false]) {
    const content = await v3.issueAttachments.getAttachmentContent({ id: file.id, redirect });
    assert.deepEqual(Buffer.from(content), bytes);
  }
  const part = await v3.issueAttachments.getAttachmentContent({ id: file.id, range: 'bytes=10-19' });
  assert.deepEqual(Buffer.from(part), bytes.subarray(10, 20));
  assert.equal((await v3.issueAttachments.getAttachment({ id: file.id })).filename, 'dump ü.bin');
  assert.equal((await v3.issues.getIssue({ issueIdOrKey })).fields.attachment.length, 2);
  await v3.issueAttachments.removeAttachment({ id: file.id });
  await refused(v3.issueAttachments.getAttachment({ id: file.id }), 404);
});

test('a picture has a thumbnail', async () => {
  const { key: issueIdOrKey } = await bug();
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  const [picture] = await v3.issueAttachments.addAttachment({ issueIdOrKey, attachment: { filename: 'dot.png', file: png, mimeType: 'image/png' } });
  assert.equal(picture.thumbnail.includes(`/attachment/thumbnail/${picture.id}`), true);
  assert.ok((await v3.issueAttachments.getAttachmentThumbnail({ id: picture.id, redirect: false })).length > 0);
});

test('the settings say how much is taken', async () => {
  const settings = await v3.issueAttachments.getAttachmentMeta();
  assert.equal(settings.enabled, true);
  assert.ok(settings.uploadLimit > 1_000_000);
});
