// One link: both sides beside each other, what the next round would do about it, and what happened to it.

import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { post, whoActs } from '../api';
import { Act, Opens } from '../parts/dialog';
import { Empty, Loaded } from '../parts/loaded';
import { Planned } from '../parts/planned';
import { Badge, Head, ItemTo, RecordName, Section, Table, Value } from '../parts/show';
import { useCards, useConflicts, useEntries, useExplanation } from '../queries';
import type { Card, End } from '../types';
import { distance } from '../words';
import { Happened } from './activity';
import { Decide } from './conflicts';

export function LinkPage() {
  const { link } = useParams({ from: '/links/$link' });
  const cards = useCards(link);
  const number = Number(link);
  return (
    <>
      <Loaded query={cards} of="the link">
        {({ links }) => {
          const card = links.find((card) => card.link === number);
          return card ? <Whole card={card} /> : <Gone link={link} />;
        }}
      </Loaded>
      {Number.isInteger(number) && <History link={number} />}
    </>
  );
}

function Gone({ link }: { link: string }) {
  return (
    <>
      <Head title={`Link ${link}`} />
      <Empty title="There is no such link, or it is dissolved.">Below stands what happened to it, if there was one.</Empty>
    </>
  );
}

function Whole({ card }: { card: Card }) {
  const path = `/links/${card.link}`;
  return (
    <>
      <Head title={`${card.salesforce.id} and ${card.jira.id}`} about={<>link {card.link} of <ItemTo item={card.item} />, {card.mode ?? 'its item is gone'}, made by {card.origin === 'auto' ? 'its item' : 'a person'}</>}>
        <Badge state={card.state} />
        <Act label="Refresh" act={() => post(`${path}/refresh`, {})} />
        {card.state === 'parked' && <Act label="Retry" act={() => post('/retry', { link: card.link, by: whoActs() })} />}
        <Opens label="Unlink" title={`Dissolve link ${card.link}`} className="button risky">
          {(close) => <Unlink card={card} close={close} />}
        </Opens>
      </Head>
      {card.reason && <p className="mb-3 text-warn">! {card.reason}</p>}
      <Section title="What both sides last showed">
        <Table of="What both sides last showed" heads={['Field', <EndHead key="s" side="salesforce" end={card.salesforce} />, <EndHead key="j" side="jira" end={card.jira} />, '']}>
          {card.fields.map((field) => (
            <tr key={`${field.salesforce_field} ${field.jira_field}`}>
              <td>
                {field.salesforce_field}
                {field.jira_field !== field.salesforce_field && <span className="block text-faint">{field.jira_field}</span>}
              </td>
              <td className="w-2/5">
                <Value of={field.salesforce} />
              </td>
              <td className="w-2/5">
                <Value of={field.jira} />
              </td>
              <td>{field.conflict && <Badge state="conflict" />}</td>
            </tr>
          ))}
        </Table>
        {card.notes.map((note) => (
          <p key={note} className="mt-2 text-sm">
            {note}
          </p>
        ))}
      </Section>
      <Conflicts link={card.link} />
      <Explained card={card} />
    </>
  );
}

function EndHead({ side, end }: { side: 'salesforce' | 'jira'; end: End }) {
  return (
    <>
      <RecordName side={side} id={end.id} url={end.url} />
      <span className="font-normal"> {end.age_seconds === null ? 'not read yet' : `read ${distance(end.age_seconds)}`}</span>
    </>
  );
}

function Unlink({ card, close }: { card: Card; close: () => void }) {
  const navigate = useNavigate();
  const [sure, setSure] = useState(false);
  const dissolve = () => post(`/links/${card.link}/unlink`, { by: whoActs(), sure });
  return (
    <>
      <p>Both records stay as they are; from then on nothing flows between them.</p>
      {!card.may_unlink && (
        <label className="mt-2 flex gap-2">
          <input type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
          The item made this link and looks after it. Dissolve it all the same: the record then gets no other issue by itself.
        </label>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        <Act
          label="Dissolve"
          className="button risky"
          act={dissolve}
          done={() => {
            close();
            void navigate({ to: '/links' });
          }}
        />
      </div>
    </>
  );
}

function Conflicts({ link }: { link: number }) {
  const open = useConflicts().data?.conflicts.filter((conflict) => conflict.link === link) ?? [];
  if (!open.length) return null;
  return (
    <Section title="Conflicts">
      {open.map((conflict) => (
        <Decide key={conflict.id} conflict={conflict} />
      ))}
    </Section>
  );
}

function Explained({ card }: { card: Card }) {
  const explained = useExplanation(String(card.link), card.item);
  return (
    <Section title="Why it is as it is">
      <Loaded query={explained} of="both sides">
        {({ explanations }) =>
          explanations.map((explanation) => (
            <div key={explanation.item}>
              <ul className="list-disc pl-5">
                {explanation.findings.map((finding) => (
                  <li key={finding}>{finding}</li>
                ))}
              </ul>
              {(explanation.plan.writes.length > 0 || explanation.plan.conflicts.length > 0) && <Planned run={explanation.plan} />}
            </div>
          ))
        }
      </Loaded>
    </Section>
  );
}

function History({ link }: { link: number }) {
  const entries = useEntries({ link });
  return (
    <Section title="What happened to it">
      <Loaded query={entries} of="the journal">
        {({ pages }) => {
          const all = pages.flatMap((page) => page.entries);
          return all.length ? (
            <ol className="divide-y divide-line">
              {all.map((entry) => (
                <li key={entry.id} className="py-1.5">
                  <Happened entry={entry} />
                </li>
              ))}
            </ol>
          ) : (
            <Empty title="Nothing yet." />
          );
        }}
      </Loaded>
      {entries.hasNextPage && (
        <button type="button" className="button mt-2" disabled={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
          Older
        </button>
      )}
    </Section>
  );
}
