// A plan as people read it: pair by pair, field by field.

import { byPair, tally, type PlannedPair } from '../plan';
import type { DryRun } from '../types';
import { count, sideName } from '../words';
import { Badge, LinkTo, RecordName, Table, Value } from './show';

export function Planned({ run }: { run: DryRun }) {
  return (
    <>
      <p role="status" className="my-2 font-medium">
        {count(run.links, 'pair')} looked at: {tally(run)}.
      </p>
      {byPair(run).map((pair) => (
        <Pair key={pair.key} pair={pair} />
      ))}
      <ul className="list-disc pl-5 text-sm">
        {run.notes.map(({ item, link, record, text }, place) => (
          <li key={place}>
            {link === null ? record ?? item : <LinkTo link={link}>{record}</LinkTo>}: {text}
          </li>
        ))}
      </ul>
    </>
  );
}

function Pair({ pair }: { pair: PlannedPair }) {
  return (
    <div className="my-3">
      <h3 className="font-medium">{pair.link === null ? pair.name : <LinkTo link={pair.link} />}</h3>
      <Table of={`Plan for ${pair.name}`} heads={['Where', 'What', 'Field', 'Now', 'Then', 'Why']}>
        {pair.writes.map((write, place) => (
          <tr key={place}>
            <td>
              <RecordName side={write.side} id={write.record} />
            </td>
            <td>{write.op}</td>
            <td>{write.field}</td>
            <td>{write.op !== 'create' && <Value of={write.from} />}</td>
            <td>
              <Value of={write.to} />
            </td>
            <td>{write.why}</td>
          </tr>
        ))}
        {pair.conflicts.map((conflict) => (
          <tr key={`conflict ${conflict.field}`}>
            <td>both</td>
            <td>
              <Badge state="conflict" />
            </td>
            <td>{conflict.field}</td>
            <td>
              {sideName.salesforce}: <Value of={conflict.salesforce} />
            </td>
            <td>
              {sideName.jira}: <Value of={conflict.jira} />
            </td>
            <td>a person must decide</td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
