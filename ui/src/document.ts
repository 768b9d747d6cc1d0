// Edits of the configuration's text: one connection or one item is put in, changed or taken out. Every other character
// stays as it was written, and what stays inside of a changed part keeps its comments and its order.

import { Document, isAlias, isMap, isPair, isScalar, isSeq, parseDocument, visit, type Pair, type Scalar, type YAMLMap } from 'yaml';

export type Section = 'connections' | 'items';

/** Keys and what they shall say: `undefined` takes a key away, and keys that are not named stay as they are. */
export interface Wanted {
  [key: string]: Wish;
}
type Wish = Wanted | Line[] | string | number | boolean | null | undefined | string[];

/** An entry of a list: one that stands at `at` already, or a new one. */
export interface Line {
  at: number | null;
  says: Wanted;
}

/** Why a form cannot change the text. */
export class Unreachable extends Error {}

/** What the text says under a name, as plain values. */
export function part(text: string, section: Section, name: string): Record<string, unknown> | undefined {
  const said = read(text, section).document.toJS() as Record<string, Record<string, Record<string, unknown>> | null> | null;
  return said?.[section]?.[name];
}

/** The names in a section, in their order. */
export const names = (text: string, section: Section): string[] => read(text, section).parts?.items.map((pair) => String(pair.key.value)) ?? [];

/** The text with something else under a name, which need not be there yet. */
export function withPart(text: string, section: Section, name: string, wanted: Wanted): string {
  const { document, parts } = read(text, section);
  const known = parts && pairOf(parts, name);
  if (known) {
    const { start, end, indent } = place(text, known, name);
    change(document, known.value, wanted);
    return text.slice(0, start) + block(known, indent, text.slice(start, end).endsWith('\n')) + text.slice(end);
  }
  const value = document.createNode({}) as YAMLMap;
  change(document, value, wanted);
  const pair = document.createPair(name, value) as unknown as Named;
  const last = parts?.items.at(-1);
  if (!last) return `${withoutSection(text, section)}\n${section}:\n  ${block(pair, '  ', true)}`;
  const { end, indent } = place(text, last, name);
  const behind = text[end - 1] === '\n' ? end : lineEnd(text, end);
  const gap = text[behind - 1] === '\n' ? '\n' : '\n\n';
  return text.slice(0, behind) + gap + indent + block(pair, indent, true) + text.slice(behind);
}

/** The text without what is under a name. */
export function withoutPart(text: string, section: Section, name: string): string {
  const { parts } = read(text, section);
  const pair = parts && pairOf(parts, name);
  if (!pair) return text;
  if (parts.items.length === 1) return withoutSection(text, section);
  const { start, end, indent } = place(text, pair, name);
  const before = text.slice(0, start - indent.length);
  const after = text.slice(text[end - 1] === '\n' ? end : lineEnd(text, end));
  return before + (before.endsWith('\n\n') && after.startsWith('\n') ? after.slice(1) : after);
}

interface Named extends Pair<Scalar, YAMLMap> {
  value: YAMLMap;
}

function read(text: string, section: Section) {
  const document = parseDocument(text);
  if (document.errors.length) throw new Unreachable('The text of the configuration cannot be read. Mend it on the page Configuration first.');
  const parts = document.get(section);
  return { document, parts: isMap(parts) && parts.items.length ? (parts as unknown as Parts) : undefined };
}

interface Parts {
  items: Named[];
}

const pairOf = (parts: Parts, name: string) => parts.items.find(({ key }) => String(key.value) === name);

/** Where a part stands: from its name to the end of what it says. It has its lines for itself. */
function place(text: string, { key, value }: Named, name: string) {
  const [start, end] = [key.range?.[0] ?? 0, value?.range?.[1] ?? 0];
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (indent.trim() || !isMap(value) || shares(value)) throw new Unreachable(`${name} shares its lines with others. Change it on the page Configuration.`);
  return { start, end, indent };
}

/** Whether something in it is said elsewhere. */
function shares(value: YAMLMap): boolean {
  let found = false;
  visit(value, (_, node) => {
    found ||= isAlias(node) || (isPair(node) && isScalar(node.key) && node.key.value === '<<');
  });
  return found;
}

/** A pair as text, every line but the first indented. */
function block(pair: Named, indent: string, breaks: boolean): string {
  // What stands before a name stays where it is, in the text around.
  pair.key.commentBefore = null;
  pair.key.spaceBefore = false;
  const alone = new Document({});
  (alone.contents as unknown as YAMLMap).items = [pair];
  const lines = alone.toString({ lineWidth: 0 }).trimEnd().split('\n');
  return lines.map((line, place) => (place && line ? indent + line : line)).join('\n') + (breaks ? '\n' : '');
}

function change(document: Document, map: YAMLMap, wanted: Wanted) {
  for (const [key, wish] of Object.entries(wanted)) {
    const there = map.get(key, true) as unknown;
    if (wish === undefined) map.delete(key);
    else if (isLines(wish)) map.set(key, lines(document, isSeq(there) ? there.items : [], wish));
    else if (isMap(there) && isWanted(wish)) change(document, there as YAMLMap, wish);
    else if (!same(plain(there), wish)) map.set(key, isScalarWish(wish) ? wish : document.createNode(wish, { flow: true }));
  }
}

function lines(document: Document, there: unknown[], wish: Line[]) {
  const list = document.createNode([]) as ReturnType<typeof document.createNode> & { items: unknown[] };
  list.items = wish.map(({ at, says }) => {
    const line = at === null ? undefined : there[at];
    if (!isMap(line)) return document.createNode(filled(says), { flow: true });
    change(document, line as YAMLMap, says);
    return line;
  });
  return list;
}

const plain = (node: unknown) => (node && typeof node === 'object' && 'toJSON' in node ? (node.toJSON as () => unknown)() : undefined);
const filled = (says: Wanted) => Object.fromEntries(Object.entries(says).filter(([, wish]) => wish !== undefined));
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const isScalarWish = (wish: Wish) => wish === null || typeof wish !== 'object';
const isWanted = (wish: Wish): wish is Wanted => typeof wish === 'object' && wish !== null && !Array.isArray(wish);
const isLines = (wish: Wish): wish is Line[] => Array.isArray(wish) && wish.length > 0 && typeof wish[0] === 'object';

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

function withoutSection(text: string, section: Section): string {
  const pair = (parseDocument(text).contents as YAMLMap<Scalar> | null)?.items.find(({ key }) => key.value === section);
  if (!pair) return text;
  const start = pair.key.range?.[0] ?? 0;
  const value = pair.value as { range?: [number, number, number] | null } | null;
  const end = Math.max(value?.range?.[1] ?? 0, start);
  return text.slice(0, start) + text.slice(text[end - 1] === '\n' ? end : lineEnd(text, end));
}
