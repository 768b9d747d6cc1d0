// What all pages have around them: where to go, who acts, light or dark, and the shortcuts.

import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { givenName, giveName } from './api';
import { summary } from './attention';
import { PAGES, useKeys } from './keys';
import { Dialog } from './parts/dialog';
import { Sign } from './parts/show';
import { useAbout, useStatus } from './queries';
import { THEMES, useTheme } from './theme';

export function Shell() {
  const navigate = useNavigate();
  const [helping, setHelping] = useState(false);
  const help = useCallback(() => setHelping(true), []);
  useKeys(
    useCallback((to) => void navigate({ to }), [navigate]),
    help,
  );
  return (
    <div className="mx-auto grid min-h-screen max-w-[90rem] grid-cols-1 md:grid-cols-[13rem_minmax(0,1fr)]">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:m-2 focus:bg-sheet focus:p-2">
        To the content
      </a>
      <aside className="flex flex-col gap-4 border-line p-4 md:sticky md:top-0 md:h-screen md:border-r" aria-label="Everywhere">
        <Mood />
        <Pages />
        <div className="mt-auto space-y-3 text-sm">
          <Name />
          <Theme />
          <div className="flex flex-wrap gap-2">
            <button type="button" className="button" onClick={help}>
              Shortcuts
            </button>
            <form method="post" action="/logout">
              <button className="button">Log out</button>
            </form>
          </div>
          <About />
        </div>
      </aside>
      <main id="main" tabIndex={-1} className="min-w-0 p-4 md:p-6">
        <Outlet />
      </main>
      {helping && <Help close={() => setHelping(false)} />}
    </div>
  );
}

function Mood() {
  const { data, isError } = useStatus();
  const { mood, text } = isError ? { mood: 'bad' as const, text: 'The server does not answer' } : data ? summary(data) : { mood: 'faint' as const, text: 'Reading …' };
  return (
    <div>
      <p className="text-lg font-semibold tracking-tight">Entente</p>
      <p role="status" className="text-sm">
        <Sign mood={mood}>{text}</Sign>
      </p>
    </div>
  );
}

function Pages() {
  const { data } = useStatus();
  const counts: Partial<Record<string, number>> = data ? { '/conflicts': data.conflicts, '/parked': data.parked } : {};
  return (
    <nav aria-label="Pages" className="flex flex-wrap gap-x-1 md:flex-col">
      {PAGES.map(({ to, name }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === '/' }} className="flex rounded-md px-2.5 py-1.5 text-ink no-underline hover:bg-sunk" activeProps={{ className: 'bg-sunk font-semibold', 'aria-current': 'page' }}>
          <span className="grow">{name}</span>
          {!!counts[to] && <span className="pl-2 text-warn tabular-nums">{counts[to]}</span>}
        </Link>
      ))}
    </nav>
  );
}

function Name() {
  const { data } = useAbout();
  const [name, setName] = useState(givenName);
  useEffect(() => giveName(name), [name]);
  if (data?.you.name)
    return (
      <p className="text-faint">
        You are {data.you.name}, {data.you.role}.
      </p>
    );
  return (
    <label className="block text-faint">
      Your name, for the journal
      <input className="field mt-1 w-full" value={name} placeholder="somebody" autoComplete="name" onChange={(event) => setName(event.target.value)} />
    </label>
  );
}

function Theme() {
  const [theme, setTheme] = useTheme();
  return (
    <label className="block text-faint">
      Theme
      <select className="field mt-1 w-full" value={theme} onChange={(event) => setTheme(event.target.value)}>
        {THEMES.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function About() {
  const { data } = useAbout();
  return <p className="text-xs text-faint">{data ? `Entente ${data.version}, ${data.license}` : ' '}</p>;
}

function Help({ close }: { close: () => void }) {
  return (
    <Dialog title="Shortcuts" close={close}>
      <dl className="grid grid-cols-[6rem_1fr] gap-y-1 text-sm">
        {PAGES.map(({ key, name }) => (
          <Row key={key} keys={`g ${key}`} does={`go to ${name}`} />
        ))}
        <Row keys="/" does="search" />
        <Row keys="j, k" does="next row, row before" />
        <Row keys="Esc" does="close a dialog" />
        <Row keys="?" does="this list" />
      </dl>
    </Dialog>
  );
}

function Row({ keys, does }: { keys: string; does: string }) {
  return (
    <>
      <dt>
        <kbd className="rounded border border-line px-1 font-mono">{keys}</kbd>
      </dt>
      <dd>{does}</dd>
    </>
  );
}
