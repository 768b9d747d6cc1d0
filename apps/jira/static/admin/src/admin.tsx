// The admin page: whether everything is connected, and what the items do.

import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';

import { Trouble } from '../../shared/trouble';
import { useAnswer } from '../../shared/use-answer';
import { ago } from '../../shared/words';
import type { Connections, Reach, Status } from './answers';
import { Connection } from './connection';
import { Guide } from './guide';
import { InConsole } from './in-console';
import { Items } from './items';

export function Admin() {
  const reach = useAnswer<Reach>('admin/reach');
  const status = useAnswer<Status>('admin/status');
  const connected = useAnswer<Connections>('admin/connections');
  const again = () => [reach, status, connected].forEach((asked) => asked.again());
  const failed = [reach.state, status.state, connected.state].find((state) => state.kind === 'failed');
  if (failed?.kind === 'failed') {
    const mayRead = failed.failure.cause !== 'no-permission';
    return (
      <>
        <Trouble failure={failed.failure} retry={again} />
        {mayRead && <Guide />}
      </>
    );
  }
  if (reach.state.kind !== 'there' || status.state.kind !== 'there' || connected.state.kind !== 'there') {
    return <Spinner label="Asking Entente" />;
  }
  const { answer: now } = status.state;
  const { answer: here } = reach.state;
  const { connections } = connected.state.answer;
  const unconfirmed = connections.filter(({ state }) => state !== 'ok').map(({ name }) => name);
  return (
    <>
      <div className="row">
        <span className="quiet">Version {here.version} of Entente</span>
        <Button onClick={again}>Refresh</Button>
      </div>
      {now.configuration_problem && (
        <SectionMessage appearance="warning" title="The configuration on disk is not in use">
          <p>{now.configuration_problem}</p>
        </SectionMessage>
      )}
      <h2>Connections</h2>
      {connections.map((connection) => (
        <Connection key={connection.name} connection={connection} isHere={connection.name === here.site} console={here.console} />
      ))}
      <p className="quiet">Jira last told this server of an event: {ago(here.heard_seconds)}.</p>
      <h2>Connected items</h2>
      <p className="quiet">
        {now.links} links, {now.conflicts} conflicts, {now.parked} parked, {now.backlog} on their way.
      </p>
      <div className="row">
        <InConsole console={here.console} path="/new-item" label="New item" isDisabled={unconfirmed.length > 0} />
        {unconfirmed.length > 0 && <span className="quiet">An item can be made once every connection is confirmed: {unconfirmed.join(', ')}.</span>}
      </div>
      <Items items={now.items} console={here.console} />
      <Guide />
    </>
  );
}
