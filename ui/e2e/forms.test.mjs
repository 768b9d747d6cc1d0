// Forms as a person fills them in: connections and items, picked from what both sides of a demo company have. The text of
// the configuration stays the truth, so each test looks at it, too.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { api, axe, openBrowser, site, startDemo, until, visit } from './stage.mjs';

/** As `openssl rand -base64 32` prints it. */
const ENTENTE_KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const ITEM = 'support-bugs';
const FORMS = ['/new-connection', '/connections/acme-org', '/connections/acme-site', '/new-item', `/items/${ITEM}/edit`];

describe('the forms of the console', { timeout: 300_000 }, () => {
  let demo, browser, page, seen;

  const go = (path) => visit(page, demo.server + path);
  const button = (name) => page.getByRole('button', { name, exact: true });
  const field = (name) => page.getByLabel(name, { exact: true });
  const dialog = () => page.getByRole('dialog');
  const text = async () => (await api(demo, '/configuration/text')).text;
  /** What was taken away may be asked for once more, and the browser logs that it is not there. */
  const expectGone = () => seen.splice(0, seen.length, ...seen.filter((said) => !said.includes('404')));

  before(async () => {
    demo = await startDemo({ ENTENTE_KEY });
    ({ browser, page, seen } = await openBrowser(demo));
    await until('the demo is in agreement', async () => (await api(demo, '/status')).idle, 120_000);
    await page.goto(`${demo.server}/login`);
    await page.getByLabel('Token').fill(demo.token);
    await button('Log in').click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });
  afterEach(() => assert.deepEqual(seen.splice(0), [], 'no page logs an error, fails, or asks another host'));

  it('make a connection, which is tried before it is saved', async () => {
    await go('/connections');
    await page.getByRole('link', { name: 'New connection' }).click();
    await page.getByText('The name has letters').waitFor();
    await field('Name').fill('acme-org');
    await page.getByText('There is a connection acme-org already').waitFor();
    await field('Name').fill('second-org');
    await field('Login URL').fill(`${demo.salesforce.url}/`);
    await field('Client ID').fill(demo.salesforce.client_id);
    await field('Client Secret').fill('guess');
    await page.getByText('only then').first().waitFor();
    await page.getByText(/error/).first().waitFor();
    assert.equal(await button('Test connection').isDisabled(), true, 'http is for sandboxes only');
    await field('A stand-in on this machine').check();
    await button('Test connection').click();
    await page.getByRole('alert').getByText('second-org').waitFor();
    // The browser logs that the API answered 503.
    assert.equal(seen.splice(0).length, 1);
    await field('Client Secret').fill(demo.salesforce.client_secret);
    await button('Test connection').click();
    const test = page.getByRole('region', { name: 'Test' });
    await test.getByText('connected').waitFor();
    for (const fact of ['Org name', 'Org ID', 'Instance URL', 'We act as']) await test.getByText(fact, { exact: true }).waitFor();
    assert.deepEqual(await axe(page), []);
    await button('Save').click();
    const card = page.getByRole('region', { name: 'second-org' });
    await card.getByText('Org ID', { exact: true }).waitFor();
    assert.match(await text(), /client_secret: secret:second-org\.client-secret }\n/);
  });

  it('replace a secret without showing the one that is there', async () => {
    await go('/connections');
    await page.getByRole('link', { name: 'Edit second-org' }).click();
    await page.getByText('One is in the store.').waitFor();
    assert.equal(await field('Client Secret').inputValue(), '');
    assert.equal(await field('Client Secret').getAttribute('type'), 'password');
    await field('Client Secret').fill(demo.salesforce.client_secret);
    await page.getByText('The secret.').waitFor();
    const before = await text();
    await button('Save').click();
    await page.getByRole('region', { name: 'second-org' }).waitFor();
    assert.equal(await text(), before);
    assert.ok((await api(demo, '/journal?kind=configuration&newest=true')).entries.some((entry) => entry.text.includes('replaced in the store of secrets: second-org.client-secret')));
  });

  it('revoke a connection, unless an item needs it', async () => {
    await go('/connections');
    await page.getByRole('region', { name: 'acme-org' }).getByRole('button', { name: 'Revoke' }).click();
    await dialog().getByText('These items use it').waitFor();
    await dialog().getByRole('link', { name: ITEM }).waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    // As the Forge app leads there.
    await go('/connections?revoke=second-org');
    await dialog().getByText('its credentials is cleared').waitFor();
    assert.deepEqual(await axe(page), []);
    await dialog().getByRole('button', { name: 'Revoke', exact: true }).click();
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'second-org' }).waitFor({ state: 'detached' });
    assert.ok(!(await text()).includes('second-org'));
    expectGone();
  });

  it('make an item that shows records, out of what both sides have', async () => {
    await go('/items');
    await page.getByRole('link', { name: 'New item' }).click();
    await page.getByText('Give it a name.').waitFor();
    await field('Name').fill('accounts-shown');
    await field('Owner').fill('ada@acme.example');
    await field('Sync mode').selectOption('display-only');
    await page.getByText('Connected to').nth(1).waitFor();
    for (const key of ['OPS', 'SUP']) await page.getByRole('checkbox', { name: new RegExp(`\\(${key}\\)$`) }).check();
    await field('Object').selectOption('Account');
    await page.getByText('Customers in view').waitFor();
    const first = page.getByLabel('Salesforce field of line 1');
    await first.getByRole('option', { name: 'Account Name (Name, string, required)' }).waitFor({ state: 'attached' });
    await first.selectOption('Name');
    await page.getByLabel('Label of line 1').fill('Customer');
    await button('Add a field').click();
    await page.getByText('Choose the fields of line 2').waitFor();
    await page.getByLabel('Salesforce field of line 2').selectOption('Phone');
    await page.getByText('Nothing is changed').waitFor({ state: 'detached' });
    assert.deepEqual(await axe(page), []);
    await button('Save').click();
    const row = page.getByRole('row').filter({ hasText: 'accounts-shown' });
    for (const cell of ['display-only', '2 preview fields', 'manual link only', 'ada@acme.example']) await row.getByText(cell, { exact: true }).waitFor();
  });

  it('make an item that synchronizes, and warn of what it lacks', async () => {
    await go('/new-item');
    await field('Name').fill('tasks');
    await field('Owner').fill('ada@acme.example');
    await field('Project').selectOption('OPS');
    await field('Issue type').selectOption('Task');
    await field('Object').selectOption('Case');
    await page.getByLabel('Salesforce field of line 1').selectOption('Description');
    await page.getByLabel('Jira field of line 1').selectOption('description');
    await page.getByText('Task needs Summary').waitFor();
    await field('Auto create').selectOption('jira');
    await field('Issue key in Salesforce').selectOption('Jira_Reference__c');
    await field('Record id in Jira').selectOption('Salesforce Case ID');

    const status = await field('Status field').getByRole('option').evaluateAll((options) => options.map(({ value }) => value));
    assert.ok(status.includes('Status') && !status.includes('Subject') && !status.includes('CaseNumber'), status.join());
    await field('Status field').selectOption('Status');
    await page.getByLabel('Jira status of New', { exact: true }).selectOption({ label: 'To Do' });
    await page.getByLabel('Jira status of Closed', { exact: true }).selectOption({ label: 'Done' });

    for (const option of ['Comments', 'Attachments']) await field(option).check();

    await button('Look before saving').click();
    await page.getByText('is required and nothing fills it').waitFor();
    await button('Save all the same').waitFor();
    assert.ok(!(await text()).includes('  tasks:'), 'nothing is saved by looking');
    await button('Add a field').click();
    await page.getByLabel('Salesforce field of line 2').selectOption('Subject');
    await page.getByLabel('Jira field of line 2').selectOption('summary');
    await page.getByLabel('Direction of line 2').selectOption('to-jira');
    await page.getByText('is required and nothing fills it').waitFor({ state: 'detached' });
    await button('Look before saving').click();
    await page.getByText('Both sides have what it needs.').waitFor();
    assert.deepEqual(await axe(page), []);
    await button('Save').click();
    const row = page.getByRole('row').filter({ hasText: 'tasks' });
    for (const cell of ['draft', 'two-way', 'Task', 'Case', '2 mapped fields', 'Enabled: jira']) await row.getByText(cell, { exact: true }).first().waitFor();
    assert.equal(await row.getByText('Enabled', { exact: true }).count(), 3, 'comments, attachments, status');
    for (const line of ['values: { New: To Do, Closed: Done }', 'attachments: { direction: both }', 'comments: { direction: both, audience: staff }']) {
      assert.ok((await text()).includes(line), line);
    }
  });

  it('change an item and leave the rest of the text', async () => {
    const before = await text();
    await go('/items');
    await page.getByRole('link', { name: `Edit ${ITEM}` }).click();
    await page.getByText('Nothing is changed.').waitFor();
    await page.getByText('Only in the text, and kept: on_leave, match, related, conflicts, filter.').waitFor();
    await page.getByLabel('Direction of line 2').selectOption('to-jira');
    await field('Owner').fill('grace@acme.example');
    await field('Comments').uncheck();
    await button('Look before saving').click();
    await page.getByText('Both sides have what it needs.').or(page.getByText('against it')).first().waitFor();
    await button('Save').click();
    // It runs, and nobody has tested it as it is now.
    await button('Save all the same').click();
    await page.getByRole('heading', { level: 1, name: 'Connected items' }).waitFor();
    const row = page.getByRole('row').filter({ hasText: ITEM });
    await row.getByText('grace@acme.example').waitFor();
    const wanted = before
      .replace('owner: integrations@acme.example', 'owner: grace@acme.example')
      .replace('{ salesforce: Description, jira: description }\n      - { salesforce: Priority', '{ salesforce: Description, jira: description, direction: to-jira }\n      - { salesforce: Priority')
      .replace('    comments: { direction: both, audience: staff }\n', '');
    assert.equal(await text(), wanted);
    // The browser logs that the API answered 409.
    assert.equal(seen.splice(0).length, 1);
  });

  it('delete an item from the list', async () => {
    await go('/items');
    const row = page.getByRole('row').filter({ hasText: 'accounts-shown' });
    await row.getByRole('button', { name: 'Delete' }).click();
    await dialog().getByText('Its links are kept and rest').waitFor();
    assert.deepEqual(await axe(page), []);
    await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
    await dialog().waitFor({ state: 'detached' });
    await row.waitFor({ state: 'detached' });
    await button('Refresh').click();
    assert.ok(!(await text()).includes('accounts-shown'));
    expectGone();
  });

  it('wait until both sides are confirmed', async () => {
    const issues = site(demo);
    await issues.fault({ route: '*', answer: 'status', status: 503 });
    await go('/new-item');
    await field('Name').fill('waiting');
    await field('Sync mode').selectOption('display-only');
    await page.getByRole('alert').first().waitFor();
    await page.getByText('Choose a project.').waitFor();
    assert.equal(await button('Save').count(), 0);
    await issues.fault();
    // The site is left alone for some seconds more.
    await until('both sides are confirmed', async () => {
      const again = page.getByRole('button', { name: 'Try again' }).first();
      if (await again.isVisible()) await again.click();
      return (await page.getByText('Connected to').count()) === 2;
    });
    seen.splice(0);
  });

  it('are filled in without a mouse', async () => {
    await go('/connections/acme-site');
    await field('Site URL').focus();
    const focused = () => page.evaluate(() => document.activeElement?.textContent || document.activeElement?.labels?.[0]?.textContent);
    const passed = [];
    while (!passed.includes('Test connection') && passed.length < 12) {
      passed.push(await focused());
      await page.keyboard.press('Tab');
    }
    assert.deepEqual(passed, ['Site URL', 'Account (e-mail address)', 'API token', 'A stand-in on this machine', 'Test connection']);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Test' }).getByText('connected').waitFor();
  });

  for (const theme of ['light', 'dark']) {
    it(`can be read by everybody, in ${theme}`, async () => {
      for (const path of FORMS) {
        await go(path);
        await page.getByLabel('Theme').selectOption(theme);
        assert.deepEqual(await axe(page), [], `${path} in ${theme}`);
      }
    });
  }

  it('fit into a narrow window', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const path of FORMS) {
      await go(path);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wider, 0, `${path} does not scroll sideways`);
    }
  });
});
