// What the API answers, as far as the console reads it. The field names are the API's own.

export type Side = 'salesforce' | 'jira';
export type Sides<T> = Record<Side, T>;
export type ItemState = 'draft' | 'active' | 'paused';
export type Mode = 'display-only' | 'one-way' | 'two-way';

export interface ItemStatus {
  name: string;
  owner: string | null;
  state: ItemState | 'held';
  actions: { to_salesforce: ItemState; to_jira: ItemState } | null;
  last_sync: string | null;
  links: number;
  problem?: string;
}

export interface Quota {
  scope: string;
  allowed: number;
  left: number | null;
  per_hour: number | null;
  runs_out_at: string | null;
  resets_at: string | null;
  reserve: number;
  held_back: boolean;
}

export interface ConnectionStatus {
  name: string;
  sandbox: boolean;
  state: 'unused' | 'starting' | 'ok' | 'unreachable' | 'refused';
  fresh_seconds: number | null;
  problem: string | null;
  circuit: 'closed' | 'open' | 'half-open';
  circuit_seconds?: number;
  quota: Quota | null;
  push_problem?: string;
}

/** What somebody may do; each role may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

export interface Status {
  idle: boolean;
  backlog: number;
  in_flight: number;
  links: number;
  conflicts: number;
  parked: number;
  waiting: number;
  held: string[];
  items: ItemStatus[];
  connections: ConnectionStatus[];
  access?: { state: 'starting' | 'ok' | 'attention' | 'stopped'; waiting: number; failed: number; problem: string | null };
  database_problem?: string;
  waits_for?: { connection: string; holder: string; until: string }[];
  configuration_problem: string | null;
  configuration?: { version: number; since: string; by: string; draft: string | null };
}

export interface Item {
  name: string;
  owner: string | null;
  state: ItemState;
  actions: Sides<ItemState>;
  mode: Mode;
  start: 'everything' | 'now' | { at: string };
  connections: Sides<string>;
  object: string;
  projects: string[];
  issue_type: string | null;
  filtered: Sides<boolean>;
  auto_create: 'none' | 'jira' | 'salesforce' | 'both';
  on_leave: string;
  conflicts: string;
  correlation: Sides<string> | null;
  match_rules: Sides<string>[];
  fields: MappedField[];
  status: { field: string; values: Sides<string>[] } | null;
  comments: boolean;
  attachments: boolean;
}

export interface MappedField {
  key: string;
  salesforce: string;
  jira: string;
  direction: 'both' | 'to-jira' | 'to-salesforce';
  flows: Sides<boolean>;
  values: Sides<string>[];
  steps: Sides<number>;
  conflicts: string;
}

export interface PlannedWrite {
  item: string;
  link: number | null;
  side: Side;
  op: string;
  record: string;
  field: string | null;
  from: string | null;
  to: string | null;
  why: string;
}

export interface PlannedConflict {
  item: string;
  link: number | null;
  field: string;
  salesforce: string;
  jira: string;
}

export interface DryRun {
  links: number;
  writes: PlannedWrite[];
  conflicts: PlannedConflict[];
  notes: { item: string; link: number | null; record: string | null; text: string }[];
  calls: Sides<number>;
}

export interface Card {
  link: number;
  item: string;
  object: string;
  mode: Mode | null;
  status_sync: boolean;
  origin: 'auto' | 'manual';
  state: 'active' | 'parked' | 'detached' | 'unlinked';
  reason: string | null;
  salesforce: End;
  jira: End;
  fields: { salesforce_field: string; jira_field: string; salesforce: string; jira: string; conflict: boolean }[];
  may_unlink: boolean;
  notes: string[];
}

export interface End {
  id: string;
  url: string | null;
  age_seconds: number | null;
}

export interface LinkPage {
  links: Card[];
  next: number | null;
}

export interface Explanation {
  about: string;
  item: string;
  link: number | null;
  findings: string[];
  plan: DryRun;
  history: string[];
}

export interface Conflict {
  id: number;
  item: string;
  link: number;
  field: string;
  salesforce: { record: string; value: string; person?: string };
  jira: { record: string; value: string; person?: string };
  since: string;
  decision: { take: string; by: string; at: string } | null;
}

export interface Candidate {
  record: string;
  name: string;
  fields?: { field: string; value: string }[];
}

export interface Match {
  item: string;
  record: string;
  name: string;
  rule: string;
  value: string;
  issues: Candidate[];
  records: Candidate[];
  state: 'open' | 'none' | 'new';
  since: string;
}

export interface Parked {
  class: 'mapping' | 'rejected' | 'connectivity';
  item: string | null;
  link: number | null;
  record: string;
  field: string | null;
  reason: string;
  remedy: string;
  since: string | null;
}

export interface Entry {
  id: number;
  at: string;
  kind: string;
  org: string | null;
  item: string | null;
  owner: string | null;
  link: number | null;
  side: Side | null;
  record: string | null;
  field: string | null;
  before: string | null;
  after: string | null;
  text: string;
  round: string | null;
}

export interface EntryPage {
  entries: Entry[];
  next: number;
}

export interface Undone {
  link: number;
  record: string;
  side: Side;
  field: string;
  from: string;
  to: string;
  why?: string;
}

export interface UndoReport {
  back: Undone[];
  left: Undone[];
  forgotten_before?: string;
  done: boolean;
}

export interface Fault {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  remedy: string;
  line: number;
  column: number;
  item: string | null;
}

export interface Finding {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  remedy: string;
  item: string | null;
  connection?: string;
}

export interface ConfigurationText {
  text: string;
  digest: string;
  file: string | null;
  version: number | null;
}

export interface Checked {
  problems: Fault[];
  changes: { text: string }[];
}

export interface Applied extends Checked {
  applied: boolean;
  version: number | null;
  differs: boolean;
  obstacles: Finding[];
  writes: number;
  conflicts: number;
}

export interface Version {
  version: number;
  at: string;
  by: string;
}

export interface Connection extends Partial<ConnectionStatus> {
  side: Side;
  url: string;
  sign_in: string;
  account: string;
}

export interface Identity {
  name: string;
  id: string | null;
  instance_url: string;
  kind: string | null;
  user: string;
}

export interface Found {
  object: string;
  searched: string[];
  records: { id: string; display: string }[];
  message: string | null;
}

export interface Trial {
  item: string;
  direction: string;
  outcome: string;
  salesforce: { id: string; name: string; url: string | null } | null;
  jira: { id: string; name: string; url: string | null } | null;
  fields: { field: string; salesforce: string; jira: string; written: string | null; unexpected: boolean }[];
  unexpected: number;
  notes: string[];
}

export interface Grant {
  id: string;
  name: string;
  status: string;
  reason: string | null;
  revoke: boolean;
  source: string | null;
  record: string | null;
  person: { id: string; name: string; email: string | null } | null;
  account: string | null;
  organization: { id: string; name: string } | null;
  requested: string | null;
  finished: string | null;
}

/** Somebody who asked for access by the form. */
export interface Asked {
  id: string;
  name: string;
  email: string;
  company: string;
  message: string;
  asked: string;
}

export interface Domain {
  domain: string;
  added_by: string | null;
  added: string | null;
  task: string | null;
}

/** What both sides said about a draft. */
export interface Looked {
  identity: Identity | null;
  findings: Finding[];
}

export interface Catalogue {
  groups: { name: string; help: string; objects: { name: string; label: string; status: string | null }[] }[];
}

export interface ObjectField {
  name: string;
  label: string;
  type: string;
  updateable: boolean;
  required: boolean;
  is_status: boolean;
  values: string[];
}

export interface IssueType {
  name: string;
  statuses: string[];
}

export interface IssueField {
  name: string;
  label: string;
  type: string;
  required: boolean;
  is_line: boolean;
  values: string[];
}
