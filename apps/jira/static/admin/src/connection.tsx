// One connection: whether it works, where it leads, and what is wrong if it does not work.

import Lozenge from '@atlaskit/lozenge';

import { useAnswer } from '../../shared/use-answer';
import { ago } from '../../shared/words';
import type { ConnectionAnswer, Identity } from './answers';
import { InConsole } from './in-console';

const STATES = {
  ok: ['Connected', 'success'],
  starting: ['Starting', 'inprogress'],
  unreachable: ['Out of reach', 'moved'],
  refused: ['Refused', 'removed'],
} as const;

interface Props {
  connection: ConnectionAnswer;
  isHere: boolean;
  console: string | null;
}

export function Connection({ connection, isHere, console }: Props) {
  const [word, appearance] = STATES[connection.state];
  const isOrg = connection.side === 'salesforce';
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
      <dl className="fields">
        <Row name={isOrg ? 'Login URL' : 'Site URL'} value={connection.url} />
        <Row name={isOrg ? 'Client ID' : 'Account'} value={connection.account} />
        <Who connection={connection} />
      </dl>
      <div className="row">
        <InConsole console={console} path={`/connections/${encodeURIComponent(connection.name)}`} label="Edit" of={connection.name} />
        <InConsole console={console} path={`/connections?revoke=${encodeURIComponent(connection.name)}`} label="Revoke" of={connection.name} />
      </div>
    </section>
  );
}

/** Who answers there, once it has been asked. */
function Who({ connection }: { connection: ConnectionAnswer }) {
  const { state } = useAnswer<Identity>(`admin/connections/${encodeURIComponent(connection.name)}/identity`);
  if (state.kind === 'waiting') return <Row name="Who answers" value="Asking .." />;
  if (state.kind === 'failed') return <Row name="Who answers" value={state.failure.detail} />;
  const { name, id, instance_url, user } = state.answer;
  const isOrg = connection.side === 'salesforce';
  return (
    <>
      <Row name={isOrg ? 'Org name' : 'Site name'} value={name} />
      {id && <Row name="Org ID" value={id} />}
      <Row name="Instance URL" value={instance_url} />
      <Row name="Works as" value={user} />
    </>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
