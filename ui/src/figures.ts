// Counts by the hour, gathered into what a person wants to tell apart.

export interface Figures {
  since: string;
  figures: { at: string; kind: string; n: number }[];
}

export interface Hour {
  at: string;
  carried: number;
  overwritten: number;
  refused: number;
}

const HOUR_MS = 3_600_000;
const GROUPS: Record<string, 'carried' | 'overwritten' | 'refused'> = {
  create: 'carried', write: 'carried', follow: 'carried', overwrite: 'overwritten', lost: 'overwritten', refused: 'refused',
};

/** Every hour from the first one to now, also those in which nothing happened. */
export function hours({ since, figures }: Figures, now: number): Hour[] {
  const first = Date.parse(since);
  const count = Math.max(1, Math.floor((now - first) / HOUR_MS) + 1);
  const all = Array.from({ length: count }, (_, place) => ({ at: new Date(first + place * HOUR_MS).toISOString(), carried: 0, overwritten: 0, refused: 0 }));
  for (const { at, kind, n } of figures) {
    const group = GROUPS[kind];
    const hour = all[Math.round((Date.parse(at) - first) / HOUR_MS)];
    if (group && hour) hour[group] += n;
  }
  return all;
}
