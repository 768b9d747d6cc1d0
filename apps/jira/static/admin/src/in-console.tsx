// A button that leads to the console of the server, where it is done: what changes the configuration, and above all a
// credential, goes from the browser to the server and not through Atlassian.

import Button from '@atlaskit/button/new';
import { router } from '@forge/bridge';

interface Props {
  console: string | null;
  path: string;
  label: string;
  of?: string;
  isDisabled?: boolean;
}

export function InConsole({ console, path, label, of, isDisabled = false }: Props) {
  if (!console) return null;
  const open = () => void router.open(`${console.replace(/\/+$/, '')}${path}`);
  return (
    <Button spacing="compact" isDisabled={isDisabled} aria-label={of ? `${label} ${of}` : label} onClick={open}>
      {label}
    </Button>
  );
}
