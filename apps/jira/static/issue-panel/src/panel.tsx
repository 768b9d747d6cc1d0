// The panel of an issue: a card per item that applies to it.

import Spinner from '@atlaskit/spinner';

import { Trouble } from '../../shared/trouble';
import { useAnswer } from '../../shared/use-answer';
import type { PanelAnswer } from './answers';
import { Item } from './item';

export function Panel() {
  const { state, again, show } = useAnswer<PanelAnswer>('panel');
  if (state.kind === 'waiting') return <Spinner label="Asking Entente" />;
  if (state.kind === 'failed') return <Trouble failure={state.failure} retry={again} />;
  const panel = state.answer;
  if (panel.cards.length === 0) {
    return <p className="quiet">No connected item applies to {panel.issue}. Entente&apos;s administrators decide which do.</p>;
  }
  return panel.cards.map((card) => (
    <Item key={card.item} card={card} mayEdit={panel.may_edit} again={again} show={show} />
  ));
}
