// What the server answers, as the addresses of the same names under `/api/v1` do.

import type { Mode } from '../../shared/words';

export interface Reach {
  site: string;
  version: string;
  heard_seconds: number | null;
  /** Where people change what the page shows. */
  console: string | null;
}

export interface Status {
  links: number;
  conflicts: number;
  parked: number;
  backlog: number;
  items: ItemStatus[];
  configuration_problem: string | null;
}

export interface ItemStatus {
  name: string;
  owner: string | null;
  state: 'draft' | 'active' | 'paused' | 'held';
  last_sync: string | null;
  links: number;
  problem?: string;
}

export interface Connections {
  connections: ConnectionAnswer[];
}

export interface ConnectionAnswer {
  name: string;
  side: 'salesforce' | 'jira';
  url: string;
  sign_in: string;
  account: string;
  sandbox: boolean;
  state: 'starting' | 'ok' | 'unreachable' | 'refused';
  fresh_seconds: number | null;
  problem: string | null;
}

/** Who answers at a connection. */
export interface Identity {
  name: string;
  id: string | null;
  instance_url: string;
  user: string;
}

/** An item as the configuration has it. */
export interface Described {
  name: string;
  mode: Mode;
  object: string;
  projects: string[];
  issue_type: string | null;
  auto_create: 'none' | 'salesforce' | 'jira' | 'both';
  fields: { salesforce: string; jira: string }[];
  status: object | null;
  comments: boolean;
  attachments: boolean;
}
