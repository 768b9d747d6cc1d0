// Forge and Jira as the pages meet them: keys, signed calls, and the bridge that a page calls. This is the only file that
// knows the inside of `@forge/bridge` (`globalThis.__bridge.callBridge`), whose version package.json pins.

import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

export const APP = 'ari:cloud:ecosystem::app/7d0b0a4e-9e2b-4a53-8f6a-0c9d1d2f3a4b';
const KEY_ID = 'forge/invocation-token/test';
const LIFE_SECONDS = 25;

/** What Forge lets a page do that has `styles: unsafe-inline` in its manifest. */
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Listens on a free port of this machine. */
export async function listen(answer) {
  const server = createServer((request, response) => {
    Promise.resolve(answer(request, response)).catch(() => response.writeHead(500).end());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

/** Forge: one key, published on a port of its own. */
export async function forge() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' }] };
  const published = await listen((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(keys)));

  /** A token for one call of a page, with whatever a test wants to be different. */
  const token = (cloudId, extension, different = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'forge/invocation-token', aud: APP, iat: now, nbf: now, exp: now + LIFE_SECONDS, jti: randomUUID(),
      app: { id: APP, apiBaseUrl: `https://api.atlassian.com/ex/jira/${cloudId}` },
      context: { cloudId, extension },
      ...different,
    };
    const signed = `${part({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })}.${part(claims)}`;
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  return { keysUrl: published.url, token, stop: published.stop };
}

/** Serves the pages as Jira does, each under its folder. */
export function pages(root) {
  return listen(async (request, response) => {
    if (request.url === '/favicon.ico') return response.writeHead(204).end();
    const path = normalize(new URL(request.url, 'http://pages').pathname);
    const file = join(root, path.replace(/^\/([^/]+)\//, '/$1/dist/').replace(/\/$/, '/index.html'));
    const content = await readFile(file).catch(() => undefined);
    if (!content) return response.writeHead(404).end();
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(content);
  });
}

/**
 * Gives a page its bridge. `call` answers what the page sends to its remote, as `{ status, headers, body }`; what else
 * the page asks of Jira is kept in the list that this returns.
 */
export async function bridge(page, call) {
  const others = [];
  await page.exposeFunction('callHost', async (command, data) => {
    if (command !== 'invoke') {
      others.push({ command, data });
      return undefined;
    }
    const answer = await call(data);
    return answer.status < 400 ? { success: true, payload: answer } : { success: false, error: answer };
  });
  await page.addInitScript(() => {
    globalThis.__bridge = { callBridge: (command, data) => globalThis.callHost(command, data) };
  });
  return others;
}
