// What the server answers, as `GET /api/v1/status` has it.

export interface Reach {
  site: string;
  version: string;
  heard_seconds: number | null;
}

export interface Status {
  links: number;
  conflicts: number;
  parked: number;
  backlog: number;
  items: ItemStatus[];
  connections: ConnectionStatus[];
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

export interface ConnectionStatus {
  name: string;
  sandbox: boolean;
  state: 'starting' | 'ok' | 'unreachable' | 'refused';
  fresh_seconds: number | null;
  problem: string | null;
}
