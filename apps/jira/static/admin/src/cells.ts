// The cells of an item's row.

import { ago, mode } from '../../shared/words';
import type { Described, ItemStatus } from './answers';

export const COLUMNS = [
  'Name', 'State', 'Mode', 'Jira scope', 'Issue type', 'Salesforce source', 'Fields', 'Auto create', 'Comments', 'Attachments', 'Status', 'Links', 'Latest sync',
];

const CREATES = { none: 'Off', salesforce: 'In Salesforce', jira: 'In Jira', both: 'On both sides' };

/** One for each column. */
export function cells(item: ItemStatus, described: Described | undefined, nowMs: number): string[] {
  return [item.name, item.state, ...scope(described), String(item.links), latest(item, described, nowMs)];
}

function scope(described: Described | undefined): string[] {
  if (!described) return ['', '', '', '', '', '', '', '', ''];
  const isShown = described.mode === 'display-only';
  const fields = described.fields.map(({ salesforce, jira }) => (isShown ? salesforce : `${salesforce} – ${jira}`));
  return [
    mode(described.mode),
    described.projects.join(', '),
    isShown ? 'manual link only' : (described.issue_type ?? ''),
    described.object,
    fields.join(', '),
    CREATES[described.auto_create],
    onOff(described.comments),
    onOff(described.attachments),
    onOff(described.status),
  ];
}

const onOff = (said: unknown) => (said ? 'Enabled' : 'Off');

function latest(item: ItemStatus, described: Described | undefined, nowMs: number): string {
  if (item.problem) return `Attention required: ${item.problem}`;
  if (item.state !== 'active') return 'Rests';
  if (described?.mode === 'display-only') return 'Shows what is linked';
  if (!item.last_sync) return 'Waiting for the first sync';
  return ago((nowMs - Date.parse(item.last_sync)) / 1_000);
}
