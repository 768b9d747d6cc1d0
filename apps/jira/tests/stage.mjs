// The real server with its demo company, a Forge app that it answers, and a browser: what the tests of the pages stand on.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { APP, bridge, forge, pages } from './forge.mjs';

const PATIENCE_MS = 60_000;
const BINARY = process.env.ENTENTE_BIN ?? fileURLToPath(new URL('../../../target/debug/entente', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** An item that is linked by hand, beside the demo's own. */
const CUSTOMERS = `
  customers:
    owner: integrations@acme.example
    state: active
    mode: display-only
    salesforce: { connection: acme-org, object: Account }
    jira: { connection: acme-site, projects: [ OPS, SUP ] }
    fields: [ { salesforce: Name }, { salesforce: Phone }, { salesforce: Website } ]
`;

/** Starts everything. */
export async function stage() {
  const place = await mkdtemp(join(tmpdir(), 'entente-app-'));
  const ready = join(place, 'ready.json');
  const free = ['--listen', '127.0.0.1:0', '--salesforce-listen', '127.0.0.1:0', '--jira-listen', '127.0.0.1:0'];
  const arguments_ = ['demo', '--headless', '--records', '5', ...free, '--ready-file', ready];
  const child = spawn(BINARY, arguments_, { stdio: ['ignore', 'ignore', 'inherit'] });
  let end;
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve)).then((why) => { end = `it ended: ${why}`; });
  const parts = [await forge(), await pages(fileURLToPath(new URL('../static', import.meta.url)))];
  const [keys, host] = parts;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const stop = async () => {
    await browser.close();
    child.kill();
    await Promise.all([ended, ...parts.map((part) => part.stop())]);
    await rm(place, { recursive: true });
  };
  try {
    const read = () => readFile(ready, 'utf8').then((text) => (text.trimEnd().endsWith('}') ? JSON.parse(text) : undefined), () => undefined);
    const world = await until('the demo', () => { if (end) throw new Error(`${BINARY}: ${end}`); return read(); });
    await connect(world, keys.keysUrl);
    return await company(world, keys, host, browser, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Puts the app, and the item, into the configuration, which the server reads by itself. */
async function connect(world, keysUrl) {
  const text = await readFile(world.config, 'utf8');
  const section = `  forge: { app_id: "${APP}", jwks_url: "${keysUrl}" }\n`;
  await writeFile(world.config, `${text.replace('\ntriggers:', `${CUSTOMERS}\ntriggers:`).trimEnd()}\n${section}`);
  await until('the app to be known', async () => !(await (await fetch(`${world.server}/forge/panel`)).text()).includes('doors are closed'));
}

async function company(world, keys, host, browser, stop) {
  const json = async (url, options = {}) => {
    const headers = { 'content-type': 'application/json', ...options.headers };
    const answer = await fetch(url, { ...options, headers, body: options.body && JSON.stringify(options.body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  };
  const { cloudId } = await json(`${world.jira.url}/_edge/tenant_info`);
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: world.salesforce.client_id, client_secret: world.salesforce.client_secret });
  const org = await (await fetch(`${world.salesforce.url}/services/oauth2/token`, { method: 'POST', body: form })).json();
  const salesforce = (method, path, body) =>
    json(`${world.salesforce.url}/services/data/v64.0/${path}`, { method, body, headers: { authorization: `Bearer ${org.access_token}` } });
  const basic = `Basic ${Buffer.from(`${world.jira.email}:${world.jira.api_token}`).toString('base64')}`;
  const jira = (method, path, body) => json(`${world.jira.url}/rest/api/2/${path}`, { method, body, headers: { authorization: basic } });
  const door = (path, body) => json(`${world.jira.url}/__sandbox/${path}`, { method: 'POST', body });

  /** The token that Jira gives the app for a person. */
  const person = async (email) => {
    const wish = { grant_type: 'authorization_code', client_id: 'sandbox-client', client_secret: 'sandbox-secret', redirect_uri: 'http://x', code: `sandbox-code:${email}` };
    return (await json(`${world.jira.url}/oauth/token`, { method: 'POST', body: wish })).access_token;
  };

  /** How Forge carries a call of a page to the server, in a person's name. `different` is what a test wants else. */
  const carry = (token, extension, different = {}) => async ({ path, method, body }) => {
    if (different.isDown) return { status: 504, headers: {}, body: 'upstream request timeout' };
    const invocation = different.invocation ?? keys.token(cloudId, extension, different.claims);
    const headers = { authorization: `Bearer ${invocation}`, 'x-forge-oauth-user': token, 'x-b3-traceid': 'a52375', 'content-type': 'application/json' };
    const answer = await fetch(`${world.server}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, headers: Object.fromEntries([...answer.headers].map(([name, value]) => [name, [value]])), body: text && JSON.parse(text) };
  };

  /** Opens a page as Jira shows it. What must never happen there is kept in `wrong`. */
  const open = async (name, call) => {
    const page = await browser.newPage({ reducedMotion: 'reduce' });
    const wrong = [];
    page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
    page.on('console', (message) => { if (message.type() === 'error') wrong.push(`console: ${message.text()}`); });
    page.on('dialog', (dialog) => { wrong.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
    page.on('request', (request) => { if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(`${host.url}/`)) wrong.push(`request: ${request.url()}`); });
    const others = await bridge(page, call);
    await page.goto(`${host.url}/${name}/`);
    return { page, wrong, others };
  };

  return { server: world.server, salesforce, jira, door, person, carry, open, stop };
}

/** Waits until `look` finds something. */
export async function until(what, look) {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await wait(50)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}
