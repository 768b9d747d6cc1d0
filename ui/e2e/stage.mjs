// What the tests in the browser stand on: a demo company of their own, a browser, and guards that watch every page.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const START_SECONDS_MAX = 120;
const PATIENCE_MS = 30_000;
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts a demo on free ports, with these variables besides; answers once everything answers. */
export async function startDemo(variables = {}) {
  const place = await mkdtemp(join(tmpdir(), 'entente-console-'));
  const file = join(place, 'ready.json');
  const listen = ['--listen', '--salesforce-listen', '--jira-listen'].flatMap((option) => [option, '127.0.0.1:0']);
  const child = spawn(process.env.ENTENTE_BIN, ['demo', '--headless', ...listen, '--ready-file', file], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...variables } });
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  const stop = async () => {
    child.kill();
    await ended;
    await rm(place, { recursive: true });
  };
  const ready = await until('the demo is ready', async () => JSON.parse(await readFile(file, 'utf8').catch(() => 'null')), START_SECONDS_MAX * 1_000).catch(async (error) => {
    await stop();
    throw error;
  });
  return { ...ready, token: ready.server_auth.api_token, stop };
}

/** Waits until a question has an answer that is true. */
export async function until(what, question, patienceMs = PATIENCE_MS) {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await wait(50)) {
    const answer = await question();
    if (answer) return answer;
  }
  throw new Error(`waited in vain until ${what}`);
}

/** The API, as a program asks it. */
export async function api(demo, path) {
  const answer = await fetch(`${demo.server}/api/v1${path}`, { headers: { authorization: `Bearer ${demo.token}` } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** The org, as its users change it. */
export async function org(demo) {
  const { url, client_id, client_secret } = demo.salesforce;
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
  const { access_token } = await (await fetch(`${url}/services/oauth2/token`, { method: 'POST', body: form })).json();
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
  const all = (object) => `${url}/services/data/v64.0/sobjects/${object}`;
  const at = (id) => `${all('Case')}/${id}`;
  return {
    create: async (fields, object = 'Case') => (await must(await fetch(all(object), { method: 'POST', headers, body: JSON.stringify(fields) }))).id,
    read: async (id) => (await fetch(at(id), { headers })).json(),
    edit: async (id, fields) => must(await fetch(at(id), { method: 'PATCH', headers, body: JSON.stringify(fields) })),
  };
}

/** The site, as its users change it. */
export function site(demo) {
  const { url, email, api_token } = demo.jira;
  const headers = { authorization: `Basic ${btoa(`${email}:${api_token}`)}`, 'content-type': 'application/json' };
  const at = (key) => `${url}/rest/api/3/issue/${key}`;
  const send = async (method, address, body) => must(await fetch(address, { method, headers, body: JSON.stringify(body) }));
  return {
    create: async (fields) => (await send('POST', `${url}/rest/api/3/issue`, { fields })).key,
    found: async (jql) => (await send('POST', `${url}/rest/api/3/search/jql`, { jql, fields: ['summary'] })).issues.length,
    /** Makes the site misbehave, or with nothing, behave again. */
    fault: async (fault) => send(fault ? 'POST' : 'DELETE', `${url}/__sandbox/faults`, fault),
    read: async (key) => (await fetch(at(key), { headers })).json(),
    edit: async (key, fields) => send('PUT', at(key), { fields }),
  };
}

async function must(answer) {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

/** A browser with one page. `seen` holds what no page may do: log an error, fail, or ask another host. */
export async function openBrowser(demo) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const seen = [];
  page.on('console', (message) => message.type() === 'error' && seen.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
  page.on('request', (request) => new URL(request.url()).origin === demo.server || seen.push(`request to ${request.url()}`));
  return { browser, page, seen };
}

/** Opens a page, and waits until nothing on it is being read for the first time. */
export async function visit(page, address) {
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => ![...document.querySelectorAll('main [role=status]')].some((part) => part.textContent.startsWith('Reading')));
}

/** What axe finds wrong with the page as it stands, in one line each. It is evaluated from outside, where the page's own
 * policy does not reach. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
