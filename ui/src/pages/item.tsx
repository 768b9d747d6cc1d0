// One connected item: what it says, whether it runs, what it would write, and one record to try it on.

import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, post, query, whoActs } from '../api';
import { Act, Opens } from '../parts/dialog';
import { Empty, Failure, Loaded, Waiting } from '../parts/loaded';
import { Planned } from '../parts/planned';
import { Obstacles } from '../parts/saving';
import { Ago, Badge, Head, Section, Sign, Table } from '../parts/show';
import { useItem, useStatus } from '../queries';
import type { Applied, ConfigurationText, DryRun, Item, ItemState, MappedField } from '../types';
import { count } from '../words';
import { Try } from './trial';

export function ItemPage() {
  const { item: name } = useParams({ from: '/items/$item' });
  const item = useItem(name);
  const status = useStatus().data?.items.find((status) => status.name === name);
  return (
    <>
      <Head title={name} about={status && <>{status.state}, {count(status.links, 'link')}, last round <Ago at={status.last_sync} /></>}>
        {item.data && <States item={item.data} held={status?.state === 'held'} />}
        {item.data && (
          <Link to="/items/$item/edit" params={{ item: name }} className="button">
            Edit
          </Link>
        )}
      </Head>
      {status?.problem && (
        <p className="mb-4">
          <Sign mood="bad">{status.problem}</Sign>
        </p>
      )}
      <Loaded query={item} of="the item">
        {(item) => (
          <>
            <Shape item={item} />
            <Fields item={item} />
            <Preview item={item} />
            <Try item={item} />
          </>
        )}
      </Loaded>
    </>
  );
}

function States({ item, held }: { item: Item; held: boolean }) {
  const runs = item.state === 'active';
  return (
    <>
      {held && <Act label="Let it go on" className="button main" act={() => post(`/items/${encodeURIComponent(item.name)}/resume`, { by: whoActs() })} />}
      <Opens least="administrator" label={runs ? 'Pause' : 'Activate'} title={`${runs ? 'Pause' : 'Activate'} ${item.name}`} className={runs ? 'button' : 'button main'}>
        {(close) => <ChangeState name={item.name} state={runs ? 'paused' : 'active'} close={close} />}
      </Opens>
    </>
  );
}

