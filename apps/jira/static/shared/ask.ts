// The one way to Entente: every call goes through Forge, which signs it for the page that it comes from.

import { invokeRemote } from '@forge/bridge';

/** What kept an answer away, as far as a person can do something about it. */
export type Cause = 'not-connected' | 'unreachable' | 'no-permission' | 'refused' | 'error';

/** A call without the answer that was wanted. */
export class Failure extends Error {
  constructor(
    readonly cause: Cause,
    readonly detail: string,
    readonly remedy = '',
    /** By which the server's log knows the call. */
    readonly trace = '',
  ) {
    super(detail);
  }
}

interface Answer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: unknown;
}

type Method = 'GET' | 'POST';

/** Asks the server, and throws a [`Failure`] for everything but a good answer. */
export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const headers = { 'Content-Type': 'application/json' };
  let answer: Answer;
  try {
    answer = (await invokeRemote({ path: `/forge/${path}`, method, headers, body })) as Answer;
  } catch (error) {
    throw new Failure('unreachable', sentence(error));
  }
  const status = answer.status ?? 0;
  if (status >= 200 && status < 300) return read(answer.body) as T;
  throw failure(status, answer);
}

/** What an answer that is no success says. */
export function failure(status: number, answer: Answer): Failure {
  const said = read(answer.body) as { detail?: unknown; remedy?: unknown } | undefined;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const trace = answer.headers?.['x-b3-traceid'];
  const detail = text(said?.detail) || `The server answered ${status || 'nothing'}.`;
  return new Failure(cause(status, Boolean(text(said?.detail))), detail, text(said?.remedy), String(trace ?? ''));
}

function cause(status: number, isEntente: boolean): Cause {
  // Forge itself answers 4xx and 5xx too, when it cannot reach the server; then there is no sentence of Entente's.
  if (status === 0 || status === 502 || status === 503 || status === 504 || !isEntente) return 'unreachable';
  if (status === 401) return 'not-connected';
  if (status === 403) return 'no-permission';
  if (status === 404 || status === 409 || status === 422) return 'refused';
  return 'error';
}

function read(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
