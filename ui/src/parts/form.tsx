// Fields of forms: each has its label, says what it is for, and shows what can be picked as the vendor has it now.

import type { UseQueryResult } from '@tanstack/react-query';
import { useId, type ReactNode } from 'react';
import { Failure } from './loaded';

interface Named {
  label: string;
  help?: ReactNode;
}

function Labelled({ label, help, children }: Named & { children: (id: string, about: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      {children(id, `${id}-about`)}
      {help && (
        <p id={`${id}-about`} className="text-sm text-faint">
          {help}
        </p>
      )}
    </div>
  );
}

interface TextProps extends Named {
  value: string;
  set: (value: string) => void;
  type?: 'text' | 'url' | 'email' | 'password';
  placeholder?: string;
  disabled?: boolean;
}

export function Text({ label, help, value, set, type = 'text', placeholder, disabled }: TextProps) {
  return (
    <Labelled label={label} help={help}>
      {(id, about) => (
        <input
          id={id}
          className="field w-full"
          type={type === 'password' ? 'password' : 'text'}
          inputMode={type === 'password' ? 'text' : type}
          autoComplete={type === 'password' ? 'new-password' : 'off'}
          spellCheck={false}
          aria-describedby={help ? about : undefined}
          placeholder={placeholder}
          disabled={disabled}
          value={value}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </Labelled>
  );
}

export interface Option {
  value: string;
  text: string;
}

interface ChoiceProps extends Named {
  value: string;
  set: (value: string) => void;
  options: Option[];
  /** Options under headings, behind the others. */
  groups?: { name: string; options: Option[] }[];
  /** What stands there while nothing is chosen; without it something always is. */
  none?: string;
  /** Shows no label: the table around has heads. */
  bare?: boolean;
  disabled?: boolean;
}

/** A list to pick from. What the text says and the list does not have stays, and is marked. */
export function Choice({ label, help, value, set, options, groups = [], none, bare, disabled }: ChoiceProps) {
  const isKnown = value === '' || [...options, ...groups.flatMap((group) => group.options)].some((option) => option.value === value);
  const list = (id?: string, about?: string) => (
    <select id={id} className="field w-full" aria-label={bare ? label : undefined} aria-describedby={help ? about : undefined} disabled={disabled} value={value} onChange={(event) => set(event.target.value)}>
      {(none !== undefined || value === '') && <option value="">{none ?? 'Choose …'}</option>}
      {!isKnown && <option value={value}>{value}, as the text says</option>}
      <Options of={options} />
      {groups.map((group) => (
        <optgroup key={group.name} label={group.name}>
          <Options of={group.options} />
        </optgroup>
      ))}
    </select>
  );
  return bare ? list() : <Labelled label={label} help={help}>{list}</Labelled>;
}

function Options({ of }: { of: Option[] }) {
  return of.map(({ value, text }) => (
    <option key={value} value={value}>
      {text}
    </option>
  ));
}

export function Tick({ label, help, value, set, disabled }: Named & { value: boolean; set: (value: boolean) => void; disabled?: boolean }) {
  const id = useId();
  return (
    <div>
      <input id={id} type="checkbox" className="mr-2 size-4 align-middle" aria-describedby={help ? `${id}-about` : undefined} disabled={disabled} checked={value} onChange={(event) => set(event.target.checked)} />
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {help && (
        <p id={`${id}-about`} className="text-sm text-faint">
          {help}
        </p>
      )}
    </div>
  );
}

/** A group of fields, in one column where the window is narrow. */
export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="sheet mb-4 min-w-0 p-4">
      <legend className="px-1 font-semibold">{title}</legend>
      <div className="grid gap-4 sm:grid-cols-2">{children}</div>
    </fieldset>
  );
}

/** Why there is nothing to pick, where that is so. */
export function Unpicked({ of }: { of: UseQueryResult<unknown> }) {
  return of.isError ? (
    <div className="sm:col-span-2">
      <Failure error={of.error} again={() => void of.refetch()} />
    </div>
  ) : null;
}
