// The one way to the server. A refusal becomes a `Refusal`, whose message is the server's own sentence.

/** What the server, or the way to it, did not allow. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly remedy = '',
  ) {
    super(message);
  }
}

const NO_ANSWER = 'The server does not answer. Is it running, and does this machine reach it?';

interface Call {
  method?: 'GET' | 'POST' | 'PUT';
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Asks the API. Whoever is not logged in any more is sent to do so, and comes back. */
export async function ask<T>(path: string, { method = 'GET', body, headers, signal }: Call = {}): Promise<T> {
  const sent = { 'x-entente-console': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers };
  const answer = await fetch(`/api/v1${path}`, { method, headers: sent, body: body === undefined ? null : JSON.stringify(body), signal: signal ?? null }).catch(
    (error: unknown) => {
      throw error instanceof DOMException ? error : new Refusal(NO_ANSWER, 0);
    },
  );
  if (answer.ok) return (await answer.json()) as T;
  if (answer.status === 401) location.assign(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);
  throw await refusal(answer);
}

async function refusal(answer: Response): Promise<Refusal> {
  const said = (await answer.json().catch(() => ({}))) as { detail?: string; remedy?: string };
  return new Refusal(said.detail ?? `The server answered ${answer.status}.`, answer.status, said.remedy);
}

export const post = <T>(path: string, body: unknown) => ask<T>(path, { method: 'POST', body });

/** A path with a query, of which nothing empty is sent. */
export function query(path: string, asked: Record<string, string | number | boolean | null | undefined>): string {
  const said = Object.entries(asked).filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false);
  const text = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

const NAME = 'entente.name';

/** Who acts, for the journal: the name that was given in this browser. */
export const whoActs = () => localStorage.getItem(NAME)?.trim() || 'somebody at the console';
export const givenName = () => localStorage.getItem(NAME) ?? '';
export const giveName = (name: string) => localStorage.setItem(NAME, name);
