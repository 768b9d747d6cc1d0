// What is shown in place of an answer: what happened, and what to do.

import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';

import type { Cause, Failure } from './ask';

const TITLES: Record<Cause, string> = {
  'not-connected': 'This app is not connected to Entente',
  unreachable: 'Entente cannot be reached',
  'no-permission': 'You may not see this',
  refused: 'This was refused',
  error: 'Something went wrong in Entente',
};

const ADVICE: Record<Cause, string> = {
  'not-connected': 'An administrator of Entente sets `server.forge.app_id` to the id of this app.',
  unreachable: 'The issue itself is not affected. Try again in a moment, or tell your administrator.',
  'no-permission': '',
  refused: '',
  error: 'Tell your administrator, with the number below.',
};

interface Props {
  failure: Failure;
  retry?: () => void;
}

export function Trouble({ failure, retry }: Props) {
  const advice = failure.remedy || ADVICE[failure.cause];
  const isWarning = failure.cause === 'no-permission' || failure.cause === 'refused';
  return (
    <div role="alert">
      <SectionMessage title={TITLES[failure.cause]} appearance={isWarning ? 'warning' : 'error'}>
        <p>{failure.detail}</p>
        {advice && <p>{advice}</p>}
        {failure.trace && <p>Trace: {failure.trace}</p>}
        {retry && failure.cause !== 'no-permission' && <Button onClick={retry}>Try again</Button>}
      </SectionMessage>
    </div>
  );
}
