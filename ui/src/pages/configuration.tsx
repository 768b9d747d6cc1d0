// The configuration, as text: every character stays as it was written, and what is wrong is said while it is typed.

import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../api';
import { Failure, Loaded } from '../parts/loaded';
import { errorsOf, Said, Saving, useChecked } from '../parts/saving';
import { Ago, Head, Section, Sign, Table } from '../parts/show';
import { lineOfItem, offsetOf } from '../place';
import { useConfiguration, useRefusal, useVersions } from '../queries';
import type { ConfigurationText, Fault } from '../types';
import { count } from '../words';

export function ConfigurationPage() {
  const kept = useConfiguration();
  return (
    <>
      <Head title="Configuration" about={kept.data && (kept.data.file ?? `version ${kept.data.version}, in the database`)} />
      <Loaded query={kept} of="the configuration">
        {(kept) => <Editor key={kept.digest} kept={kept} />}
      </Loaded>
      {kept.data?.version && <Versions />}
    </>
  );
}

function Editor({ kept }: { kept: ConfigurationText }) {
  const { item } = useSearch({ from: '/configuration' });
  const [text, setText] = useState(kept.text);
  const area = useRef<HTMLTextAreaElement>(null);
  const differs = text !== kept.text;
  const checked = useChecked(text);
  const refusal = useRefusal('administrator');
  const goTo = (line: number, column: number) => {
    const place = area.current;
    if (!place) return;
    const at = offsetOf(text, line, column);
    place.focus();
    place.setSelectionRange(at, at);
    place.scrollTop = Math.max(0, (line - 8) * lineHeight(place));
  };
  useEffect(() => {
    const line = item && lineOfItem(kept.text, item);
    if (line) goTo(line, 1);
    // Only when the page opens: afterwards the caret is the writer's.
    // eslint-disable-next-line
  }, []);
  const problems = checked.data?.problems ?? [];
  const errors = errorsOf(checked.data);
  return (
    <>
      <div className="sheet mb-4 flex overflow-hidden font-mono text-[13px] leading-5">
        <Lines text={text} problems={problems} area={area} />
        <textarea
          ref={area}
          aria-label="The configuration"
          aria-describedby="problems"
          className="h-[60vh] grow resize-none overflow-auto whitespace-pre bg-sheet p-2 text-ink"
          readOnly={!!refusal}
          spellCheck={false}
          autoCapitalize="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <Section title="Problems">
        <div id="problems" role="status">
          {checked.isError && <Failure error={checked.error} />}
          {refusal && <Sign mood="faint">{refusal}</Sign>}
          {checked.data && (problems.length === 0 ? <Sign mood="good">None.</Sign> : <p>{count(problems.length, 'problem')}, {count(errors, 'error')}</p>)}
        </div>
        <ul className="mt-2 space-y-2">
          {problems.map((problem) => (
            <Problem key={`${problem.line}:${problem.column}:${problem.message}`} problem={problem} goTo={goTo} />
          ))}
        </ul>
      </Section>
      {differs && (
        <Saving kept={kept} text={text} checked={checked}>
          <button type="button" className="button" onClick={() => setText(kept.text)}>
            Throw away
          </button>
        </Saving>
      )}
    </>
  );
}

const lineHeight = (place: HTMLElement) => Number.parseFloat(getComputedStyle(place).lineHeight) || 20;

/** The numbers beside the text; a line with a problem is marked by a sign. They scroll with the text. */
function Lines({ text, problems, area }: { text: string; problems: Fault[]; area: React.RefObject<HTMLTextAreaElement | null> }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = area.current;
    const follow = () => box.current && place && (box.current.scrollTop = place.scrollTop);
    place?.addEventListener('scroll', follow);
    return () => place?.removeEventListener('scroll', follow);
  }, [area]);
  const marks = new Map(problems.map(({ line, severity }) => [line, severity]));
  return (
    <div ref={box} aria-hidden="true" className="h-[60vh] shrink-0 select-none overflow-hidden bg-sunk py-2 text-right text-faint">
      {text.split('\n').map((_, index) => (
        <div key={index} className={`px-2 ${marks.get(index + 1) === 'error' ? 'bg-bad text-sheet' : marks.has(index + 1) ? 'text-warn' : ''}`}>
          {marks.has(index + 1) ? '! ' : ''}
          {index + 1}
        </div>
      ))}
    </div>
  );
}

function Problem({ problem, goTo }: { problem: Fault; goTo: (line: number, column: number) => void }) {
  const { line, column } = problem;
  return (
    <li>
      <button type="button" className="text-accent underline tabular-nums" onClick={() => goTo(line, column)}>
        line {line}, column {column}
      </button>
      : <Said problem={problem} />
    </li>
  );
}

function Versions() {
  const versions = useVersions();
  const [chosen, setChosen] = useState<number>();
  const shown = useQuery({ queryKey: ['version', chosen], queryFn: () => ask<ConfigurationText>(`/configuration/versions/${chosen}`), enabled: chosen !== undefined });
  return (
    <Section title="Versions">
      <Loaded query={versions} of="the versions">
        {({ versions }) => (
          <Table of="Versions" heads={['Version', 'When', 'By', '']}>
            {versions.map(({ version, at, by }) => (
              <tr key={version}>
                <td className="tabular-nums">{version}</td>
                <td>
                  <Ago at={at} />
                </td>
                <td>{by}</td>
                <td>
                  <button type="button" className="button" onClick={() => setChosen(version)}>
                    Show version {version}
                  </button>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
      {shown.data && (
        <pre className="mt-3 max-h-96 overflow-auto bg-sunk p-3" tabIndex={0} aria-label={`Version ${chosen}`}>
          {shown.data.text}
        </pre>
      )}
    </Section>
  );
}
