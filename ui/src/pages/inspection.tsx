// Looking on for a while: what is sent and received, and what becomes of each record.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, post, whoActs } from '../api';
import { Act, Opens } from '../parts/dialog';
import { Empty, Loaded } from '../parts/loaded';
import { Ago, Head, Section, Table } from '../parts/show';
import { count } from '../words';

/** How often what was seen is read again. */
const LIVE_MS = 3_000;
const PAGE = 1_000;

interface Inspection {
  running: boolean;
  by: string;
  until: string;
  forgotten: string;
  connection: string | null;
  item: string | null;
  link: number | null;
  kept: number;
  let_go: number;
}

interface Step {
  what: 'step';
  phase: string;
  record: string | null;
  issue: string | null;
  text: string;
}

interface Exchange {
  what: 'exchange';
  connection: string;
  method: string;
  url: string;
  status: number | null;
  duration_ms: number;
  request_headers: [string, string][];
  request_body: string;
  answer_headers: [string, string][];
  answer_body: string;
}

type Sighting = { id: number; at: string; item: string | null } & (Step | Exchange);

interface Seen {
  inspection: Inspection | null;
  sightings: Sighting[];
}

const MINUTES = [5, 15, 60, 240];

export function InspectionPage() {
  const seen = useQuery({ queryKey: ['inspection'], queryFn: () => ask<Seen>(`/inspection?limit=${PAGE}`), refetchInterval: ({ state }) => (state.error ? false : LIVE_MS) });
  return (
    <>
      <Head title="Inspection" about="What is sent and received while somebody looks on, without secrets. It ends by itself, and is forgotten an hour later.">
        {seen.data && (seen.data.inspection?.running ? <Act least="administrator" label="Stop" act={() => post('/inspection/stop', { by: whoActs() })} /> : <Start />)}
      </Head>
      <Loaded query={seen} of="what was seen">
        {({ inspection, sightings }) => (inspection ? <Shown inspection={inspection} sightings={sightings} /> : <Empty title="Nobody looks on." />)}
      </Loaded>
    </>
  );
}

function Start() {
  const [minutes, setMinutes] = useState(15);
  return (
    <>
      <select className="field" aria-label="For how long" value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
        {MINUTES.map((n) => (
          <option key={n} value={n}>
            {count(n, 'minute')}
          </option>
        ))}
      </select>
      <Act least="administrator" label="Look on" className="button main" act={() => post('/inspection', { seconds: minutes * 60, by: whoActs() })} />
    </>
  );
}

function Shown({ inspection, sightings }: { inspection: Inspection; sightings: Sighting[] }) {
  const about = [inspection.connection, inspection.item, inspection.link && `link ${inspection.link}`].filter(Boolean).join(', ') || 'everything';
  const state = inspection.running ? `${inspection.by} looks on at ${about} until ${inspection.until}.` : `${inspection.by} looked on at ${about} until ${inspection.until}.`;
  return (
    <Section title="Seen">
      <p role="status" className="text-sm text-faint">
        {state} {count(inspection.kept, 'sighting')} kept{inspection.let_go > 0 && `, ${inspection.let_go} let go for want of room`}.
      </p>
      <Table of="Seen" heads={['When', 'Where', 'What', '']}>
        {[...sightings].reverse().map((sighting) => (
          <Row key={sighting.id} sighting={sighting} />
        ))}
      </Table>
    </Section>
  );
}

function Row({ sighting }: { sighting: Sighting }) {
  const isStep = sighting.what === 'step';
  return (
    <tr>
      <td>
        <Ago at={sighting.at} />
      </td>
      <td>
        {isStep ? sighting.phase : sighting.connection}
        {sighting.item && <span className="block text-faint">{sighting.item}</span>}
      </td>
      <td className="value">
        {isStep ? `${[sighting.record, sighting.issue].filter(Boolean).join(' ')}: ${sighting.text}` : `${sighting.method} ${sighting.url}`}
        {!isStep && (
          <span className="block text-faint">
            {sighting.status ?? 'no answer'}, {sighting.duration_ms} ms
          </span>
        )}
      </td>
      <td>
        {!isStep && (
          <Opens label="Show" title={`${sighting.method} ${sighting.status ?? ''}`} wide>
            {() => <Whole id={sighting.id} />}
          </Opens>
        )}
      </td>
    </tr>
  );
}

function Whole({ id }: { id: number }) {
  const whole = useQuery({ queryKey: ['inspection', id], queryFn: () => ask<Exchange>(`/inspection/${id}`), staleTime: Infinity });
  return (
    <Loaded query={whole} of="the exchange">
      {({ url, request_headers, request_body, answer_headers, answer_body }) => (
        <>
          <p className="value">{url}</p>
          <Half title="Sent" headers={request_headers} body={request_body} />
          <Half title="Received" headers={answer_headers} body={answer_body} />
        </>
      )}
    </Loaded>
  );
}

function Half({ title, headers, body }: { title: string; headers: [string, string][]; body: string }) {
  return (
    <section aria-label={title}>
      <h3 className="mt-3 font-medium">{title}</h3>
      <pre tabIndex={0} className="max-h-80 overflow-auto rounded bg-sunk p-2 text-xs">
        {headers.map(([name, value]) => `${name}: ${value}\n`).join('')}
        {'\n'}
        {pretty(body)}
      </pre>
    </section>
  );
}

function pretty(body: string) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
