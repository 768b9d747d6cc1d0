// Taking a connection or an item out of the configuration, after saying what that means.

import { Link } from '@tanstack/react-router';
import { names, part, Unreachable, withoutPart, type Section } from '../document';
import { Failure, Loaded } from '../parts/loaded';
import { Problems, Saving, useChecked } from '../parts/saving';
import { useConfiguration } from '../queries';
import type { ConfigurationText } from '../types';

interface Props {
  section: Section;
  name: string;
  close: () => void;
}

export default function Removal(props: Props) {
  const kept = useConfiguration();
  return (
    <Loaded query={kept} of="the configuration">
      {(kept) => <Asked kept={kept} {...props} />}
    </Loaded>
  );
}

function Asked({ kept, ...props }: Props & { kept: ConfigurationText }) {
  try {
    const users = props.section === 'connections' ? usersOf(kept.text, props.name) : [];
    return users.length ? <Used by={users} close={props.close} /> : <Removed kept={kept} text={withoutPart(kept.text, props.section, props.name)} {...props} />;
  } catch (error) {
    if (error instanceof Unreachable) return <Failure error={error} />;
    throw error;
  }
}

/** The items that a connection is a side of. */
function usersOf(text: string, connection: string): string[] {
  const uses = (item: string) => ['salesforce', 'jira'].some((side) => (part(text, 'items', item)?.[side] as { connection?: string } | undefined)?.connection === connection);
  return names(text, 'items').filter(uses);
}

function Used({ by, close }: { by: string[]; close: () => void }) {
  return (
    <>
      <p>These items use it. Delete them first, or let them use another connection:</p>
      <ul className="list-disc pl-5">
        {by.map((item) => (
          <li key={item}>
            <Link to="/items/$item/edit" params={{ item }} onClick={close}>
              {item}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function Removed({ kept, text, section, name, close }: Props & { kept: ConfigurationText; text: string }) {
  const checked = useChecked(text);
  return (
    <>
      <p className="mb-3">
        {section === 'connections'
          ? `${name} is taken out of the configuration, and what the store has of its credentials is cleared. What it may do at the vendor is taken away there.`
          : `${name} is taken out of the configuration. Its links are kept and rest: nothing is written any more, and they go on when an item of this name comes back.`}
      </p>
      <Problems checked={checked} />
      <Saving kept={kept} text={text} checked={checked} forget={section === 'connections'} label={section === 'connections' ? 'Revoke' : 'Delete'} done={close} />
    </>
  );
}
