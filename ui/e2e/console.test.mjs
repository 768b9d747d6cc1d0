// The console as a person uses it, in a browser, against the real binary and its demo company. One demo serves all tests;
// each begins at an address of its own. Nothing waits for a time, only for what it expects to see.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { api, axe, openBrowser, org, site, startDemo, until, visit } from './stage.mjs';

const ITEM = 'support-bugs';
const SHOWN = 'accounts-shown';
const DISPLAYED = `
  ${SHOWN}:
    owner: integrations@acme.example
    mode: display-only
    salesforce: { connection: acme-org, object: Account }
    jira: { connection: acme-site, projects: [ OPS, SUP ] }
    fields: [ { salesforce: Name } ]
`;
const MATCHED = 'match: [ correlation, { salesforce: Subject, jira: summary } ]';
const ACCESS = `
access:
  salesforce: acme-org
  jira: acme-site
  request_form: true
  sources:
    customer-project:
      object: Customer_Project__c
      grant_field: Customer_Project__c
      person: Contact__c
      account: Account__c
      organization: "{Name} - {Project_Number__c}"
      desk: SUP
  domain_task:
    jira: { project: OPS, issue_type: Task, assignee: admin@sandbox.example }
`;
const PAGES = ['/', '/items', `/items/${ITEM}`, '/configuration', '/links', '/links/1', '/conflicts', '/matches', '/parked', '/activity', '/access', '/connections', '/inspection', '/nowhere'];
const PICTURES = fileURLToPath(new URL('../../docs/console/', import.meta.url));

