// What of the state of the whole a person should look at, the worst first.

import type { Status } from './types';
import { count, type Mood } from './words';

export interface Attention {
  mood: Mood;
  text: string;
  /** Where something can be done about it. */
  to: string;
}

export function attention(status: Status): Attention[] {
  const found: Attention[] = [];
  if (status.configuration_problem) {
    found.push({ mood: 'bad', text: `The newest configuration is not in use: ${status.configuration_problem}`, to: '/configuration' });
  }
  if (status.database_problem) {
    found.push({ mood: 'bad', text: `What is done cannot be kept: ${status.database_problem}`, to: '/' });
  }
  for (const { connection, holder } of status.waits_for ?? []) {
    found.push({ mood: 'warn', text: `This server waits: ${connection} is worked on by ${holder}.`, to: '/connections' });
  }
  for (const connection of status.connections) {
    if (connection.state === 'unreachable' || connection.state === 'refused') {
      found.push({ mood: 'bad', text: `${connection.name}: ${connection.problem ?? connection.state}`, to: '/connections' });
    }
    if (connection.push_problem) found.push({ mood: 'warn', text: `${connection.name}: ${connection.push_problem}`, to: '/connections' });
    if (connection.quota?.held_back) {
      found.push({ mood: 'warn', text: `${connection.name}: only the reserve of its calls is left, so nothing new is begun.`, to: '/connections' });
    }
  }
  if (accessNeedsSomebody(status)) {
    found.push({ mood: 'warn', text: `Portal access: ${status.access?.problem ?? status.access?.state}`, to: '/access' });
  }
  for (const item of status.items) {
    if (item.state === 'held') found.push({ mood: 'bad', text: `${item.name} is held: ${item.problem ?? 'a guard stopped it'}`, to: `/items/${encodeURIComponent(item.name)}` });
    else if (item.problem) found.push({ mood: 'bad', text: `${item.name}: ${item.problem}`, to: `/items/${encodeURIComponent(item.name)}` });
    if (!item.owner) found.push({ mood: 'faint', text: `${item.name} has no owner.`, to: `/items/${encodeURIComponent(item.name)}` });
  }
  if (status.conflicts) found.push({ mood: 'warn', text: `${count(status.conflicts, 'conflict')} to decide`, to: '/conflicts' });
  if (status.parked) found.push({ mood: 'warn', text: `${count(status.parked, 'refused write')} parked`, to: '/parked' });
  if (status.configuration?.draft) {
    found.push({ mood: 'faint', text: `${status.configuration.draft} says something else than what is in use.`, to: '/configuration' });
  }
  const worst: Mood[] = ['bad', 'warn', 'busy', 'faint', 'good'];
  return found.sort((one, other) => worst.indexOf(one.mood) - worst.indexOf(other.mood));
}

const accessNeedsSomebody = ({ access }: Status) => access?.state === 'attention' || access?.state === 'stopped';

/** The whole in one sentence. */
export function summary(status: Status): { mood: Mood; text: string } {
  const broken = status.connections.filter(({ state }) => state === 'unreachable' || state === 'refused').length;
  const toDecide = status.conflicts + status.parked;
  if (status.database_problem) return { mood: 'bad', text: 'What is done cannot be kept' };
  if (status.waits_for?.length) return { mood: 'warn', text: 'This server waits: another one works' };
  if (broken) return { mood: 'bad', text: `${broken} of ${count(status.connections.length, 'connection')} ${broken === 1 ? 'does' : 'do'} not work` };
  if (status.held.length) return { mood: 'bad', text: `${count(status.held.length, 'item')} held by a guard` };
  if (toDecide) return { mood: 'warn', text: `${toDecide} for a person to decide` };
  if (accessNeedsSomebody(status)) return { mood: 'warn', text: 'Portal access needs a person' };
  if (!status.idle) return { mood: 'busy', text: `Working: ${(status.backlog + status.in_flight).toLocaleString('en')} to do` };
  return { mood: 'good', text: 'In agreement' };
}
