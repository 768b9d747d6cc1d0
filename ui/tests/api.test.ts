import { afterEach, expect, it, vi } from 'vitest';
import { ask, query, Refusal } from '../src/api';

afterEach(() => vi.unstubAllGlobals());

const answers = (status: number, body: unknown) => vi.stubGlobal('fetch', vi.fn(async () => new Response(JSON.stringify(body), { status })));
const refused = (asked: Promise<unknown>) => asked.then(() => undefined, (error: unknown) => (error instanceof Refusal ? [error.message, error.status, error.remedy] : error));

it('sends nothing empty in a query', () => {
  expect(query('/links', { item: 'a b', state: undefined, text: '', after: 0, newest: false })).toBe('/links?item=a+b&after=0');
  expect(query('/links', {})).toBe('/links');
});

it('says that it is the console', async () => {
  answers(200, { ok: true });
  await ask('/status');
  const [path, sent] = vi.mocked(fetch).mock.calls[0] ?? [];
  expect([path, sent?.headers]).toEqual(['/api/v1/status', { 'x-entente-console': '1' }]);
});

it('hands on the words of the server', async () => {
  answers(409, { detail: 'Link 3 stays.', remedy: 'ask ada' });
  expect(await refused(ask('/x'))).toEqual(['Link 3 stays.', 409, 'ask ada']);
  answers(502, 'no problem document');
  expect(await refused(ask('/x'))).toEqual(['The server answered 502.', 502, '']);
  vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('failed'))));
  expect(((await refused(ask('/x'))) as string[])[0]).toMatch(/does not answer/);
});

it('sends whoever is not logged in to do so, and back', async () => {
  answers(401, { detail: 'no' });
  const assign = vi.fn();
  vi.stubGlobal('location', { assign, pathname: '/links', search: '?item=a' });
  await refused(ask('/x'));
  expect(assign).toHaveBeenCalledWith('/login?to=%2Flinks%3Fitem%3Da');
});
