// The two pages as people see them inside Jira: the real bundles in a real browser, asking the real server.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { stage, until } from './stage.mjs';

const PRIYA = 'priya.raman@sandbox.example';
const ADMIN = 'admin@sandbox.example';
const HOSTILE = '<img src=x onerror=alert(1)> </script><script>alert(2)</script> {{7*7}} "quoted"';
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let company;
let priya;
let linked; // an issue that the demo's item made, and its case

before(async () => {
  company = await stage();
  priya = await company.person(PRIYA);
  linked = await until('a linked case', async () => {
    const found = await company.salesforce('GET', `query?q=${encodeURIComponent("SELECT Id, Jira_Reference__c FROM Case WHERE Jira_Reference__c != null LIMIT 1")}`);
    const [row] = found.records;
    if (!row) return undefined;
    const issue = await company.jira('GET', `issue/${row.Jira_Reference__c}?fields=summary`);
    return { case: row.Id, key: issue.key, issue: { issue: { id: issue.id, key: issue.key } } };
  });
});

after(() => company?.stop());

/** Opens the panel of an issue in a person's name. */
const panel = (extension = linked.issue, different = {}, token = priya) => company.open('issue-panel', company.carry(token, extension, different));

async function findings(page) {
  // The policy of the page forbids scripts from elsewhere, so the browser itself runs this one.
  await page.evaluate(AXE);
  // While a dialog fades in, its colours are not its own.
  await page.waitForFunction(() => document.getAnimations().every((animation) => animation.playState !== 'running'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' ')}`);
}

async function isInOrder({ page, wrong }) {
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(wrong, []);
  await page.close();
}

const issueOf = async (project, type) => {
  const made = await company.jira('POST', 'issue', { fields: { project: { key: project }, issuetype: { name: type }, summary: 'Made by a test' } });
  return { issue: { id: made.id, key: made.key } };
};

/** What a card of the case shows; a test of the tests breaks the answer and sees this fail. */
async function showsTheCase(page, subject) {
  const card = page.getByRole('region', { name: 'support-bugs' });
  await card.getByText('Auto-managed').waitFor({ timeout: 10_000 });
  const fields = await card.locator('dl').innerText();
  assert.ok(fields.includes(subject), fields);
  assert.equal(await card.getByRole('button', { name: 'Unlink' }).count(), 0, 'an automatic link stays');
}

test('a hostile value is shown as it is, and does nothing', async () => {
  await company.salesforce('PATCH', `sobjects/Case/${linked.case}`, { Subject: HOSTILE });
  await until('the value in Jira', async () => (await company.jira('GET', `issue/${linked.key}?fields=summary`)).fields.summary === HOSTILE);
  const shown = await panel();
  await showsTheCase(shown.page, HOSTILE);
  await shown.page.getByRole('button', { name: 'Open in Salesforce' }).click();
  await until('the record to open', () => shown.others.find(({ command }) => command === 'navigate'));
  const opened = shown.others.find(({ command }) => command === 'navigate').data;
  assert.ok(opened.url.endsWith(linked.case) && opened.type === 'new-tab', JSON.stringify(opened));
  await isInOrder(shown);
});

test('the check of a card fails when the server says something else', async () => {
  const honest = company.carry(priya, linked.issue);
  const broken = await company.open('issue-panel', async (call) => {
    const answer = await honest(call);
    answer.body.cards[0].links[0].fields[0].salesforce = 'something else';
    return answer;
  });
  await assert.rejects(showsTheCase(broken.page, HOSTILE), /something else/);
  await broken.page.close();
});

test('what waits for a person, and what rests, is said', async () => {
  const honest = company.carry(priya, linked.issue);
  const shown = await company.open('issue-panel', async (call) => {
    const answer = await honest(call);
    const [card] = answer.body.cards;
    card.state = 'paused';
    const [link] = card.links;
    Object.assign(link, { reason: 'Salesforce refuses the record: it is locked.', notes: ['No transition leads to Done.'] });
    Object.assign(link.fields[0], { conflict: true, jira: 'Another subject' });
    return answer;
  });
  const card = shown.page.getByRole('region', { name: 'support-bugs' });
  for (const words of ['Paused', 'it is locked', 'No transition leads to Done.', 'Waits for a decision', 'Jira shows: Another subject']) {
    await card.getByText(words).first().waitFor({ timeout: 10_000 });
  }
  assert.equal(await card.getByRole('button', { name: 'Refresh' }).count(), 0, 'while its item rests');
  await isInOrder(shown);
});

test('the dialog is used with the keyboard alone', async () => {
  const shown = await panel();
  const { page } = shown;
  const opener = page.getByRole('button', { name: 'Link a Salesforce record' });
  await opener.focus();
  await page.keyboard.press('Enter');
  await until('the focus in the box', () => page.evaluate(() => document.activeElement?.id === 'wanted'));
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await until('the focus on the button', () => opener.evaluate((button) => button === document.activeElement));
  await isInOrder(shown);
});

test('a record is found, linked, refreshed, and let go again', async () => {
  await company.salesforce('POST', 'sobjects/Account', { Name: HOSTILE.slice(0, 80), Phone: '0815-4711', Website: 'hostile.example' });
  const shown = await panel();
  const { page } = shown;
  const card = page.getByRole('region', { name: 'customers' });
  await card.getByRole('button', { name: 'Link a Salesforce record' }).click();
  const dialog = page.getByRole('dialog');
  const box = dialog.getByRole('textbox');
  await box.fill('x');
  await dialog.getByText('At least 2 letters.').waitFor();
  await box.fill('nowhere to be found');
  await dialog.getByText('No matching records found').waitFor();
  assert.deepEqual(await findings(page), []);
  await box.fill('0815-4711');
  await dialog.getByRole('button', { name: /hostile\.example/ }).click();
  await card.getByText('Linked by hand').waitFor();

  await card.getByText('0815-4711').waitFor();
  await company.salesforce('PATCH', `sobjects/Account/${await accountOf(card)}`, { Phone: '0816' });
  await card.getByRole('button', { name: 'Refresh' }).click();
  await card.getByText('0816').waitFor();
  await card.getByRole('button', { name: 'Unlink' }).click();
  const question = page.getByRole('dialog');
  await question.getByText('From then on neither follows the other.').waitFor();
  assert.deepEqual(await findings(page), []);
  await question.getByRole('button', { name: 'Keep the link' }).click();
  await question.waitFor({ state: 'detached' });
  await card.getByRole('button', { name: 'Unlink' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
  await card.getByText('No record linked.').waitFor();
  await isInOrder(shown);
});

const accountOf = async () => {
  const found = await company.salesforce('GET', `query?q=${encodeURIComponent("SELECT Id FROM Account WHERE Website = 'hostile.example'")}`);
  return found.records[0].Id;
};

test('one item shows the same fields on the issues of each of its projects', async () => {
  const admin = await company.person(ADMIN);
  for (const project of ['OPS', 'SUP']) {
    await company.salesforce('POST', 'sobjects/Account', { Name: `Works of ${project}`, Phone: '0222', Website: 'twofold.example' });
    const shown = await panel(await issueOf(project, await aTypeOf(project)), {}, admin);
    const card = shown.page.getByRole('region', { name: 'customers' });
    await card.getByRole('button', { name: 'Link a Salesforce record' }).click();
    await shown.page.getByRole('dialog').getByRole('textbox').fill(`Works of ${project}`);
    await shown.page.getByRole('dialog').getByRole('button', { name: `Works of ${project}` }).click();
    await card.getByText('Linked by hand').waitFor();
    for (const value of [`Works of ${project}`, '0222', 'twofold.example']) await card.getByText(value, { exact: true }).first().waitFor();
    await isInOrder(shown);
  }
});

test('a person without the permission to edit sees the values and changes nothing', async () => {
  const right = (granted) => company.door('rights', { user: PRIYA, project: 'OPS', permission: 'EDIT_ISSUES', granted });
  await right(false);
  const shown = await panel();
  await showsTheCase(shown.page, HOSTILE);
  for (const name of ['Refresh', 'Link a Salesforce record']) assert.equal(await shown.page.getByRole('button', { name }).count(), 0);
  await isInOrder(shown);
  await right(true);
});

test('a person whom Jira does not show the issue sees nothing of it', async () => {
  const right = (granted) => company.door('rights', { user: PRIYA, project: 'OPS', permission: 'BROWSE_PROJECTS', granted });
  await right(false);
  const shown = await panel();
  await shown.page.getByText('Jira does not show you this issue').waitFor();
  assert.ok(!(await shown.page.locator('body').innerText()).includes('quoted'));
  await isInOrder(shown);
  await right(true);
});

for (const [what, different, words] of [
  ['for another app', { claims: { aud: 'ari:cloud:ecosystem::app/another' } }, 'made for another app'],
  ['that has expired', { claims: { exp: 1 } }, 'it has expired'],
  ['that is none', { invocation: 'not.a.token' }, 'it is no invocation token'],
]) {
  test(`a token ${what} shows what is wrong, and the trace`, async () => {
    const shown = await panel(linked.issue, different);
    await shown.page.getByText(words).waitFor();
    const text = await shown.page.locator('body').innerText();
    assert.ok(text.includes('not connected to Entente') && text.includes('Trace: a52375'), text);
    await isInOrder(shown);
  });
}

test('a server out of reach is said, and asked again', async () => {
  const different = { isDown: true };
  const shown = await panel(linked.issue, different);
  await shown.page.getByText('The issue itself is not affected.').waitFor();
  assert.deepEqual(await findings(shown.page), []);
  different.isDown = false;
  await shown.page.getByRole('button', { name: 'Try again' }).click();
  await showsTheCase(shown.page, HOSTILE);
  await isInOrder(shown);
});

test('an issue to which no item applies says so', async () => {
  const shown = await panel(await issueOf('ITS', await aTypeOf('ITS')));
  await shown.page.getByText('No connected item applies').waitFor();
  await isInOrder(shown);
});

const aTypeOf = async (project) => {
  const types = await company.jira('GET', `issue/createmeta/${project}/issuetypes`);
  return types.issueTypes.find((type) => !type.subtask).name;
};

test('the admin page shows connections and items to administrators', async () => {
  const admin = await company.person(ADMIN);
  const shown = await company.open('admin', company.carry(admin, {}));
  const { page } = shown;
  await page.getByRole('heading', { name: 'Connections' }).waitFor();
  for (const [name, ...words] of [
    ['acme-org', 'Connected', 'Login URL', 'sandbox-client', 'Org name', 'Org ID', 'Instance URL', 'admin@sandbox.example'],
    ['acme-site', 'Connected', 'Site URL', 'admin@sandbox.example', 'Site name', 'Instance URL'],
  ]) {
    for (const word of words) await page.getByRole('region', { name }).getByText(word, { exact: true }).first().waitFor({ timeout: 10_000 });
  }
  const row = page.getByRole('table').getByRole('row').filter({ hasText: 'support-bugs' });
  const shows = async (name, ...words) => {
    const row = page.getByRole('table').getByRole('row').filter({ hasText: name });
    for (const word of words) await row.getByText(word, { exact: true }).first().waitFor({ timeout: 10_000 });
  };
  await shows('support-bugs', 'active', 'Two-way', 'OPS', 'Bug', 'Case', 'In Jira', 'Enabled');
  await shows('customers', 'active', 'Display only', 'OPS, SUP', 'manual link only', 'Account', 'Name, Phone, Website', 'Shows what is linked');
  await page.getByRole('button', { name: 'Refresh' }).click();
  await row.waitFor();
  for (const column of ['Comments', 'Attachments']) await page.getByRole('columnheader', { name: column }).waitFor();
  await until('each connection is confirmed', () => page.getByRole('button', { name: 'New item' }).isEnabled());
  for (const [label, path] of [
    ['New item', '/new-item'],
    ['Edit support-bugs', '/items/support-bugs/edit'],
    ['Delete customers', '/items?delete=customers'],
    ['Edit acme-org', '/connections/acme-org'],
    ['Revoke acme-site', '/connections?revoke=acme-site'],
  ]) {
    await page.getByRole('button', { name: label }).click();
    await until(`${label} leads to the console`, () => JSON.stringify(shown.others).includes(`${company.server}${path}`));
  }
  const help = page.getByRole('region', { name: 'Help' });
  for (const [chapter, words] of [
    ['Make the app in Salesforce', 'enable the client credentials flow, and choose the Run As user'],
    ['Make the app in Salesforce', '“Manage user data via APIs (api)” and no other'],
    ['Who may make it', 'manage apps and integration users'],
    ['As whom it works', 'a user of its own'],
    ['“Page not found”', 'A Developer Edition org'],
    ['“Too many scopes requested”', 'has scopes beside `api`'],
    ['Salesforce rejects the credentials', 'the client credentials flow enabled, and a Run As user chosen'],
    ['Salesforce rejects the credentials', 'API Enabled'],
    ['A status did not move', 'a `status:` part'],
    ['A status did not move', 'a picklist that the Run As user may update'],
    ['A status did not move', 'the lifecycle of the case'],
    ['Comments or attachments are missing', 'Are they enabled?'],
    ['Comments or attachments are missing', 'May the Run As user read them'],
    ['Comments or attachments are missing', 'Press Refresh'],
    ['A field is missing where one picks', 'Open it again'],
    ['The first item, in seven steps', 'Make an integration user'],
    ['Which address to write', 'use the same host'],
  ]) {
    const part = help.getByRole('group').filter({ hasText: chapter });
    if (!(await part.getByText(words).isVisible())) await part.locator('summary').click();
    assert.ok(await part.getByText(words).isVisible(), `${chapter}: ${words}`);
  }
  await isInOrder(shown);
});

test('the admin page tells other people nothing', async () => {
  const shown = await company.open('admin', company.carry(priya, {}));
  await shown.page.getByText('This page is for people who administer Jira').waitFor();
  assert.ok(!(await shown.page.locator('body').innerText()).includes('acme-org'));
  await isInOrder(shown);
});
