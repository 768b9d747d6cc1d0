// One item: what it has linked to the issue, or the way to link something.

import Button from '@atlaskit/button/new';
import Lozenge from '@atlaskit/lozenge';
import { useState } from 'react';

import { mode } from '../../shared/words';
import type { ItemCard, PanelAnswer } from './answers';
import { LinkDialog } from './link-dialog';
import { Linked } from './linked';

interface Props {
  card: ItemCard;
  mayEdit: boolean;
  again: () => void;
  show: (panel: PanelAnswer) => void;
}

export function Item({ card, mayEdit, again, show }: Props) {
  const [isLinking, setLinking] = useState(false);
  const close = () => setLinking(false);
  const linked = () => {
    close();
    again();
  };
  return (
    <section className="card" aria-label={card.item}>
      <div className="row">
        <h2>{card.item}</h2>
        <span className="quiet">Salesforce {card.object}</span>
        <Lozenge appearance="inprogress">{mode(card.mode)}</Lozenge>
        {card.state === 'paused' && <Lozenge appearance="moved">Paused</Lozenge>}
      </div>
      {card.links.map((link) => (
        <Linked key={link.link} link={link} mayEdit={mayEdit} isResting={card.state === 'paused'} show={show} />
      ))}
      {card.links.length === 0 && (
        <div className="row">
          <p className="quiet">No record linked.</p>
          {mayEdit && <Button onClick={() => setLinking(true)}>Link a Salesforce record</Button>}
        </div>
      )}
      {isLinking && <LinkDialog card={card} close={close} linked={linked} />}
    </section>
  );
}
