// One connection: how a side is reached. Its secret is typed here, goes into the encrypted store and never comes back.

import { useMutation } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { names, part, Unreachable, withPart, type Wanted } from '../document';
import { Choice, Group, Text, Tick } from '../parts/form';
import { Empty, Failure, Loaded } from '../parts/loaded';
import { errorsOf, look, Problems, Saving, useChecked, type Secrets } from '../parts/saving';
import { Badge, Head, Section } from '../parts/show';
import { useConfiguration } from '../queries';
import type { ConfigurationText, Side } from '../types';
import { sideName } from '../words';
import { Facts, identityFacts } from './connections';

export function NewConnectionPage() {
  return <Page name={null} title="New connection" />;
}

export function ConnectionPage() {
  const { connection } = useParams({ from: '/connections/$connection' });
  return <Page name={connection} title={connection} />;
}

function Page({ name, title }: { name: string | null; title: string }) {
  const kept = useConfiguration();
  return (
    <>
      <Head title={title} about="How a side is reached. A secret is kept encrypted and never shown again." />
      <Loaded query={kept} of="the configuration">
        {(kept) => <Form key={kept.digest} kept={kept} name={name} />}
      </Loaded>
    </>
  );
}

/** What is written of a side, under the names that people know from its own pages. */
const SIDES = {
  salesforce: { url: 'login_url', account: 'client_id', secret: 'client_secret', words: ['Login URL', 'Client ID', 'Client Secret'] },
  jira: { url: 'site_url', account: 'email', secret: 'api_token', words: ['Site URL', 'Account (e-mail address)', 'API token'] },
} as const;

interface Draft {
  name: string;
  side: Side;
  url: string;
  account: string;
  secret: string;
  sandbox: boolean;
}

function draftOf(text: string, name: string | null): Draft & { kept: string | null } {
  const said = name === null ? undefined : part(text, 'connections', name);
  const side: Side = said?.['jira'] ? 'jira' : 'salesforce';
  const of = (said?.[side] ?? {}) as Record<string, unknown>;
  const word = (key: string) => String(of[key] ?? '');
  const { url, account, secret } = SIDES[side];
  return { name: name ?? '', side, url: word(url), account: word(account), secret: '', sandbox: said?.['sandbox'] === true, kept: said ? word(secret) : null };
}

/** Where a secret is kept, by its connection. */
const secretName = ({ name, side }: Draft) => `${name}.${SIDES[side].secret.replace('_', '-')}`.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63);

function edited(kept: ConfigurationText, draft: Draft, isNew: boolean): { text: string; secrets: Secrets } {
  const { url, account, secret } = SIDES[draft.side];
  const typed = draft.secret.trim();
  const says: Wanted = { [url]: draft.url.trim(), [account]: draft.account.trim() };
  if (typed || isNew) says[secret] = `secret:${secretName(draft)}`;
  const sandbox = draft.sandbox ? true : undefined;
  return { text: withPart(kept.text, 'connections', draft.name, { sandbox, [draft.side]: says }), secrets: typed ? { [secretName(draft)]: typed } : {} };
}

function Form({ kept, name }: { kept: ConfigurationText; name: string | null }) {
  const [draft, setDraft] = useState(() => draftOf(kept.text, name));
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  if (name !== null && draft.kept === null) return <Empty title={`There is no connection ${name}.`} />;
  const [urlWord, accountWord, secretWord] = SIDES[draft.side].words;
  const isSalesforce = draft.side === 'salesforce';
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <Group title="Where it leads">
        {name === null && (
          <>
            <Choice label="Side" value={draft.side} set={(side) => set({ side: side as Side })} options={[{ value: 'salesforce', text: 'Salesforce org' }, { value: 'jira', text: 'Jira site' }]} />
            <Text label="Name" help="As items name it: acme-org. It cannot be changed here later." value={draft.name} set={(name) => set({ name })} />
          </>
        )}
        <Text label={urlWord} type="url" value={draft.url} set={(url) => set({ url })} help={isSalesforce ? 'The org’s My Domain: https://acme.my.salesforce.com. What stands behind the host is dropped.' : 'https://acme.atlassian.net'} />
        <Text label={accountWord} type={isSalesforce ? 'text' : 'email'} value={draft.account} set={(account) => set({ account })} help={isSalesforce ? 'Salesforce calls it the consumer key.' : 'Of the integration account.'} />
        <Text label={secretWord} type="password" value={draft.secret} set={(secret) => set({ secret })} help={draft.kept ? `${kind(draft.kept)} Type another one to replace it.` : 'It goes into the encrypted store of this server.'} />
        <Tick label="A stand-in on this machine" help="A sandbox of Entente: only then http and loopback addresses are allowed." value={draft.sandbox} set={(sandbox) => set({ sandbox })} />
      </Group>
      <Outcome kept={kept} draft={draft} isNew={name === null} />
    </form>
  );
}

const kind = (kept: string) => (kept.startsWith('secret:') ? 'One is in the store.' : /^(file:|\$\{)/.test(kept) ? `It is read from ${kept}.` : 'It stands in the text.');

function Outcome({ kept, draft, isNew }: { kept: ConfigurationText; draft: Draft; isNew: boolean }) {
  const missing = lacks(kept, draft, isNew);
  if (missing) return <p role="status" className="text-sm text-faint">{missing}</p>;
  try {
    return <Try kept={kept} draft={draft} {...edited(kept, draft, isNew)} />;
  } catch (error) {
    if (error instanceof Unreachable) return <Failure error={error} />;
    throw error;
  }
}

/** What has to be filled in before anything can be said. */
function lacks(kept: ConfigurationText, draft: Draft, isNew: boolean): string | undefined {
  const { words } = SIDES[draft.side];
  if (isNew && !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(draft.name)) return 'The name has letters, digits, dashes and underscores.';
  if (isNew && names(kept.text, 'connections').includes(draft.name)) return `There is a connection ${draft.name} already. Choose another name.`;
  if (!draft.url.trim()) return `Fill in the ${words[0]}.`;
  if (!draft.account.trim()) return `Fill in the ${words[1]}.`;
  if (isNew && !draft.secret.trim()) return `Fill in the ${words[2]}.`;
  return undefined;
}

function Try({ kept, draft, text, secrets }: { kept: ConfigurationText; draft: Draft; text: string; secrets: Secrets }) {
  const navigate = useNavigate();
  const checked = useChecked(text, secrets);
  const about = JSON.stringify([text, secrets]);
  const trying = useMutation({ mutationFn: async () => ({ about, ...(await look(text, secrets, { connection: draft.name })) }) });
  const seen = trying.data?.about === about ? trying.data.identity : null;
  return (
    <>
      <Problems checked={checked} />
      <Section
        title="Test"
        aside={
          <button type="button" className="button" disabled={trying.isPending || errorsOf(checked.data) > 0} onClick={() => trying.mutate()}>
            {trying.isPending ? 'Signing in …' : 'Test connection'}
          </button>
        }
      >
        <p className="text-sm text-faint">Signs in to {sideName[draft.side]} with what stands here, and asks who answers. Nothing is saved.</p>
        {trying.isError && <Failure error={trying.error} />}
        {seen && (
          <div role="status" className="mt-2">
            <Badge state="connected" mood="good" />
            <Facts of={identityFacts(draft.side, seen)} />
          </div>
        )}
      </Section>
      {(text !== kept.text || Object.keys(secrets).length > 0) && <Saving kept={kept} text={text} secrets={secrets} checked={checked} done={() => void navigate({ to: '/connections' })} />}
    </>
  );
}
