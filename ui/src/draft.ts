// An item as its form has it, read from the text and written back into it. What the form does not show stays as it is.

import { part, withPart, type Line, type Wanted } from './document';
import type { Mode, Sides } from './types';

export type Direction = '' | 'both' | 'to-jira' | 'to-salesforce';

/** One line of the mapping. */
export interface Row {
  /** Tells rows apart while they move. */
  id: number;
  /** Which line of the text it is; none for a new one. */
  at: number | null;
  salesforce: string;
  jira: string;
  direction: Direction;
  /** What else the line says, by its keys. */
  more: string[];
}

export type StatusValue = string | string[];

export interface Draft {
  name: string;
  owner: string;
  mode: Mode;
  start: string;
  connections: Sides<string>;
  object: string;
  projects: string[];
  issueType: string;
  autoCreate: string;
  correlation: Sides<string>;
  rows: Row[];
  statusField: string;
  statusValues: Record<string, StatusValue>;
  comments: boolean;
  attachments: boolean;
  /** Keys of the item that the form does not show. */
  more: string[];
}

/** Keys that the form shows; all others are written in the text. */
const SHOWN = ['owner', 'mode', 'state', 'start', 'salesforce', 'jira', 'auto_create', 'correlation', 'fields', 'status', 'comments', 'attachments'];
const LINE = ['salesforce', 'jira', 'direction'];

/** What a new item begins with: an issue needs a summary. */
export const NEW: Draft = {
  name: '', owner: '', mode: 'two-way', start: 'now', connections: { salesforce: '', jira: '' }, object: '', projects: [], issueType: '',
  autoCreate: 'none', correlation: { salesforce: '', jira: '' }, rows: [{ id: 0, at: null, salesforce: '', jira: 'summary', direction: '', more: [] }], statusField: '', statusValues: {},
  comments: false, attachments: false, more: [],
};

/** The item of this name; none when the text has none. */
export function draftOf(text: string, name: string): Draft | undefined {
  const said = part(text, 'items', name);
  if (!said) return undefined;
  const word = (of: unknown, key: string) => String((of as Record<string, unknown> | undefined)?.[key] ?? '');
  const { salesforce, jira, correlation, status } = said;
  const project = word(jira, 'project');
  const projects = ((jira as { projects?: unknown[] } | undefined)?.projects ?? []).map(String);
  const ends = [salesforce, jira].flatMap((end) => Object.keys(end ?? {}));
  return {
    name,
    owner: word(said, 'owner'),
    mode: (said['mode'] as Mode | undefined) ?? 'two-way',
    start: word(said, 'start') || 'everything',
    connections: { salesforce: word(salesforce, 'connection'), jira: word(jira, 'connection') },
    object: word(salesforce, 'object'),
    projects: project ? [project] : projects,
    issueType: word(jira, 'issue_type'),
    autoCreate: word(said, 'auto_create') || 'none',
    correlation: { salesforce: word(correlation, 'salesforce'), jira: word(correlation, 'jira') },
    rows: ((said['fields'] as Record<string, unknown>[] | undefined) ?? []).map((line, at) => ({
      id: at, at, salesforce: word(line, 'salesforce'), jira: word(line, 'jira'), direction: word(line, 'direction') as Direction, more: Object.keys(line).filter((key) => !LINE.includes(key)),
    })),
    statusField: word(status, 'field'),
    statusValues: ((status as { values?: Record<string, StatusValue> } | undefined)?.values ?? {}),
    comments: !!said['comments'],
    attachments: !!said['attachments'],
    more: [...Object.keys(said).filter((key) => !SHOWN.includes(key)), ...(ends.includes('filter') ? ['filter'] : [])],
  };
}

/** The text with the item as the form has it. */
export function withDraft(text: string, draft: Draft): string {
  const before = draftOf(text, draft.name);
  const shows = draft.mode === 'display-only';
  const more: Wanted = shows
    ? { start: undefined, auto_create: undefined, correlation: undefined, status: undefined }
    : {
        ...changed('start', draft.start, before?.start, 'everything'),
        ...changed('auto_create', draft.autoCreate, before?.autoCreate, 'none'),
        correlation: { ...draft.correlation },
        status: draft.statusField ? { field: draft.statusField, values: { ...gone(before?.statusValues), ...draft.statusValues } } : undefined,
      };
  const [project, ...others] = draft.projects;
  return withPart(text, 'items', draft.name, {
    owner: draft.owner.trim() || undefined,
    ...(before ? {} : { state: shows ? 'active' : 'draft' }),
    ...(before?.mode === draft.mode ? {} : { mode: draft.mode }),
    ...more,
    salesforce: { connection: draft.connections.salesforce, object: draft.object },
    jira: {
      connection: draft.connections.jira,
      ...(before?.projects.join() === draft.projects.join() ? {} : { project: others.length ? undefined : project, projects: others.length ? draft.projects : undefined }),
      issue_type: shows ? undefined : draft.issueType,
    },
    fields: draft.rows.map((row): Line => ({ at: row.at, says: { salesforce: row.salesforce, jira: row.jira || undefined, direction: shows ? undefined : row.direction || undefined } })),
    ...toggled('comments', draft.comments && !shows, before?.comments, { direction: 'both', audience: 'staff' }),
    ...toggled('attachments', draft.attachments && !shows, before?.attachments, { direction: 'both' }),
  });
}

/** A word that is as it was says nothing; one that holds anyway is taken out. */
const changed = (key: string, word: string, was: string | undefined, usual: string): Wanted => (word === (was ?? usual) ? {} : { [key]: word === usual ? undefined : word });

const gone = (values: object = {}): Wanted => Object.fromEntries(Object.keys(values).map((key) => [key, undefined]));

/** A switch that is as it was says nothing, so that what stands behind it stays. */
const toggled = (key: string, on: boolean, was: boolean | undefined, says: Wanted): Wanted => (on === (was ?? false) ? {} : { [key]: on ? says : undefined });

/** What has to be filled in before both sides can be asked. */
export function lacks(draft: Draft, isTaken: boolean): string | undefined {
  if (!draft.name.trim()) return 'Give it a name.';
  if (isTaken) return `There is an item ${draft.name} already. Choose another name.`;
  if (!draft.connections.jira) return 'Choose the Jira site.';
  if (!draft.projects.length) return 'Choose a project.';
  if (draft.mode !== 'display-only' && !draft.issueType) return 'Choose an issue type.';
  if (!draft.connections.salesforce) return 'Choose the Salesforce org.';
  if (!draft.object) return 'Choose an object.';
  if (!draft.rows.length) return 'Add a field.';
  const open = draft.rows.findIndex((row) => !row.salesforce || (draft.mode !== 'display-only' && !row.jira));
  if (open >= 0) return `Choose the fields of line ${open + 1}, or take the line out.`;
  if (draft.mode !== 'display-only' && !(draft.correlation.salesforce && draft.correlation.jira)) return 'Choose the two fields that show the counterpart.';
  return undefined;
}
