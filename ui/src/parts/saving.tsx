// A draft of the configuration on its way: what is wrong with it, what it would change, what stands against it, and the
// buttons that save it. Whoever edits the text and whoever fills a form in pass here; nothing is saved past the check.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useRef, type ReactNode } from 'react';
import { ask, post, Refusal, whoActs } from '../api';
import { useRefusal } from '../queries';
import type { Applied, Checked, ConfigurationText, Fault, Finding, Looked } from '../types';
import { count } from '../words';
import { Failure } from './loaded';
import { Section, Sign } from './show';

/** Secrets by the names that the text has for them. */
export type Secrets = Record<string, string>;

/** What is wrong with a draft, and what it would change. */
export function useChecked(text: string, secrets: Secrets = {}) {
  const draft = useDeferredValue(JSON.stringify({ text, secrets }));
  const refusal = useRefusal('administrator');
  return useQuery({
    enabled: !refusal,
    queryKey: ['check', draft],
    queryFn: ({ signal }) => ask<Checked>('/configuration/check', { method: 'POST', body: JSON.parse(draft), signal }),
    placeholderData: (before) => before,
    gcTime: 0,
  });
}

/** Asks both sides about one part of a draft. */
export const look = (text: string, secrets: Secrets, about: { item: string } | { connection: string }) => post<Looked>('/configuration/look', { text, secrets, ...about });

export const errorsOf = (checked: Checked | undefined) => (checked?.problems ?? []).filter(({ severity }) => severity === 'error').length;

interface Props {
  kept: ConfigurationText;
  text: string;
  checked: ReturnType<typeof useChecked>;
  secrets?: Secrets;
  /** Also takes the secrets out of the store that only the text before names. */
  forget?: boolean;
  /** The item that both sides are asked about before it is saved. */
  item?: string;
  /** Why it cannot be saved yet. */
  waits?: string | undefined;
  label?: string;
  done?: () => void;
  children?: ReactNode;
}

type Outcome = Partial<Applied> & { findings?: Finding[] };

export function Saving({ kept, text, checked, secrets = {}, forget = false, item, waits, label = 'Save', done, children }: Props) {
  const queries = useQueryClient();
  const refusal = useRefusal('administrator');
  const isSaved = useRef(false);
  const differs = text !== kept.text || Object.keys(secrets).length > 0;
  const saving = useMutation({
    mutationFn: async (how: { dry_run?: boolean; anyway?: boolean }): Promise<Outcome> => {
      if (item && !how.anyway) {
        const { findings } = await look(text, secrets, { item });
        if (findings.length || how.dry_run) return { findings };
      }
      return ask<Applied>('/configuration/text', { method: 'PUT', body: { text, secrets, forget, by: whoActs(), ...how }, headers: { 'if-match': `"${kept.digest}"` } });
    },
    onSuccess: async (found) => {
      if (!found.applied) return;
      isSaved.current = true;
      await queries.invalidateQueries();
      done?.();
    },
  });
  useBlocker({ shouldBlockFn: () => differs && !isSaved.current && !confirm('There are changes that are not saved. Leave all the same?'), enableBeforeUnload: () => differs && !isSaved.current });
  const stops = saving.isPending || errorsOf(checked.data) > 0 || !!waits || !!refusal;
  // What was found is true of the draft that was looked at.
  const { reset } = saving;
  const draft = JSON.stringify([text, secrets]);
  useEffect(reset, [draft, reset]);
  const found = saving.data;
  const obstacles = [...(found?.findings ?? []), ...(found?.obstacles ?? [])];
  return (
    <Section title="What would change">
      {checked.data?.changes.length ? (
        <ul className="list-disc pl-5">
          {checked.data.changes.map(({ text }) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      ) : (
        <p>{Object.keys(secrets).length ? 'The secret.' : 'Nothing but the layout.'}</p>
      )}
      {found && !found.applied && (
        <div role="status">
          <Obstacles of={obstacles} />
          {obstacles.length === 0 && (item ? <Sign mood="good">Both sides have what it needs.</Sign> : <p className="mt-2">A first look at the items that would run would write {count(found.writes ?? 0, 'field')}.</p>)}
        </div>
      )}
      {saving.isError && <Failure error={saving.error} />}
      {saving.error instanceof Refusal && saving.error.status === 412 && (
        <button type="button" className="button" onClick={() => void queries.invalidateQueries({ queryKey: ['configuration'] })}>
          Throw this away and take over what it says now
        </button>
      )}
      {(refusal ?? waits) && (
        <p role="status">
          <Sign mood="warn">{refusal ?? waits}</Sign>
        </p>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        <button type="button" className="button" disabled={stops} onClick={() => saving.mutate({ dry_run: true })}>
          Look before saving
        </button>
        <button type="button" className="button main" disabled={stops} onClick={() => saving.mutate({})}>
          {saving.isPending ? 'Looking at both sides …' : label}
        </button>
        {(saving.isError || obstacles.length > 0) && (
          <button type="button" className="button risky" disabled={stops} onClick={() => saving.mutate({ anyway: true })}>
            {label} all the same
          </button>
        )}
        {children}
      </div>
    </Section>
  );
}

/** The problems of a draft, as a form shows them: it has no lines to lead to. */
export function Problems({ checked }: { checked: ReturnType<typeof useChecked> }) {
  const problems = checked.data?.problems ?? [];
  return (
    <div role="status">
      {checked.isError && <Failure error={checked.error} />}
      <ul className="space-y-2">
        {problems.map((problem) => (
          <li key={`${problem.line}:${problem.column}:${problem.message}`}>
            <Said problem={problem} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** One problem, with what to do. */
export function Said({ problem: { severity, message, remedy } }: { problem: Fault }) {
  return (
    <>
      <Sign mood={severity === 'error' ? 'bad' : 'warn'}>{severity}</Sign>: <span className="value">{message}</span>
      {remedy && <p className="text-sm text-faint">{remedy}</p>}
    </>
  );
}

export function Obstacles({ of }: { of: Finding[] }) {
  if (!of.length) return null;
  return (
    <div className="my-2">
      <p className="font-medium text-warn">! {count(of.length, 'thing')} against it</p>
      <ul className="list-disc pl-5 text-sm">
        {of.map(({ message, remedy }) => (
          <li key={message}>
            {message}. <span className="text-faint">{remedy}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
