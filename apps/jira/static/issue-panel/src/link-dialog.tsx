// Finding the record to link: by what people call it, or by its id.

import Button from '@atlaskit/button/new';
import Modal, { ModalBody, ModalFooter, ModalHeader, ModalTitle, ModalTransition } from '@atlaskit/modal-dialog';
import TextField from '@atlaskit/textfield';
import { useEffect, useState } from 'react';

import { ask, type Failure } from '../../shared/ask';
import { Trouble } from '../../shared/trouble';
import { asFailure } from '../../shared/use-answer';
import type { Found, ItemCard } from './answers';

/** Fewer letters would find everything. */
const LETTERS_MIN = 2;
/** Nobody waits for what they have typed half of. */
const PAUSE_MS = 300;

interface Props {
  card: ItemCard;
  close: () => void;
  linked: () => void;
}

export function LinkDialog({ card, close, linked }: Props) {
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found>();
  const [failure, setFailure] = useState<Failure>();
  const [chosen, setChosen] = useState('');

  useEffect(() => {
    setFound(undefined);
    setFailure(undefined);
    if (text.trim().length < LETTERS_MIN) return;
    let isWanted = true;
    const query = new URLSearchParams({ item: card.item, text: text.trim() });
    const timer = setTimeout(() => {
      ask<Found>('GET', `records?${query}`).then(
        (answer) => isWanted && setFound(answer),
        (error) => isWanted && setFailure(asFailure(error)),
      );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [card.item, text]);

  const link = async (record: string) => {
    setChosen(record);
    setFailure(undefined);
    try {
      await ask('POST', 'links', { item: card.item, record });
      linked();
    } catch (error) {
      setFailure(asFailure(error));
      setChosen('');
    }
  };

  return (
    <ModalTransition>
      <Modal onClose={close}>
        <ModalHeader>
          <ModalTitle>Link a Salesforce record</ModalTitle>
        </ModalHeader>
        <ModalBody>
          <label htmlFor="wanted">Type to search, or paste the id of a {card.object} (15 or 18 characters)</label>
          <TextField id="wanted" autoFocus autoComplete="off" value={text} onChange={(event) => setText(event.currentTarget.value)} />
          <p className="quiet" role="status">{status(text, found)}</p>
          <ul className="found">
            {found?.records.map((record) => (
              <li key={record.id}>
                <Button isDisabled={chosen !== ''} isLoading={chosen === record.id} onClick={() => void link(record.id)}>
                  {record.display}
                </Button>
              </li>
            ))}
          </ul>
          {failure && <Trouble failure={failure} />}
        </ModalBody>
        <ModalFooter>
          <Button appearance="subtle" onClick={close}>Cancel</Button>
        </ModalFooter>
      </Modal>
    </ModalTransition>
  );
}

function status(text: string, found?: Found): string {
  if (text.trim().length < LETTERS_MIN) return `At least ${LETTERS_MIN} letters.`;
  if (!found) return '';
  return found.message ?? `${found.records.length} found in ${found.searched.join(', ')}.`;
}
