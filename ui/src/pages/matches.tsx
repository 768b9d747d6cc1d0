// Records of which it is not certain who their twin is.

import { post, whoActs } from '../api';
import { Act, Opens } from '../parts/dialog';
import { Empty, Loaded } from '../parts/loaded';
import { Ago, Badge, Head, ItemTo, Table, Value } from '../parts/show';
import { useMatch, useMatches } from '../queries';
import type { Candidate, Match } from '../types';

export function MatchesPage() {
  const matches = useMatches();
  return (
    <>
      <Head title="Matches to review" about="Several could be the twin of one another, so nothing is linked or created until somebody says who is." />
      <Loaded query={matches} of="the matches">
        {({ matches }) =>
          matches.length ? (
            <div className="sheet p-4">
              <Table of="Matches" heads={['Record', 'Alike by', 'Could be', 'Item', 'Since', 'State', '']}>
                {matches.map((match) => (
                  <tr key={`${match.item} ${match.record}`}>
                    <td>
                      {match.name} <span className="block font-mono text-faint">{match.record}</span>
                    </td>
                    <td>
                      {match.rule}: <Value of={match.value} />
                    </td>
                    <td>{match.issues.map((issue) => issue.record).join(', ')}</td>
                    <td>
                      <ItemTo item={match.item} />
                    </td>
                    <td>
                      <Ago at={match.since} />
                    </td>
                    <td>
                      <Badge state={match.state} />
                    </td>
                    <td>
                      <Opens label="Decide" title={`Who is the twin of ${match.name}?`} wide>
                        {(close) => <Choose match={match} close={close} />}
                      </Opens>
                    </td>
                  </tr>
                ))}
              </Table>
            </div>
          ) : (
            <Empty title="No record is in doubt.">Records come here when a match rule finds more than one twin.</Empty>
          )
        }
      </Loaded>
    </>
  );
}

function Choose({ match, close }: { match: Match; close: () => void }) {
  const whole = useMatch(match.record, match.item);
  const take = (what: string) => post(`/matches/${encodeURIComponent(match.record)}/resolve`, { take: what, item: match.item, by: whoActs() });
  return (
    <Loaded query={whole} of="what they show now">
      {({ records, issues }) => (
        <>
          <Compared of={[...records.filter(({ record }) => record === match.record), ...issues]} />
          <div className="mt-3 flex flex-wrap gap-2">
            {issues.map(({ record }) => (
              <Act key={record} label={`${record} is`} className="button main" act={() => take(record)} done={close} />
            ))}
            <Act label="None; make a new one" act={() => take('new')} done={close} />
            <Act label="None; leave it without" act={() => take('none')} done={close} />
          </div>
        </>
      )}
    </Loaded>
  );
}

function Compared({ of }: { of: Candidate[] }) {
  const fields = [...new Set(of.flatMap(({ fields }) => (fields ?? []).map(({ field }) => field)))];
  return (
    <Table of="Compared" heads={['Field', ...of.map(({ record, name }) => `${record} ${name}`)]}>
      {fields.map((field) => (
        <tr key={field}>
          <td>{field}</td>
          {of.map((candidate) => (
            <td key={candidate.record}>
              <Value of={candidate.fields?.find((shown) => shown.field === field)?.value} />
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
}
