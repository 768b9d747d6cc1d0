// Small things that every page shows alike: a state, a time, a pair of values, a page's head.

import { useEffect, type ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import { distance, moodOf, shown, sideName, SIGNS, type Mood } from '../words';
import type { Side } from '../types';

const INK: Record<Mood, string> = { good: 'text-good', busy: 'text-busy', warn: 'text-warn', bad: 'text-bad', faint: 'text-faint' };

export function Badge({ state, mood = moodOf(state) }: { state: string; mood?: Mood }) {
  return (
    <span className={`inline-block whitespace-nowrap rounded-full border border-current px-2 text-xs leading-5 ${INK[mood]}`}>
      <span aria-hidden="true">{SIGNS[mood]} </span>
      {state}
    </span>
  );
}

export function Sign({ mood, children }: { mood: Mood; children: ReactNode }) {
  return (
    <span className={INK[mood]}>
      <span aria-hidden="true" className="mr-1 font-semibold">
        {SIGNS[mood]}
      </span>
      {children}
    </span>
  );
}

/** A moment: how long ago, with the exact time in both zones on hover. */
export function Ago({ at }: { at: string | null | undefined }) {
  if (!at) return <>not yet</>;
  const moment = new Date(at);
  return (
    <time dateTime={at} title={`${moment.toLocaleString()} here, ${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`}>
      {distance((Date.now() - moment.getTime()) / 1000)}
    </time>
  );
}

export function Value({ of }: { of: string | null | undefined }) {
  const text = shown(of);
  return <span className={`value ${text === of ? '' : 'text-faint'}`}>{text}</span>;
}

/** A record by its side and name; outside, if it has an address there. */
export function RecordName({ side, id, url }: { side: Side; id: string; url?: string | null | undefined }) {
  const name = <span className="font-mono text-[0.92em]">{id}</span>;
  return (
    <>
      <span className="text-faint">{sideName[side]} </span>
      {url ? (
        <a href={url} rel="noreferrer" target="_blank">
          {name}
        </a>
      ) : (
        name
      )}
    </>
  );
}

export function LinkTo({ link, children }: { link: number; children?: ReactNode }) {
  return (
    <Link to="/links/$link" params={{ link: String(link) }}>
      {children ?? `link ${link}`}
    </Link>
  );
}

export function ItemTo({ item }: { item: string }) {
  return (
    <Link to="/items/$item" params={{ item }}>
      {item}
    </Link>
  );
}

/** The head of a page; it names the window, too. */
export function Head({ title, about, children }: { title: string; about?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} - Entente`;
  }, [title]);
  return (
    <header className="mb-4 flex flex-wrap items-start gap-x-4 gap-y-2">
      <div className="min-w-0 grow">
        <h1 className="value">{title}</h1>
        {about && <p className="text-sm text-faint">{about}</p>}
      </div>
      <div className="flex flex-wrap items-center gap-2">{children}</div>
    </header>
  );
}

export function Section({ title, children, aside }: { title: string; children: ReactNode; aside?: ReactNode }) {
  return (
    <section className="sheet mb-4 p-4" aria-label={title}>
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <h2 className="grow">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** A table; a column that only has buttons has an empty head. It scrolls by itself where the window is narrow, and whoever
 * has no mouse can scroll it, too. */
export function Table({ of, heads, children }: { of: string; heads: ReactNode[]; children: ReactNode }) {
  return (
    <div className="overflow-x-auto" role="group" aria-label={of} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {heads.map((head, place) =>
              head === '' ? (
                <td key={place} />
              ) : (
                <th key={place} scope="col">
                  {head}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
