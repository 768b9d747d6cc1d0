// Shortcuts, for people who would rather type. They rest while somebody writes into a field or a dialog is open.

import { useEffect } from 'react';

/** Pages by the letter that follows `g`. */
export const PAGES = [
  { key: 'o', to: '/', name: 'Overview' },
  { key: 'i', to: '/items', name: 'Items' },
  { key: 'l', to: '/links', name: 'Links' },
  { key: 'c', to: '/conflicts', name: 'Conflicts' },
  { key: 'm', to: '/matches', name: 'Matches' },
  { key: 'p', to: '/parked', name: 'Parked' },
  { key: 'a', to: '/activity', name: 'Activity' },
  { key: 's', to: '/access', name: 'Portal access' },
  { key: 'n', to: '/connections', name: 'Connections' },
  { key: 'd', to: '/inspection', name: 'Inspection' },
  { key: 'f', to: '/configuration', name: 'Configuration' },
] as const;

export type PagePath = (typeof PAGES)[number]['to'];

const PATIENCE_MS = 1_500;

export function useKeys(go: (to: PagePath) => void, help: () => void) {
  useEffect(() => {
    let awaited = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      const page = PAGES.find(({ key }) => key === event.key);
      if (event.timeStamp < awaited && page) go(page.to);
      else if (event.key === '?') help();
      else if (event.key === '/') document.querySelector<HTMLElement>('[type=search]')?.focus();
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
      else {
        awaited = event.key === 'g' ? event.timeStamp + PATIENCE_MS : 0;
        return;
      }
      awaited = 0;
      event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [go, help]);
}

function isWriting(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : null;
  return !!element?.closest('input, textarea, select, dialog');
}

/** Moves the focus to the first link or button of the next row, or of the one before. */
function step(by: number) {
  const rows = [...document.querySelectorAll<HTMLElement>('main tbody tr, main [role=listitem], main [data-row]')];
  const handle = (row: HTMLElement | undefined) => row?.querySelector<HTMLElement>('a, button');
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  handle(rows[next])?.focus();
}
