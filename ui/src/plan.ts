// A dry run, gathered by what it is about: every pair, and under it what would happen to its fields.

import type { DryRun, PlannedConflict, PlannedWrite } from './types';

export interface PlannedPair {
  key: string;
  link: number | null;
  /** How the pair is called: its link, or the record that gets a twin. */
  name: string;
  writes: PlannedWrite[];
  conflicts: PlannedConflict[];
}

export function byPair(run: DryRun): PlannedPair[] {
  const pairs = new Map<string, PlannedPair>();
  const pair = (link: number | null, record: string) => {
    const key = link === null ? `record ${record}` : `link ${link}`;
    const known = pairs.get(key) ?? { key, link, name: record, writes: [], conflicts: [] };
    pairs.set(key, known);
    return known;
  };
  for (const write of run.writes) pair(write.link, write.record).writes.push(write);
  for (const conflict of run.conflicts) pair(conflict.link, conflict.link === null ? conflict.field : `link ${conflict.link}`).conflicts.push(conflict);
  return [...pairs.values()];
}

/** How many pairs each kind of act concerns: `2 create, 1 update`. */
export function tally(run: DryRun): string {
  const pairs = new Map<string, Set<string>>();
  for (const { op, link, record } of run.writes) pairs.set(op, (pairs.get(op) ?? new Set()).add(`${link} ${link === null ? record : ''}`));
  const parts = [...pairs].map(([op, concerned]) => `${concerned.size} ${op}`);
  if (run.conflicts.length) parts.push(`${run.conflicts.length} to decide`);
  return parts.join(', ') || 'nothing';
}
