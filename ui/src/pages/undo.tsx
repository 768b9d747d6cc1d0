// Taking writes back, with the plan first.

import { useQuery } from '@tanstack/react-query';
import { post, whoActs } from '../api';
import { Act } from '../parts/dialog';
import { Loaded } from '../parts/loaded';
import { RecordName, Table, Value } from '../parts/show';
import type { UndoReport, Undone } from '../types';
import { count } from '../words';

/** Shows what an undo would do before it does it. */
export function Undo({ what, close }: { what: { round?: string | undefined; item?: string | undefined; since?: string | undefined }; close: () => void }) {
  const planned = useQuery({ queryKey: ['undo', what], queryFn: () => post<UndoReport>('/undo', { ...what, dry_run: true }), retry: false, gcTime: 0, meta: { once: true } });
  return (
    <Loaded query={planned} of="what would come back">
      {(report) => (
        <>
          {report.forgotten_before && <p className="text-warn">! What happened before {report.forgotten_before} is forgotten and cannot come back.</p>}
          <Values of={report.back} title={`${count(report.back.length, 'value')} would come back`} />
          <Values of={report.left} title={`${count(report.left.length, 'value')} would stay as they are`} />
          {report.back.length > 0 && (
            <div className="mt-3 flex flex-wrap gap-2">
              <Act label={`Bring ${count(report.back.length, 'value')} back`} className="button risky" act={() => post('/undo', { ...what, by: whoActs() })} done={close} />
            </div>
          )}
        </>
      )}
    </Loaded>
  );
}

function Values({ of, title }: { of: Undone[]; title: string }) {
  return (
    <>
      <p className="mt-2 font-medium">{title}</p>
      {of.length > 0 && (
        <Table of={title} heads={['Where', 'Field', 'Written', 'Before that', '']}>
          {of.map((value, place) => (
            <tr key={place}>
              <td>
                <RecordName side={value.side} id={value.record} />
              </td>
              <td>{value.field}</td>
              <td>
                <Value of={value.from} />
              </td>
              <td>
                <Value of={value.to} />
              </td>
              <td>{value.why}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
