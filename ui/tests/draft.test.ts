import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { part } from '../src/document';
import { draftOf, lacks, NEW, withDraft, type Draft } from '../src/draft';

const TEXT = readFileSync(new URL('../../examples/entente.yaml', import.meta.url), 'utf8');
const bugs = () => draftOf(TEXT, 'support-bugs') as Draft;
const row = (salesforce: string, jira: string) => ({ id: 9, at: null, salesforce, jira, direction: '' as const, more: [] });

const cards: Draft = { ...NEW, name: 'cards', mode: 'display-only', connections: { salesforce: 'acme-org', jira: 'acme-site' }, object: 'Account', projects: ['OPS', 'SUP'], rows: [row('Name', ''), row('Phone', 'Telephone')] };
const tasks: Draft = { ...cards, name: 'tasks', mode: 'two-way', object: 'Case', projects: ['OPS'], issueType: 'Task', autoCreate: 'jira', correlation: { salesforce: 'Ref__c', jira: 'Case ID' }, rows: [row('Subject', 'summary')], statusField: 'Status', statusValues: { New: 'To Do' }, comments: true };

describe('an item in a form', () => {
  it('that nobody has touched leaves what the text says', () => {
    for (const name of ['support-bugs', 'sales-work', 'account-card']) {
      expect(part(withDraft(TEXT, draftOf(TEXT, name) as Draft), 'items', name), name).toEqual(part(TEXT, 'items', name));
    }
    expect(draftOf(TEXT, 'nobody')).toBeUndefined();
  });

  it('changes what was changed, and nothing beside it', () => {
    const draft = bugs();
    const [first, ...others] = draft.rows;
    const after = part(withDraft(TEXT, { ...draft, comments: false, autoCreate: 'none', rows: [...others, { ...first!, direction: 'to-jira' }], statusValues: { New: 'To Do' } }), 'items', 'support-bugs')!;
    const before = part(TEXT, 'items', 'support-bugs') as Record<string, never> & { fields: object[]; status: object };
    const { comments: _, auto_create: __, ...rest } = before;
    expect(after).toEqual({ ...rest, fields: [...before.fields.slice(1), { ...before.fields[0], direction: 'to-jira' }], status: { ...before.status, values: { New: 'To Do' } } });
  });

  it('is written in full when it is new: shown at once, or kept as a draft', () => {
    expect(part(withDraft(TEXT, cards), 'items', 'cards')).toEqual({
      state: 'active', mode: 'display-only', salesforce: { connection: 'acme-org', object: 'Account' }, jira: { connection: 'acme-site', projects: ['OPS', 'SUP'] }, fields: [{ salesforce: 'Name' }, { salesforce: 'Phone', jira: 'Telephone' }],
    });
    expect(part(withDraft(TEXT, tasks), 'items', 'tasks')).toEqual({
      state: 'draft', mode: 'two-way', start: 'now', auto_create: 'jira', correlation: { salesforce: 'Ref__c', jira: 'Case ID' }, status: { field: 'Status', values: { New: 'To Do' } },
      salesforce: { connection: 'acme-org', object: 'Case' }, jira: { connection: 'acme-site', project: 'OPS', issue_type: 'Task' }, fields: [{ salesforce: 'Subject', jira: 'summary' }], comments: { direction: 'both', audience: 'staff' },
    });
  });

  it('says what is missing, one thing at a time', () => {
    expect(lacks(tasks, false)).toBeUndefined();
    expect(lacks(cards, false)).toBeUndefined();
    for (const [change, said] of [
      [{ name: ' ' }, 'Give it a name.'],
      [{ projects: [] }, 'Choose a project.'],
      [{ issueType: '' }, 'Choose an issue type.'],
      [{ object: '' }, 'Choose an object.'],
      [{ rows: [] }, 'Add a field.'],
      [{ rows: [row('Subject', 'summary'), row('Type', '')] }, 'Choose the fields of line 2, or take the line out.'],
      [{ correlation: { salesforce: '', jira: 'x' } }, 'Choose the two fields that show the counterpart.'],
    ] as [Partial<Draft>, string][]) {
      expect(lacks({ ...tasks, ...change }, false)).toBe(said);
    }
    expect(lacks(tasks, true)).toContain('There is an item tasks already');
  });
});
