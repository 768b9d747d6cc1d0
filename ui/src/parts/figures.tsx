// What happened in the last day, as bars, with the same numbers in a table.

import { hours, type Hour } from '../figures';
import { useFigures } from '../queries';
import { count } from '../words';
import { Loaded } from './loaded';
import { Section, Table } from './show';

const HEIGHT = 60;
const WIDTH = 10;

export function LastDay() {
  const figures = useFigures();
  return (
    <Section title="The last day">
      <Loaded query={figures} of="the figures">
        {(figures) => <Bars all={hours(figures, Date.now())} />}
      </Loaded>
    </Section>
  );
}

function Bars({ all }: { all: Hour[] }) {
  const sum = (of: (hour: Hour) => number) => all.reduce((total, hour) => total + of(hour), 0);
  const carried = sum((hour) => hour.carried);
  const overwritten = sum((hour) => hour.overwritten);
  const refused = sum((hour) => hour.refused);
  const highest = Math.max(1, ...all.map((hour) => hour.carried + hour.overwritten + hour.refused));
  const scale = HEIGHT / highest;
  return (
    <>
      <p className="text-sm">
        <span className="text-good">■ {count(carried, 'value')} carried</span>, <span className="text-warn">▲ {overwritten} overwritten</span>, <span className="text-bad">× {refused} refused</span>
      </p>
      <svg viewBox={`0 0 ${all.length * WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className="my-2 h-16 w-full" aria-hidden="true">
        {all.map((hour, place) => {
          const heights = [hour.carried * scale, hour.overwritten * scale, hour.refused * scale] as const;
          const x = place * WIDTH + 1;
          return (
            <g key={hour.at}>
              <rect x={x} width={WIDTH - 2} y={HEIGHT - 1} height={1} fill="var(--line)" />
              <rect x={x} width={WIDTH - 2} y={HEIGHT - heights[0]} height={heights[0]} fill="var(--good)" />
              <rect x={x} width={WIDTH - 2} y={HEIGHT - heights[0] - heights[1]} height={heights[1]} fill="var(--warn)" />
              <rect x={x} width={WIDTH - 2} y={HEIGHT - heights[0] - heights[1] - heights[2]} height={heights[2]} fill="var(--bad)" />
            </g>
          );
        })}
      </svg>
      <details className="text-sm">
        <summary className="cursor-pointer">By the hour</summary>
        <Table of="By the hour" heads={['From', 'Carried', 'Overwritten', 'Refused']}>
          {all
            .filter((hour) => hour.carried + hour.overwritten + hour.refused > 0)
            .map((hour) => (
              <tr key={hour.at}>
                <td>{new Date(hour.at).toLocaleString()}</td>
                <td>{hour.carried}</td>
                <td>{hour.overwritten}</td>
                <td>{hour.refused}</td>
              </tr>
            ))}
        </Table>
      </details>
    </>
  );
}
