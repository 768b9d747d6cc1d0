// Asks once before a link is dissolved.

import Button from '@atlaskit/button/new';
import Modal, { ModalBody, ModalFooter, ModalHeader, ModalTitle, ModalTransition } from '@atlaskit/modal-dialog';

import type { LinkCard } from './answers';

interface Props {
  link: LinkCard;
  close: () => void;
  confirm: () => void;
}

export function UnlinkDialog({ link, close, confirm }: Props) {
  return (
    <ModalTransition>
      <Modal onClose={close}>
        <ModalHeader>
          <ModalTitle>Unlink {link.salesforce.id}?</ModalTitle>
        </ModalHeader>
        <ModalBody>
          The record and {link.jira.id} both stay as they are. From then on neither follows the other.
        </ModalBody>
        <ModalFooter>
          <Button appearance="subtle" onClick={close}>Keep the link</Button>
          <Button appearance="warning" onClick={confirm}>Unlink</Button>
        </ModalFooter>
      </Modal>
    </ModalTransition>
  );
}
