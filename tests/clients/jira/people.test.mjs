// Who calls, what the site is, who else is there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Version2Client, Version3Client } from 'jira.js';
import { appConfig, config, refused, sandbox, v2, v3 } from './site.mjs';

const { url } = sandbox.jira;

test('the caller and the site', async () => {
  const me = await v3.myself.getCurrentUser({ expand: 'groups,applicationRoles' });
  assert.equal(me.emailAddress, sandbox.jira.email);
  assert.ok(me.groups.items.some((group) => group.name === 'jira-administrators'));
  assert.equal((await v2.myself.getCurrentUser()).accountId, me.accountId);
  assert.deepEqual(await v3.myself.getLocale(), { locale: 'en_US' });
  const site = await v3.serverInfo.getServerInfo();
  assert.deepEqual([site.baseUrl, site.deploymentType], [url, 'Cloud']);
});

test('permissions', async () => {
  const mine = await v3.permissions.getMyPermissions({ permissions: 'BROWSE_PROJECTS,ADMINISTER', projectKey: 'OPS' });
  assert.equal(mine.permissions.ADMINISTER.havePermission, true);
  const unknown = await refused(v3.permissions.getMyPermissions({ permissions: 'FLY' }), 400);
  assert.deepEqual(unknown.errors, { FLY: 'Unrecognized permission' });
  assert.equal((await v3.permissions.getAllPermissions()).permissions.CREATE_ISSUES.type, 'PROJECT');
  const projects = await v3.permissions.getPermittedProjects({ permissions: ['CREATE_ISSUES'] });
  assert.ok(projects.projects.some((project) => project.key === 'OPS'));
  const { accountId } = await v3.myself.getCurrentUser();
  const ops = await v3.projects.getProject({ projectIdOrKey: 'OPS' });
  const bulk = await v3.permissions.getBulkPermissions({
    accountId,
    globalPermissions: ['ADMINISTER'],
    projectPermissions: [{ permissions: ['EDIT_ISSUES'], projects: [Number(ops.id)] }],
  });
  assert.deepEqual(bulk.globalPermissions, ['ADMINISTER']);
  assert.deepEqual(bulk.projectPermissions, [{ permission: 'EDIT_ISSUES', issues: [], projects: [Number(ops.id)] }]);
});

test('people are found, by the page and by id', async () => {
  const everybody = await v3.users.getAllUsers({ maxResults: 1000 });
  const person = everybody.find((user) => user.accountType === 'atlassian' && user.active);
  assert.equal((await v3.users.getUser({ accountId: person.accountId })).displayName, person.displayName);
  const page = await v3.users.bulkGetUsers({ accountId: [person.accountId], maxResults: 10 });
  assert.deepEqual(page.values.map((user) => user.displayName), [person.displayName]);
  const found = await v3.userSearch.findUsers({ query: person.displayName });
  assert.ok(found.some((user) => user.accountId === person.accountId));
  const assignable = await v3.userSearch.findAssignableUsers({ project: 'OPS', query: person.displayName });
  assert.ok(assignable.some((user) => user.accountId === person.accountId));
  assert.ok((await v3.userSearch.findBulkAssignableUsers({ projectKeys: 'OPS,SUP', query: '' })).length > 0);
  const picked = await v3.userSearch.findUsersForPicker({ query: person.displayName });
  assert.equal(picked.users[0].accountId, person.accountId);
  assert.ok((await v3.users.getUserGroups({ accountId: person.accountId })).length > 0);
  await refused(v3.users.getUser({ accountId: 'nobody' }), 404);
});

test('groups', async () => {
  const groups = await v3.groups.bulkGetGroups({ groupName: ['jira-administrators'] });
  const [administrators] = groups.values;
  const members = await v3.groups.getUsersFromGroup({ groupId: administrators.groupId });
  assert.ok(members.values.some((user) => user.displayName.length > 0));
  const found = await v3.groups.findGroups({ query: 'admin' });
  assert.equal(found.groups[0].groupId, administrators.groupId);
});

test('a wrong token makes a stranger, who sees nothing and is not refused', async () => {
  const stranger = new Version3Client({ host: url, authentication: { basic: { email: sandbox.jira.email, apiToken: 'wrong' } } });
  assert.deepEqual((await stranger.projects.searchProjects()).values, []);
  await refused(stranger.myself.getCurrentUser(), 401);
});

test('an OAuth token works behind the gateway, and only there', async () => {
  const app = await appConfig();
  for (const Client of [Version2Client, Version3Client]) {
    const client = new Client(app);
    assert.equal((await client.myself.getCurrentUser()).active, true);
    assert.ok((await client.projects.searchProjects()).total > 0);
  }
  const onSite = new Version3Client({ ...app, host: url });
  const said = await refused(onSite.serverInfo.getServerInfo(), 403);
  assert.deepEqual(said, { error: 'Failed to parse Connect Session Auth Token' });
});

test('an anonymous client may ask what the site is', async () => {
  const nobody = new Version3Client({ host: config.host });
  assert.equal((await nobody.serverInfo.getServerInfo()).deploymentType, 'Cloud');
  await refused(nobody.issues.getIssue({ issueIdOrKey: 'OPS-1' }), 404);
});
