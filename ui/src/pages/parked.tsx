// What a vendor refused, why, and what to do about it.

import { post, whoActs } from '../api';
import { Act, Opens } from '../parts/dialog';
import { Empty, Loaded } from '../parts/loaded';
import { Ago, Badge, Head, ItemTo, LinkTo, Table } from '../parts/show';
import { useParked } from '../queries';
import type { Parked } from '../types';
import { count } from '../words';

export function ParkedPage() {
  const parked = useParked();
  const all = parked.data?.parked ?? [];
  return (
    <>
      <Head title="Parked" about="Refused work. It is not sent again until a record, the item or a right changes, or somebody asks for it.">
        {all.length > 0 && (
          <Opens label={`Retry all ${all.length}`} title="Retry everything">
            {(close) => (
              <>
                <p>{count(all.length, 'piece')} of work would be sent again at once. What is refused again comes back here.</p>
                <div className="mt-3">
                  <Act label={`Retry all ${all.length}`} className="button main" act={() => post('/retry', { all: true, by: whoActs() })} done={close} />
                </div>
              </>
            )}
          </Opens>
        )}
      </Head>
      <Loaded query={parked} of="what is parked">
        {({ parked }) =>
          parked.length ? (
            <div className="sheet p-4">
              <Table of="Parked" heads={['What', 'Kind', 'Why, and what to do', 'Item', 'Since', '']}>
                {parked.map((work, place) => (
                  <tr key={place}>
                    <td>
                      {work.link === null ? <span className="font-mono">{work.record}</span> : <LinkTo link={work.link}>{work.record}</LinkTo>}
                      {work.field && <span className="block text-faint">{work.field}</span>}
                    </td>
                    <td>
                      <Badge state={work.class} mood={work.class === 'connectivity' ? 'bad' : 'warn'} />
                    </td>
                    <td>
                      {work.reason}
                      <span className="block text-faint">{work.remedy}</span>
                    </td>
                    <td>{work.item && <ItemTo item={work.item} />}</td>
                    <td>
                      <Ago at={work.since} />
                    </td>
                    <td>
                      <Retry work={work} />
                    </td>
                  </tr>
                ))}
              </Table>
            </div>
          ) : (
            <Empty title="Nothing is parked." />
          )
        }
      </Loaded>
    </>
  );
}

/** A link is tried by itself; a record without one, with its item. */
function Retry({ work }: { work: Parked }) {
  const which = work.link !== null ? { link: work.link } : work.item !== null ? { item: work.item } : undefined;
  if (!which) return null;
  return <Act label={'link' in which ? 'Retry' : `Retry ${work.item}`} act={() => post('/retry', { ...which, by: whoActs() })} />;
}
