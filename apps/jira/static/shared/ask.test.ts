import { beforeEach, describe, expect, it, vi } from 'vitest';

const callBridge = vi.fn();
vi.stubGlobal('__bridge', { callBridge });
const { ask, Failure } = await import('./ask');

const answers = (status: number, body?: unknown) =>
  callBridge.mockResolvedValue({ success: status < 400, [status < 400 ? 'payload' : 'error']: { status, body, headers: { 'x-b3-traceid': ['a523'] } } });

async function refused(): Promise<InstanceType<typeof Failure>> {
  return ask('GET', 'panel').then(() => { throw new Error('it was answered'); }, (failure) => failure);
}

describe('ask', () => {
  beforeEach(() => callBridge.mockReset());

  it('sends what it is given through the bridge and nothing else', async () => {
    answers(200, { issue: 'OPS-7' });
    expect(await ask('POST', 'links', { item: 'a' })).toEqual({ issue: 'OPS-7' });
    const [command, call] = callBridge.mock.calls[0]!;
    expect(command).toBe('invoke');
    expect(call).toMatchObject({ path: '/forge/links', method: 'POST', body: { item: 'a' }, invokeType: 'ui-remote-fetch' });
  });

  it('reads a body that comes as text', async () => {
    answers(200, '{"issue":"OPS-7"}');
    expect(await ask('GET', 'panel')).toEqual({ issue: 'OPS-7' });
  });

  it.each([
    [401, 'not-connected'],
    [403, 'no-permission'],
    [404, 'refused'],
    [409, 'refused'],
    [422, 'refused'],
    [500, 'error'],
    [503, 'unreachable'],
  ])('takes %s with a sentence for %s', async (status, cause) => {
    answers(status, { detail: 'A sentence.', remedy: 'Do this.' });
    expect(await refused()).toMatchObject({ cause, detail: 'A sentence.', remedy: 'Do this.', trace: 'a523' });
  });

  it.each([[400], [404], [502]])('takes %s without a sentence for a server out of reach', async (status) => {
    answers(status, '<html>');
    expect((await refused()).cause).toBe('unreachable');
  });

  it('takes a bridge that fails for a server out of reach', async () => {
    callBridge.mockRejectedValue(new Error('timed out'));
    expect(await refused()).toMatchObject({ cause: 'unreachable', detail: 'timed out' });
    callBridge.mockResolvedValue(undefined);
    expect((await refused()).cause).toBe('unreachable');
  });
});
