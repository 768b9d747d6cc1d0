// One connection: whether it works, and what is wrong if it does not.

import Lozenge from '@atlaskit/lozenge';

import { ago } from '../../shared/words';
import type { ConnectionStatus } from './answers';

const STATES = {
  ok: ['Connected', 'success'],
  starting: ['Starting', 'inprogress'],
  unreachable: ['Out of reach', 'moved'],
  refused: ['Refused', 'removed'],
} as const;

export function Connection({ connection, isHere }: { connection: ConnectionStatus; isHere: boolean }) {
  const [word, appearance] = STATES[connection.state];
  return (
    <section className="card" aria-label={connection.name}>
      <div className="row">
        <h3>{connection.name}</h3>
        <Lozenge appearance={appearance}>{word}</Lozenge>
        {isHere && <Lozenge>This site</Lozenge>}
        {connection.sandbox && <Lozenge>Sandbox</Lozenge>}
        <span className="quiet">Read {ago(connection.fresh_seconds)}</span>
      </div>
      {connection.problem && <p>{connection.problem}</p>}
    </section>
  );
}
