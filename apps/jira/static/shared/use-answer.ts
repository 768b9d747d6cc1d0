// An answer of the server while it is awaited, when it is there, and when it does not come.

import { useCallback, useEffect, useState } from 'react';

import { ask, Failure } from './ask';

export type State<T> = { kind: 'waiting' } | { kind: 'there'; answer: T } | { kind: 'failed'; failure: Failure };

export interface Asked<T> {
  state: State<T>;
  /** Asks again. */
  again: () => void;
  /** The same, while what is there stays. */
  quietly: () => void;
  /** Shows what another call has answered. */
  show: (answer: T) => void;
}

export function useAnswer<T>(path: string): Asked<T> {
  const [state, setState] = useState<State<T>>({ kind: 'waiting' });
  const quietly = useCallback(() => {
    ask<T>('GET', path).then(
      (answer) => setState({ kind: 'there', answer }),
      (failure) => setState({ kind: 'failed', failure: asFailure(failure) }),
    );
  }, [path]);
  const again = useCallback(() => {
    setState({ kind: 'waiting' });
    quietly();
  }, [quietly]);
  useEffect(again, [again]);
  const show = useCallback((answer: T) => setState({ kind: 'there', answer }), []);
  return { state, again, quietly, show };
}

export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('error', String(error));
}
