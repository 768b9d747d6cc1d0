// Words for people, the same on both pages.

export type Mode = 'display-only' | 'one-way' | 'two-way';

const MODES: Record<Mode, string> = { 'display-only': 'Display only', 'one-way': 'One-way', 'two-way': 'Two-way' };

export function mode(mode: Mode): string {
  return MODES[mode];
}

/** How long ago, as people say it. */
export function ago(seconds: number | null | undefined): string {
  if (seconds == null) return 'not yet';
  if (seconds < 60) return 'just now';
  const steps: [number, string][] = [[86_400, 'day'], [3_600, 'hour'], [60, 'minute']];
  const [size, name] = steps.find(([size]) => seconds >= size) ?? [60, 'minute'];
  const n = Math.floor(seconds / size);
  return `${n} ${name}${n === 1 ? '' : 's'} ago`;
}

/** A value of the server's answer as text; texts of the vendors are never markup here. */
export function shown(value: string): string {
  return value === '' ? '(empty)' : value;
}
