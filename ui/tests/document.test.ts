import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { names, part, Unreachable, withoutPart, withPart } from '../src/document';

const EXAMPLE = readFileSync(new URL('../../examples/entente.yaml', import.meta.url), 'utf8');
const TEXT = `# Ours.
connections:
  org: { salesforce: { login_url: "https://a.example" } }   # the only one

items:
  # What support sees.
  bugs:
    owner: ada          # until May
    salesforce: { connection: org, object: Case }
    fields:
      # The headline.
      - { salesforce: Subject, jira: summary, to_jira: [ lower_case ] }
      - { salesforce: Description, jira: description }

  # What sales sees.
  cards:
    mode: display-only

triggers: { poll_seconds: 5 }   # often
`;

describe('a part of the text', () => {
  it('is read by its name', () => {
    expect(part(TEXT, 'items', 'cards')).toEqual({ mode: 'display-only' });
    expect(part(TEXT, 'items', 'nobody')).toBeUndefined();
    expect(names(TEXT, 'items')).toEqual(['bugs', 'cards']);
  });

  it('is changed, and all around it and in it stays', () => {
    const after = withPart(TEXT, 'items', 'bugs', { owner: 'bob', salesforce: { connection: 'org', object: 'Lead' }, comments: { direction: 'both' } });
    expect(after).toContain('owner: bob # until May\n');
    expect(after).toContain('salesforce: { connection: org, object: Lead }\n');
    expect(after).toContain('comments: { direction: both }\n\n  # What sales sees.\n  cards:');
    expect(after).toContain('# The headline.\n      - { salesforce: Subject, jira: summary, to_jira: [ lower_case ] }');
    expect(after.replace(/ {4}owner: bob.*\n {4}salesforce.*\n/, '').replace(/ {4}comments.*\n/, '')).toBe(TEXT.replace(/ {4}owner.*\n {4}salesforce.*\n/, ''));
  });

  it('stays letter by letter where nothing is wanted of the others', () => {
    const after = withPart(EXAMPLE, 'items', 'account-card', { owner: 'ada@acme.example' });
    const begin = EXAMPLE.indexOf('\n  account-card:');
    expect(after.slice(0, begin)).toBe(EXAMPLE.slice(0, begin));
    expect(after.slice(after.indexOf('\n# Who is who'))).toBe(EXAMPLE.slice(EXAMPLE.indexOf('\n# Who is who')));
  });

  it('keeps what stands before its name once, and long lines whole', () => {
    const after = withPart(EXAMPLE, 'items', 'sales-work', { owner: 'ada@acme.example' });
    expect(after).toBe(EXAMPLE.replace(/(\n {2}sales-work:\n {4}owner: )\S+/, '$1ada@acme.example').replace(/( {2}sales-work:[^]*?\n\n)/, (part) => part.replace(/(\S) {2,}#/g, '$1 #')));
    expect(withPart(TEXT, 'items', 'cards', { mode: 'one-way' })).toBe(TEXT.replace('display-only', 'one-way'));
  });

  it('has lines that are changed, moved, taken out and put in', () => {
    const fields = [{ at: 1, says: { salesforce: 'Description', jira: 'environment' } }, { at: null, says: { salesforce: 'Type', jira: 'labels', direction: undefined } }, { at: 0, says: { direction: 'to-jira' } }];
    expect(part(withPart(TEXT, 'items', 'bugs', { fields }), 'items', 'bugs')?.['fields']).toEqual([
      { salesforce: 'Description', jira: 'environment' },
      { salesforce: 'Type', jira: 'labels' },
      { salesforce: 'Subject', jira: 'summary', to_jira: ['lower_case'], direction: 'to-jira' },
    ]);
  });

  it('is put in behind the others, or as the first', () => {
    const added = withPart(TEXT, 'items', 'new one', { mode: 'one-way', fields: [{ at: null, says: { salesforce: 'Name' } }] });
    expect(added).toContain('  cards:\n    mode: display-only\n\n  new one:\n    mode: one-way\n    fields:\n      - { salesforce: Name }\n\ntriggers: { poll_seconds: 5 }   # often\n');
    const site = withPart(TEXT, 'connections', 'site', { jira: { email: 'a@b.example' } });
    expect(site).toContain('   # the only one\n\n  site:\n    jira: { email: a@b.example }\n\nitems:');
    for (const empty of ['version: 1\n', 'version: 1\nitems:\n', 'version: 1\nitems: {}\n']) {
      expect(withPart(empty, 'items', 'a', { mode: 'one-way' })).toBe('version: 1\n\nitems:\n  a:\n    mode: one-way\n');
    }
  });

  it('is taken out', () => {
    const without = withoutPart(TEXT, 'items', 'cards');
    expect(names(without, 'items')).toEqual(['bugs']);
    expect(names(withoutPart(without, 'items', 'bugs'), 'items')).toEqual([]);
    expect(withoutPart(without, 'items', 'bugs')).toContain('triggers: { poll_seconds: 5 }   # often\n');
    expect(withoutPart(TEXT, 'items', 'nobody')).toBe(TEXT);
    expect(names(withoutPart(TEXT, 'items', 'bugs'), 'items')).toEqual(['cards']);
  });

  it('that shares its lines is left to people', () => {
    for (const text of ['items: { a: { mode: one-way }, b: { mode: one-way } }\n', 'base: &base { mode: one-way }\nitems:\n  a: *base\n', 'items:\n  a:\n    owner: &o ada\n  b: { owner: *o }\n'.replace('a:', 'b2:').replace('  b: {', '  a: {')]) {
      expect(() => withPart(text, 'items', 'a', { mode: 'two-way' })).toThrow(Unreachable);
    }
    expect(() => withPart('items: [', 'items', 'a', {})).toThrow('Mend it on the page Configuration first');
  });
});