describe('the console', { timeout: 300_000 }, () => {
  let demo, browser, page, seen;

  const go = (path) => visit(page, demo.server + path);
  const button = (name) => page.getByRole('button', { name });
  const dialog = () => page.getByRole('dialog');
  const picture = async (name) => {
    if (!process.env.SCREENSHOTS) return;
    await mkdir(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}${name}.png` });
  };
  /** Puts the text of the configuration in place of the one that is there, as typing would. */
  const write = async (change) => {
    const area = page.getByLabel('The configuration', { exact: true });
    await area.fill(change(await area.inputValue()));
  };

  before(async () => {
    demo = await startDemo();
    ({ browser, page, seen } = await openBrowser(demo));
    await until('the demo is in agreement', async () => {
      const { idle, links } = await api(demo, '/status');
      return idle && links > 100;
    }, 120_000);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });
  afterEach(() => assert.deepEqual(seen.splice(0), [], 'no page logs an error, fails, or asks another host'));

  it('lets people in with a token, to where they wanted to go', async () => {
    await page.goto(`${demo.server}/links/3`);
    assert.match(page.url(), /\/login\?to=%2Flinks%2F3$/);
    assert.deepEqual(await axe(page), []);
    await page.getByLabel('Token').fill('guess');
    await button('Log in').click();
    await page.getByText("This is neither a user's token").waitFor();
    // The browser logs that the form was answered by 401.
    assert.equal(seen.splice(0).length, 1);
    await page.getByLabel('Token').fill(demo.token);
    await button('Log in').click();
    await page.getByText('link 3 of').waitFor();
    await page.reload();
    await page.getByText('link 3 of').waitFor();
    assert.equal(new URL(page.url()).pathname, '/links/3');
  });

  it('shows how things stand, from what the API says', async () => {
    await go('/');
    const { links } = await api(demo, '/status');
    await page.getByRole('link', { name: `${links.toLocaleString('en')} pairs in agreement` }).waitFor();
    await page.getByText('In agreement').first().waitFor();
    await page.getByRole('region', { name: 'Needs attention' }).getByText('Nothing does.').waitFor();
    const calls = page.getByRole('region', { name: 'Connections and their calls', exact: true });
    await calls.getByText('acme-org').waitFor();
    const day = page.getByRole('region', { name: 'The last day' });
    const { figures } = await api(demo, '/figures');
    const carried = figures.filter(({ kind }) => kind === 'create' || kind === 'write').reduce((sum, { n }) => sum + n, 0);
    assert.ok(carried > 200);
    await day.getByText(`${carried.toLocaleString('en')} values carried`).waitFor();
    await page.getByText(/^Entente \d+\.\d+\.\d+, Apache-2\.0$/).waitFor();
    await picture('overview');
  });

  it('finds links, and reads only those that are seen', async () => {
    await go('/links');
    await until('the first page is there', async () => (await page.getByRole('listitem').count()) > 5);
    assert.ok((await page.getByRole('listitem').count()) < 60, 'a list of hundreds has few rows in the page');
    const { links } = await api(demo, '/links/all?limit=1');
    const key = links[0].jira.id;
    await page.keyboard.press('/');
    await page.keyboard.type(key.toLowerCase());
    await page.waitForURL(`**/links?text=${key.toLowerCase()}`);
    await page.getByRole('listitem').filter({ hasText: key }).first().getByRole('link', { name: `link ${links[0].link}`, exact: true }).click();
    await page.getByRole('heading', { level: 1, name: links[0].salesforce.id }).waitFor();
    const both = page.getByRole('table').first();
    await both.getByRole('cell', { name: links[0].fields[0].salesforce, exact: true }).first().waitFor();
    await page.getByText('create', { exact: true }).first().waitFor();
  });

  it('says why a link stays', async () => {
    await go('/links/1');
    await button('Unlink').click();
    await button('Dissolve').click();
    await dialog().getByText('it is managed by its item').waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Unlink', 'the focus is back where it was');
    // The browser logs that the API answered 409.
    assert.equal(seen.splice(0).length, 1);
  });

  it('goes by keys', async () => {
    // Both keys have to come soon after each other, which a crowded machine may not manage at once.
    const goBy = (key, path) =>
      until(`the keys lead to ${path}`, async () => {
        await page.keyboard.press('g');
        await page.keyboard.press(key);
        return new URL(page.url()).pathname === path;
      });
    await go('/');
    await goBy('l', '/links');
    await page.keyboard.press('?');
    await dialog().getByText('go to Conflicts').waitFor();
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await goBy('a', '/activity');
    await until('there are entries', async () => (await page.getByRole('listitem').count()) > 2);
    await page.keyboard.press('j');
    assert.equal(await page.evaluate(() => document.activeElement?.closest('[role=listitem]') !== null), true, 'j is in the first row');
  });

  it('says line and column of a mistake while it is typed, and does not save it', async () => {
    await go(`/configuration?item=${ITEM}`);
    const text = await page.getByLabel('The configuration', { exact: true }).inputValue();
    const line = text.split('\n').findIndex((line) => line.includes('conflicts: latest-wins')) + 1;
    await write((text) => text.replace('conflicts: latest-wins', 'conflicts: latest-winds'));
    const problem = button(`line ${line}, column 16`);
    await problem.waitFor();
    await page.getByText('latest-winds').first().waitFor();
    assert.equal(await button('Save').isDisabled(), true);
    await picture('configuration');
    await problem.click();
    const caret = await page.evaluate(() => document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionStart + 12));
    assert.equal(caret, 'latest-winds');
    await button('Throw away').click();
    await page.getByText('None.').waitFor();
  });

  it('shows what stands against a change, and saves it for who insists', async () => {
    await go('/configuration');
    await write((text) => text.replace('conflicts: latest-wins', 'conflicts: ask').replace('match: [ correlation ]', MATCHED).replace('\ntriggers:', `${DISPLAYED}\ntriggers:`));
    await page.getByRole('region', { name: 'What would change' }).getByText(SHOWN).first().waitFor();
    await button('Look before saving').click();
    await page.getByText('was never tested as it is here').waitFor();
    await button('Save all the same').click();
    await until('the new text is in use', async () => (await api(demo, `/items/${ITEM}`)).conflicts === 'ask');
    await page.getByText('What would change').waitFor({ state: 'detached' });
  });

  it('shows every item in one table, and each in full', async () => {
    await go('/items');
    const row = page.getByRole('row').filter({ hasText: ITEM });
    for (const cell of ['two-way', 'OPS', 'Bug', 'Case (filtered)', '4 mapped fields', 'Enabled: jira', 'Enabled', 'integrations@acme.example']) {
      await row.getByText(cell, { exact: true }).first().waitFor();
    }
    const shown = page.getByRole('row').filter({ hasText: SHOWN });
    for (const cell of ['display-only', 'OPS, SUP', 'manual link only', 'Account', '1 preview field', 'display only, 0 links']) {
      await shown.getByText(cell, { exact: true }).first().waitFor();
    }
    await row.getByRole('link', { name: ITEM, exact: true }).click();
    const fields = page.getByRole('region', { name: 'Fields' });
    await fields.getByText('High = High, Medium = Medium, Low = Low').waitFor();
    await fields.getByText('to Jira', { exact: true }).waitFor();
  });

  it('links a record by hand, and takes the link apart', async () => {
    const { links } = await api(demo, '/links/all?limit=1');
    const key = links[0].jira.id;
    await go('/links');
    await button('Link a Salesforce record').click();
    await dialog().getByLabel('Item').selectOption(SHOWN);
    await dialog().getByLabel(/^Salesforce record/).fill('zzzz');
    await dialog().getByText(/No |no /).first().waitFor();
    await dialog().getByLabel(/^Salesforce record/).fill('birch');
    await dialog().getByRole('radio', { name: /^Birchmere Foods/ }).check();
    await dialog().getByLabel('Issue key').fill(key);
    assert.deepEqual(await axe(page), []);
    await dialog().getByRole('button', { name: 'Link', exact: true }).click();
    await page.getByText(`of ${SHOWN}, display-only, made by a person`).waitFor();
    await until('the account is shown beside the issue', async () => (await page.getByRole('cell', { name: 'Birchmere Foods', exact: true }).count()) > 0);
    await button('Unlink').click();
    await button('Dissolve').click();
    await page.waitForURL('**/links');
    await go(`/links?item=${SHOWN}`);
    await page.getByText('No link is like this.').waitFor();
  });

  it('does not overwrite what somebody else has written', async () => {
    await go('/configuration');
    const { text, digest } = await api(demo, '/configuration/text');
    const headers = { authorization: `Bearer ${demo.token}`, 'content-type': 'application/json', 'if-match': digest };
    const other = text.replace('integrations@acme.example', 'ada@acme.example');
    assert.equal((await fetch(`${demo.server}/api/v1/configuration/text`, { method: 'PUT', headers, body: JSON.stringify({ text: other }) })).status, 200);
    await write((text) => `${text}\n# mine\n`);
    await button('Save').click();
    await page.getByText('Somebody else has changed the configuration meanwhile').waitFor();
    await button('Throw this away and take over what it says now').click();
    await until('the other text is there', async () => (await page.getByLabel('The configuration', { exact: true }).inputValue()).includes('ada@acme.example'));
    // The browser logs that the API answered 412.
    assert.equal(seen.splice(0).length, 1);
  });

  it('pauses an item, shows its plan, lets a conflict be decided, and carries it', async () => {
    const [{ links }, cases, issues] = [await api(demo, '/links/all?limit=5'), await org(demo), site(demo)];
    const { salesforce, jira, link } = links[4];

    await go(`/items/${ITEM}`);
    await button('Pause').click();
    await dialog().getByText('state').first().waitFor();
    await button('Do it').click();
    await button('Activate').waitFor();
    await until('the item rests', async () => (await api(demo, '/status')).items[0].state === 'paused');

    await cases.edit(salesforce.id, { Subject: 'As Salesforce has it' });
    await issues.edit(jira.id, { summary: 'As Jira has it' });

    await button('What would be written now?').click();
    const planned = page.getByRole('group', { name: `Plan for ${jira.id}` }).or(page.getByRole('group', { name: `Plan for link ${link}` }));
    await planned.getByText('a person must decide').waitFor();
    await picture('item');

    await button('Activate').click();
    await button(/^Do it/).click();
    await until('the item runs', async () => (await api(demo, '/status')).items[0].state === 'active');

    await go('/conflicts');
    const conflict = page.getByRole('article').filter({ hasText: 'As Jira has it' });
    await conflict.getByText('As Salesforce has it').waitFor();
    assert.deepEqual(await axe(page), []);
    await picture('conflicts');
    await page.getByLabel('Your name, for the journal').fill('Ada at the desk');
    await conflict.getByRole('button', { name: 'Take Jira’s' }).click();
    await page.getByText('Nothing is to be decided.').waitFor();
    assert.equal((await cases.read(salesforce.id)).Subject, 'As Jira has it');

    await go('/activity?kind=decision');
    await page.getByRole('listitem').first().getByText('Ada at the desk decided that').waitFor();
    await page.getByLabel('Your name, for the journal').fill('');
  });

  it('says why something is parked, and tries it again', async () => {
    const [{ links }, cases, issues] = [await api(demo, '/links/all?limit=12'), await org(demo), site(demo)];
    const { salesforce, jira } = links[11];
    const body = { errorMessages: [], errors: { summary: 'These words are not welcome.' } };
    await issues.fault({ route: 'PUT /rest/api/3/issue/{..}', answer: 'status', status: 400, body, match: { body_contains: 'Unwelcome words' } });
    await go('/parked');
    await page.getByText('Nothing is parked.').waitFor();
    await cases.edit(salesforce.id, { Subject: 'Unwelcome words' });
    const row = page.getByRole('row').filter({ hasText: 'These words are not welcome.' });
    await row.waitFor();
    assert.deepEqual(await axe(page), []);
    await issues.fault();
    await row.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('Nothing is parked.').waitFor();
    await until('it is carried', async () => (await issues.read(jira.id)).fields.summary === 'Unwelcome words');
  });

  it('lets a person say who the twin is', async () => {
    const [cases, issues] = [await org(demo), site(demo)];
    const bug = { project: { key: 'OPS' }, issuetype: { name: 'Bug' }, summary: 'Twice the same' };
    const [, twin] = [await issues.create(bug), await issues.create(bug)];
    await until('the search knows both', async () => (await issues.found('project = OPS AND summary ~ "Twice the same"')) === 2);
    const id = await cases.create({ Subject: 'Twice the same', Origin: 'Web', Status: 'New', Priority: 'Low' });
    await go('/matches');
    await page.getByRole('row').filter({ hasText: 'Twice the same' }).getByRole('button', { name: 'Decide' }).click();
    await dialog().getByRole('cell', { name: 'Twice the same', exact: true }).first().waitFor();
    assert.deepEqual(await axe(page), []);
    await dialog().getByRole('button', { name: `${twin} is` }).click();
    await page.getByText('No record is in doubt.').waitFor();
    await until('both are linked', async () => (await api(demo, `/links?name=${id}`)).links.some(({ jira }) => jira.id === twin));
  });

  it('takes a round back, with its plan first', async () => {
    const [{ links }, issues] = [await api(demo, '/links/all?limit=8'), site(demo)];
    const { jira, link } = links[7];
    const before = (await issues.read(jira.id)).fields.summary;
    const cases = await org(demo);
    await cases.edit(links[7].salesforce.id, { Subject: 'A slip' });
    await until('the slip is carried', async () => (await issues.read(jira.id)).fields.summary === 'A slip');
    await until('it is journalled', async () => (await api(demo, `/journal?link=${link}&kind=write`)).entries.some(({ after }) => after === 'A slip'));

    await go(`/activity?link=${link}&kind=write`);
    await page.getByRole('listitem').first().getByRole('button', { name: 'Details' }).click();
    await button('Take its round back').click();
    await page.getByText('1 value would come back').first().waitFor();
    await button('Bring 1 value back').click();
    await until('the old words are back', async () => (await issues.read(jira.id)).fields.summary === before);
  });

  it('offers nothing to do with an item or a link that is not there', async () => {
    await go('/items/nope');
    await page.getByText('There is no item "nope" in this configuration.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Edit', exact: true }).count(), 0);
    await go('/links/99999');
    await page.getByText('There is no such link, or it is dissolved.').waitFor();
    // The browser logs that the API declined.
    assert.ok(seen.splice(0).length > 0);
  });

  it('lets people into the portal once their domain is allowed, and takes it back', async () => {
    await go('/access');
    await page.getByText('There is no portal access here.').waitFor();
    // The browser logs that the API declined.
    assert.ok(seen.splice(0).length > 0);
    await go('/configuration');
    await write((text) => text + ACCESS);
    await button('Save').click();
    await page.getByText('What would change').waitFor({ state: 'detached' });
    await until('portal access is configured', async () => (await fetch(`${demo.server}/api/v1/domains`, { headers: { authorization: `Bearer ${demo.token}` } })).ok);

    const { create } = await org(demo);
    const account = await create({ Name: 'Portal Customer' }, 'Account');
    const person = await create({ LastName: 'Doe', FirstName: 'Dana', Email: 'dana@portal.example', AccountId: account }, 'Contact');
    const project = await create({ Name: 'Testing', Account__c: account, Project_Number__c: '922' }, 'Customer_Project__c');
    await create({ Customer_Project__c: project, Contact__c: person, Account__c: account }, 'Entente_Access__c');

    await go('/access');
    const row = page.getByRole('row').filter({ hasText: 'dana@portal.example' });
    await row.getByText('Requested').waitFor();
    await button('Allow portal.example').click();
    await row.getByText('Has Access').waitFor();
    await row.getByText('Testing - 922').waitFor();
    assert.deepEqual(await axe(page), []);

    // Support adds another one to the same organization, without Salesforce.
    await create({ LastName: 'Roe', FirstName: 'Richard', Email: 'richard@portal.example', AccountId: account }, 'Contact');
    await button('Add a contact').click();
    await dialog().getByLabel('Organization').selectOption({ label: 'Testing - 922' });
    await dialog().getByLabel('Person').fill('nobody@portal.example');
    await dialog().getByRole('button', { name: 'Add', exact: true }).click();
    await dialog().getByText('There is no Contact with the address').waitFor();
    await dialog().getByLabel('Person').fill('richard@portal.example');
    assert.deepEqual(await axe(page), []);
    await dialog().getByRole('button', { name: 'Add', exact: true }).click();
    await dialog().waitFor({ state: 'detached' });
    const added = page.getByRole('row').filter({ hasText: 'richard@portal.example' });
    await added.getByText('Has Access').waitFor();
    // The browser logs that the API answered 404.
    assert.equal(seen.splice(0).length, 1);

    // Others ask by the form: one is let in, one is not.
    for (const [name, who] of [['Ada Poe', 'ada'], ['Eve Coe', 'eve']]) {
      await create({ LastName: name, Email: `${who}@portal.example`, AccountId: account }, 'Contact');
      const form = new URLSearchParams({ name, email: `${who}@portal.example`, company: 'Portal Customer', message: 'Please' });
      assert.equal((await fetch(`${demo.server}/access/request`, { method: 'POST', body: form })).status, 200);
    }
    await page.reload();
    const asked = page.getByRole('region', { name: 'Asked for by the form' }).getByRole('row');
    await asked.filter({ hasText: 'Eve Coe' }).getByRole('button', { name: 'Deny' }).click();
    await asked.filter({ hasText: 'Eve Coe' }).waitFor({ state: 'detached' });
    await asked.filter({ hasText: 'Ada Poe' }).getByRole('button', { name: 'Approve' }).click();
    await dialog().getByLabel('Organization').selectOption({ label: 'Testing - 922' });
    await dialog().getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByText('Nobody waits for an answer.').waitFor();
    await page.getByRole('row').filter({ hasText: 'ada@portal.example' }).getByText('Has Access').waitFor();

    await row.getByRole('button', { name: 'Revoke' }).click();
    await dialog().getByRole('button', { name: 'Take it back' }).click();
    await row.getByText('Revoked').waitFor();
    await button('Withdraw portal.example').click();
    await page.getByText('No domain is on the list yet.').waitFor();
    await go('/activity');
    await page.getByRole('listitem').filter({ hasText: 'portal.example' }).first().getByText('somebody at the console').waitFor();
  });

  it('says who answers at each connection, and what is missing there', async () => {
    await go('/connections');
    const card = page.getByRole('region', { name: 'acme-org' });
    for (const fact of ['Login URL', demo.salesforce.url, 'Client ID', 'sandbox-client', 'Org ID', 'Instance URL', 'connected']) await card.getByText(fact, { exact: fact !== 'connected' }).first().waitFor();
    assert.equal(await page.getByText('sandbox-secret').count(), 0);
    await button('Examine both sides').click();
    await page.getByText('Where the credentials are found').click();
    await page.getByText('Manage Consumer Details').waitFor();
    await page.getByText('rather than login.salesforce.com').waitFor();
    await page.getByText('Nothing is missing.').or(page.getByRole('listitem').filter({ hasText: /error|warning/ })).first().waitFor();
  });

  for (const theme of ['light', 'dark']) {
    it(`can be read by everybody, in ${theme}`, async () => {
      for (const path of PAGES) {
        await go(path);
        await page.getByLabel('Theme').selectOption(theme);
        assert.deepEqual(await axe(page), [], `${path} in ${theme}`);
      }
    });
  }

  it('works in a narrow window', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const path of PAGES) {
      await go(path);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wider, 0, `${path} does not scroll sideways`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('has guards that would notice', async () => {
    await go('/');
    await page.evaluate(() => {
      document.querySelector('main').innerHTML += '<input><p style="color: #777; background: #888">dim</p>';
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.head.append(script);
    });
    const found = (await axe(page)).join('\n');
    assert.match(found, /label/);
    assert.equal(await page.evaluate(() => globalThis.ran), undefined, 'the policy stops what is not ours');
    assert.match(seen.splice(0).join('\n'), /Content Security Policy/);
    await page.evaluate(() => fetch('http://127.0.0.1:9/elsewhere').catch(() => {}));
    assert.match(seen.splice(0).join('\n'), /Content Security Policy|elsewhere/);
  });

  it('logs out', async () => {
    await go('/');
    await button('Log out').click();
    await page.getByLabel('Token').waitFor();
    await page.goto(`${demo.server}/links`);
    assert.match(page.url(), /\/login/);
  });

  it('shows a viewer what only others may do', async () => {
    const headers = { authorization: `Bearer ${demo.token}`, 'content-type': 'application/json' };
    const added = await fetch(`${demo.server}/api/v1/users`, { method: 'POST', headers, body: JSON.stringify({ name: 'vera', role: 'viewer' }) });
    await page.goto(`${demo.server}/login`);
    await page.getByLabel('Token').fill((await added.json()).token);
    await button('Log in').click();
    await go('/links');
    const link = button('Link a Salesforce record');
    await page.waitForFunction((name) => [...document.querySelectorAll('button')].some((one) => one.textContent === name && one.disabled), 'Link a Salesforce record');
    assert.equal(await link.getAttribute('title'), 'This needs an operator; you are a viewer.');
    await go('/configuration');
    await page.getByText('This needs an administrator; you are a viewer.').waitFor();
    assert.equal(await page.getByLabel('The configuration', { exact: true }).isEditable(), false);
    assert.deepEqual(await axe(page), []);
  });
});
