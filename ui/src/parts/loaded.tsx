// What a page shows while something is on its way, when it does not come, and when there is nothing.

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Refusal } from '../api';

interface Props<T> {
  query: UseQueryResult<T>;
  /** What is waited for, for people who hear the page. */
  of: string;
  children: (value: T) => ReactNode;
}

/** Shows what a query answers. An answer stays while a newer one fails to come, and the failure stands above it. */
export function Loaded<T>({ query, of, children }: Props<T>) {
  return (
    <>
      {query.isError && <Failure error={query.error} again={() => void query.refetch()} />}
      {query.data !== undefined ? children(query.data) : !query.isError && <Waiting of={of} />}
    </>
  );
}

export function Waiting({ of }: { of: string }) {
  return (
    <p role="status" className="animate-pulse py-6 text-faint">
      Reading {of} …
    </p>
  );
}

/** A refusal in the server's words, with what to do, and a way to try again where that makes sense. */
export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const remedy = error instanceof Refusal ? error.remedy : '';
  return (
    <div role="alert" className="sheet my-3 border-l-4 border-l-bad p-3">
      <p className="value">
        <span className="font-medium text-bad">× </span>
        {error instanceof Error ? error.message : String(error)}
      </p>
      {remedy && <p className="text-faint">{remedy}</p>}
      {again && (
        <button type="button" className="button mt-2" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="sheet p-8 text-center">
      <p className="font-medium">{title}</p>
      {children && <p className="mt-1 text-sm text-faint">{children}</p>}
    </div>
  );
}
