// What the server answers, as `crates/engine/src/links` writes it.

import type { Mode } from '../../shared/words';

export interface PanelAnswer {
  issue: string;
  may_edit: boolean;
  cards: ItemCard[];
}

/** One item that applies to the issue. */
export interface ItemCard {
  item: string;
  object: string;
  mode: Mode;
  state: 'active' | 'paused';
  links: LinkCard[];
}

export interface LinkCard {
  link: number;
  status_sync: boolean;
  origin: 'auto' | 'manual';
  state: 'active' | 'parked' | 'detached' | 'unlinked';
  reason: string | null;
  salesforce: End;
  jira: End;
  fields: Field[];
  may_unlink: boolean;
  notes: string[];
}

export interface End {
  id: string;
  url: string | null;
  age_seconds: number | null;
}

export interface Field {
  salesforce_field: string;
  jira_field: string;
  salesforce: string;
  jira: string;
  conflict: boolean;
}

export interface Found {
  searched: string[];
  records: { id: string; display: string }[];
  message: string | null;
}
