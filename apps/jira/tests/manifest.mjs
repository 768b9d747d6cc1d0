// Whether manifest.yml is what Forge takes: Atlassian's own validator, and what it lets through.
//
//     node tests/manifest.mjs [FILE]
//
// The validator needs no account. It does not know whether an event exists, what an event needs, whether an address is
// public, or which scope a token of the user needs: each of these is looked at here.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** Scopes that calls with a person's token need: see `crates/engine/src/links/panel.rs`. */
const CALLED = ['read:app-user-token', 'read:jira-work', 'read:jira-user'];

const isAddress = (text) => /^https:\/\/(?!localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)[^/@]+$/.test(text);

/** Everything that is wrong with a manifest, as sentences. */
export async function problems(text, url) {
  const manifest = parse(text.replaceAll('${ENTENTE_URL}', url));
  const scopes = manifest.permissions?.scopes ?? [];
  const found = [];
  for (const remote of manifest.remotes ?? []) {
    if (!isAddress(remote.baseUrl ?? '')) found.push(`remote ${remote.key}: \`${remote.baseUrl}\` is no public https address without a path`);
  }
  const known = new Map((await eventScopes()).map((row) => [row.productEvent, row.oAuthScopes.current ?? []]));
  for (const event of (manifest.modules?.trigger ?? []).flatMap((trigger) => trigger.events)) {
    if (event.startsWith('avi:forge:')) continue;
    const wanted = known.get(event);
    if (!wanted) found.push(`event ${event}: there is no such event`);
    for (const scope of wanted ?? []) if (!scopes.includes(scope)) found.push(`event ${event}: needs the scope ${scope}`);
  }
  const tokens = (manifest.modules?.endpoint ?? []).filter((endpoint) => endpoint.auth?.appUserToken?.enabled);
  const needed = tokens.length > 0 ? CALLED : [];
  for (const scope of needed) if (!scopes.includes(scope)) found.push(`scope ${scope} is missing: pages ask Jira with the token of their person`);
  for (const scope of scopes) if (!CALLED.includes(scope)) found.push(`scope ${scope} is asked for and never used`);
  return found;
}

async function eventScopes() {
  const main = require.resolve('@forge/manifest');
  const file = join(dirname(main), 'mapping/product-event-to-scope-mapping.json');
  return JSON.parse(await readFile(file, 'utf8')).mapping;
}

/** What Atlassian's validator says. It reads the manifest of the working directory. */
async function validator() {
  const { validate } = require('@forge/manifest');
  const { success, errors = [] } = await validate(false);
  return success ? [] : errors.map((error) => `${error.line}:${error.column}: ${error.message}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(HERE);
  const file = resolve(process.argv[2] ?? 'manifest.yml');
  const url = 'https://entente.acme.example';
  process.env.ENTENTE_URL = url;
  const said = [...(await validator()), ...(await problems(await readFile(file, 'utf8'), url))];
  for (const problem of said) console.error(`manifest.yml: ${problem}`);
  process.exit(said.length > 0 ? 1 : 0);
}