/** Looks first at what the change would do, then asks. */
function ChangeState({ name, state, close }: { name: string; state: ItemState; close: () => void }) {
  const looked = useQuery({
    queryKey: ['change state', name, state],
    queryFn: async () => {
      const kept = await ask<ConfigurationText>(query('/configuration/text', { item: name, state }));
      return { kept, found: await save(kept, { dry_run: true }) };
    },
    retry: false,
    gcTime: 0,
    meta: { once: true },
  });
  return (
    <Loaded query={looked} of="both sides, as the item would">
      {({ kept, found }) => (
        <>
          <ul className="list-disc pl-5">
            {found.changes.map(({ text }) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          {state === 'active' && !found.obstacles.length && (
            <p className="my-2">
              A first look would write {count(found.writes, 'field')}
              {found.conflicts > 0 && ` and find ${count(found.conflicts, 'conflict')}`}.
            </p>
          )}
          <Obstacles of={found.obstacles} />
          <div className="mt-3 flex flex-wrap gap-2">
            <Act
              label={found.obstacles.length ? 'Do it all the same' : 'Do it'}
              className={found.obstacles.length ? 'button risky' : 'button main'}
              act={() => save(kept, { anyway: found.obstacles.length > 0 })}
              done={close}
            />
          </div>
        </>
      )}
    </Loaded>
  );
}

const save = ({ text, digest }: ConfigurationText, how: { dry_run?: boolean; anyway?: boolean }) =>
  ask<Applied>('/configuration/text', { method: 'PUT', body: { text, by: whoActs(), ...how }, headers: { 'if-match': `"${digest}"` } });

function Shape({ item }: { item: Item }) {
  const facts: [string, React.ReactNode][] = [
    ['Mode', item.mode],
    ['Salesforce', <>{item.object} in <Link to="/connections">{item.connections.salesforce}</Link>{item.filtered.salesforce && ', filtered'}</>],
    ['Jira', <>{item.projects.join(', ')}: {item.issue_type ?? 'manual link only'} in <Link to="/connections">{item.connections.jira}</Link>{item.filtered.jira && ', filtered'}</>],
    ['Actions', <>to Salesforce <Badge state={item.actions.salesforce} /> to Jira <Badge state={item.actions.jira} /></>],
    ['Auto create', item.auto_create],
    ['Records', typeof item.start === 'string' ? item.start : `since ${item.start.at}`],
    ['When a record leaves', item.on_leave],
    ['When both changed', item.conflicts],
    ['Correlation', item.correlation ? `${item.correlation.salesforce}, ${item.correlation.jira}` : 'none'],
    ['Match by', item.match_rules.map(({ salesforce, jira }) => `${salesforce} = ${jira}`).join('; ') || 'correlation only'],
    ['Owner', item.owner ?? <Sign mood="warn">nobody</Sign>],
  ];
  return (
    <Section title="What it says">
      <dl className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-[10rem_1fr]">
        {facts.map(([name, fact]) => (
          <div key={name} className="contents">
            <dt className="text-faint">{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** Which way values flow, as an arrow and as words. */
function Flow({ flows }: { flows: MappedField['flows'] }) {
  const [sign, words] = flows.salesforce && flows.jira ? ['↔', 'both ways'] : flows.jira ? ['→', 'to Jira'] : flows.salesforce ? ['←', 'to Salesforce'] : ['·', 'shown only'];
  return (
    <>
      <span aria-hidden="true">{sign} </span>
      <span className="text-faint">{words}</span>
    </>
  );
}

function Fields({ item }: { item: Item }) {
  return (
    <Section title="Fields">
      {item.fields.length === 0 && <Empty title="No field is mapped." />}
      <Table of="Fields" heads={['Salesforce', 'Flows', 'Jira', 'On the way', 'When both changed']}>
        {item.fields.map((line) => (
          <tr key={line.key}>
            <td>{line.salesforce}</td>
            <td className="whitespace-nowrap">
              <Flow flows={line.flows} />
            </td>
            <td>{line.jira}</td>
            <td>{onTheWay(line)}</td>
            <td>{line.conflicts}</td>
          </tr>
        ))}
        {item.status && (
          <tr>
            <td>{item.status.field}</td>
            <td>status</td>
            <td>status</td>
            <td>{item.status.values.map(({ salesforce, jira }) => `${salesforce} = ${jira}`).join(', ')}</td>
            <td>{item.conflicts}</td>
          </tr>
        )}
      </Table>
    </Section>
  );
}

function onTheWay({ values, steps }: MappedField): string {
  const parts = [
    values.map(({ salesforce, jira }) => `${salesforce} = ${jira}`).join(', '),
    steps.jira ? `${count(steps.jira, 'step')} to Jira` : '',
    steps.salesforce ? `${count(steps.salesforce, 'step')} to Salesforce` : '',
  ];
  return parts.filter(Boolean).join('; ') || 'as it is';
}

function Preview({ item }: { item: Item }) {
  const looking = useMutation({ mutationFn: () => ask<DryRun>(`/items/${encodeURIComponent(item.name)}/preview`) });
  return (
    <Section
      title="Dry run"
      aside={
        <button type="button" className="button" disabled={looking.isPending} onClick={() => looking.mutate()}>
          {looking.isPending ? 'Reading both sides …' : 'What would be written now?'}
        </button>
      }
    >
      <p className="text-sm text-faint">Reads both sides and writes nothing{item.state === 'active' ? '' : '; the item is looked at as if it ran'}.</p>
      {looking.isPending && <Waiting of="both sides" />}
      {looking.isError && <Failure error={looking.error} />}
      {looking.data && <Planned run={looking.data} />}
    </Section>
  );
}
