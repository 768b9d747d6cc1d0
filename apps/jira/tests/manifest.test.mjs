// The checks of manifest.mjs find what they are for.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { problems } from './manifest.mjs';

const URL_OF_A_SERVER = 'https://entente.acme.example';
const manifest = await readFile(new URL('../manifest.yml', import.meta.url), 'utf8');

test('the manifest is in order', async () => {
  assert.deepEqual(await problems(manifest, URL_OF_A_SERVER), []);
});

for (const [word, other, url, words] of [
  ['avi:jira:commented:issue', 'avi:jira:commentd:issue', URL_OF_A_SERVER, 'there is no such event'],
  ['- read:jira-work', '', URL_OF_A_SERVER, 'needs the scope read:jira-work'],
  ['- read:app-user-token', '', URL_OF_A_SERVER, 'scope read:app-user-token is missing'],
  ['- read:jira-user', '- read:jira-user\n    - write:jira-work', URL_OF_A_SERVER, 'asked for and never used'],
  ['', '', 'http://entente.acme.example', 'no public https address'],
  ['', '', 'https://192.168.0.7', 'no public https address'],
  ['', '', 'https://localhost', 'no public https address'],
  ['', '', 'https://acme.example/entente', 'without a path'],
]) {
  test(`it is not in order with ${other || `without ${word || url}`}`, async () => {
    const said = await problems(manifest.replace(word, other), url);
    assert.ok(said.some((problem) => problem.includes(words)), JSON.stringify(said));
  });
}
