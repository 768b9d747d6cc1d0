// A demo company that listens for as long as a test file needs it.
//
//     const sandbox = await start();
//     after(() => sandbox.stop());
//     sandbox.salesforce.url; sandbox.jira.api_token; await sandbox.salesforce.control('faults', { name: 'row_lock' });

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_SECONDS_MAX = 60;
const BINARY = process.env.ENTENTE_BIN ?? fileURLToPath(new URL('../../target/debug/entente', import.meta.url));

/** Starts org and site on free ports; answers once both do. */
export async function start(...options) {
  const place = await mkdtemp(join(tmpdir(), 'entente-clients-'));
  const ready = join(place, 'ready.json');
  const listen = ['--salesforce-listen', '127.0.0.1:0', '--jira-listen', '127.0.0.1:0', '--ready-file', ready];
  const child = spawn(BINARY, ['sandbox', '--seed', 'demo', ...listen, ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  const stop = async () => {
    child.kill();
    await ended;
    await rm(place, { recursive: true });
  };
  const world = await untilReady(ready, ended).catch(async (error) => {
    await stop();
    throw error;
  });
  return { salesforce: side(world.salesforce), jira: side(world.jira), stop };
}

/** What the ready file says of a side, and its control door. */
function side(facts) {
  const control = async (path, body, method = body ? 'POST' : 'GET') => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${facts.url}/__sandbox/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /__sandbox/${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  };
  return { ...facts, control };
}

async function untilReady(file, ended) {
  let end;
  ended.then((why) => { end = `it ended: ${why}`; });
  for (const deadline = Date.now() + START_SECONDS_MAX * 1_000; !end && Date.now() < deadline; await wait(20)) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.trimEnd().endsWith('}')) return JSON.parse(text);
  }
  throw new Error(`${BINARY} is not ready: ${end ?? `${START_SECONDS_MAX} seconds have passed`}`);
}
