// A linked record: what it showed when it was last read, and what can be done with the link.

import Button from '@atlaskit/button/new';
import Lozenge from '@atlaskit/lozenge';
import SectionMessage from '@atlaskit/section-message';
import { router } from '@forge/bridge';
import { useState } from 'react';

import { ask, type Failure } from '../../shared/ask';
import { Trouble } from '../../shared/trouble';
import { asFailure } from '../../shared/use-answer';
import { ago, shown } from '../../shared/words';
import type { Field, LinkCard, PanelAnswer } from './answers';
import { UnlinkDialog } from './unlink-dialog';

/** A value of more characters scrolls in a box of its own. */
const LONG = 300;

interface Props {
  link: LinkCard;
  mayEdit: boolean;
  isResting: boolean;
  show: (panel: PanelAnswer) => void;
}

export function Linked({ link, mayEdit, isResting, show }: Props) {
  const [busy, setBusy] = useState('');
  const [failure, setFailure] = useState<Failure>();
  const [isParting, setParting] = useState(false);
  const act = async (what: 'refresh' | 'unlink') => {
    setParting(false);
    setBusy(what);
    setFailure(undefined);
    try {
      show(await ask<PanelAnswer>('POST', `links/${link.link}/${what}`));
    } catch (error) {
      setFailure(asFailure(error));
    }
    setBusy('');
  };
  const url = link.salesforce.url;
  return (
    <div className="card">
      <div className="row">
        <Lozenge>{link.origin === 'auto' ? 'Auto-managed' : 'Linked by hand'}</Lozenge>
        {link.status_sync && <span className="quiet">Status is kept in agreement.</span>}
        <span className="quiet">Synced {ago(link.salesforce.age_seconds)}</span>
      </div>
      {link.reason && <SectionMessage appearance="warning"><p>{link.reason}</p></SectionMessage>}
      {link.salesforce.age_seconds === null ? (
        <p className="quiet">Its values are on their way.</p>
      ) : (
        <dl className="fields">
          {link.fields.map((field) => <Row key={`${field.salesforce_field}>${field.jira_field}`} field={field} />)}
        </dl>
      )}
      {link.notes.map((note) => <p key={note} className="quiet">{note}</p>)}
      {failure && <Trouble failure={failure} />}
      <div className="row">
        {url && <Button onClick={() => void router.open(url)}>Open in Salesforce</Button>}
        {mayEdit && !isResting && (
          <Button isLoading={busy === 'refresh'} isDisabled={busy !== ''} onClick={() => void act('refresh')}>Refresh</Button>
        )}
        {mayEdit && link.may_unlink && (
          <Button appearance="subtle" isDisabled={busy !== ''} onClick={() => setParting(true)}>Unlink</Button>
        )}
        {!link.may_unlink && <span className="quiet">Its item made this link and keeps its history; it stays.</span>}
      </div>
      {isParting && <UnlinkDialog link={link} close={() => setParting(false)} confirm={() => void act('unlink')} />}
    </div>
  );
}

function Row({ field }: { field: Field }) {
  const isLong = field.salesforce.length > LONG;
  return (
    <>
      <dt>{field.salesforce_field}</dt>
      <dd className={isLong ? 'long' : undefined} tabIndex={isLong ? 0 : undefined}>
        {shown(field.salesforce)}
        {field.conflict && (
          <div>
            <Lozenge appearance="removed">Waits for a decision</Lozenge> Jira shows: {shown(field.jira)}
          </div>
        )}
      </dd>
    </>
  );
}
