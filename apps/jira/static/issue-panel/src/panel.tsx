// The panel of an issue: a card per item that applies to it.

import Spinner from '@atlaskit/spinner';
import { useEffect, useRef } from 'react';

import { Trouble } from '../../shared/trouble';
import { useAnswer } from '../../shared/use-answer';
import type { PanelAnswer } from './answers';
import { Item } from './item';

/** How often it is asked whether the values of a new link are there. */
const LOOK_MS = 2_000;
/** After so many times in vain somebody has to ask. */
const LOOKS_MAX = 15;

export function Panel() {
  const { state, again, quietly, show } = useAnswer<PanelAnswer>('panel');
  const looks = useRef(0);
  useEffect(() => {
    if (state.kind !== 'there' || !isAwaited(state.answer)) {
      looks.current = 0;
      return;
    }
    if (looks.current === LOOKS_MAX) return;
    looks.current += 1;
    const timer = setTimeout(quietly, LOOK_MS);
    return () => clearTimeout(timer);
  }, [state, quietly]);
  if (state.kind === 'waiting') return <Spinner label="Asking Entente" />;
  if (state.kind === 'failed') return <Trouble failure={state.failure} retry={again} />;
  const panel = state.answer;
  if (panel.cards.length === 0) {
    return <p className="quiet">No connected item applies to {panel.issue}. Entente&apos;s administrators decide which do.</p>;
  }
  return panel.cards.map((card) => (
    <Item key={card.item} card={card} mayEdit={panel.may_edit} again={quietly} show={show} />
  ));
}

/** Whether a link that a person made has not been read yet. */
function isAwaited(panel: PanelAnswer): boolean {
  const links = panel.cards.filter((card) => card.state === 'active').flatMap((card) => card.links);
  return links.some((link) => link.state === 'active' && link.salesforce.age_seconds === null);
}
