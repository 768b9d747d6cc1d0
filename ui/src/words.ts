// Numbers, times and states as people read them.

import { ROLES, type Role } from './types';

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How long something is ago, or ahead, in one unit. */
export function distance(seconds: number): string {
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(-Math.round(seconds / length), unit);
  }
  return Math.abs(seconds) < 5 ? 'just now' : format.format(-Math.round(seconds), 'second');
}

export const count = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const sideName = { salesforce: 'Salesforce', jira: 'Jira' } as const;

/** A value as it is shown; what is empty is said to be. */
export const shown = (value: string | null | undefined) => (value === null || value === undefined || value === '' ? '(empty)' : value);

/** Why a role is not enough. */
export const refusalOf = (role: Role, least: Role) =>
  ROLES.indexOf(role) < ROLES.indexOf(least) ? `This needs an ${least}; you are ${role === 'viewer' ? 'a' : 'an'} ${role}.` : undefined;

export type Mood = 'good' | 'busy' | 'warn' | 'bad' | 'faint';

const MOODS: Record<string, Mood> = {
  active: 'good', ok: 'good', starting: 'busy', held: 'bad', unreachable: 'bad', refused: 'bad', failing: 'bad',
  parked: 'warn', error: 'bad', warning: 'warn', conflict: 'warn', open: 'warn', created: 'good', updated: 'good', agreed: 'good',
};

export const moodOf = (state: string): Mood => MOODS[state] ?? 'faint';

/** Beside every colour stands a sign, so that nobody needs the colour. */
export const SIGNS: Record<Mood, string> = { good: '✓', busy: '…', warn: '!', bad: '×', faint: '–' };
