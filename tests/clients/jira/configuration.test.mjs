// What can be chosen where: projects, types, fields, options, statuses, workflows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bug, refused, v2, v3 } from './site.mjs';

const names = (rows) => rows.map((row) => row.name);

test('projects', async () => {
  const page = await v3.projects.searchProjects({ orderBy: 'key', maxResults: 2, expand: 'description,lead,issueTypes' });
  assert.deepEqual([page.values.length, page.isLast, page.values[0].key], [2, false, 'FES']);
  const ops = await v3.projects.getProject({ projectIdOrKey: 'OPS' });
  assert.ok(names(ops.issueTypes).includes('Bug'));
  assert.equal((await v2.projects.getProject({ projectIdOrKey: ops.id })).key, 'OPS');
  const statuses = await v3.projects.getAllStatuses({ projectIdOrKey: 'OPS' });
  assert.ok(names(statuses[0].statuses).includes('To Do'));
  const said = await refused(v3.projects.getProject({ projectIdOrKey: 'NONE' }), 404);
  assert.deepEqual(said.errorMessages, ["No project could be found with key 'NONE'."]);
  assert.ok((await v3.projects.getRecent()).length > 0);
  assert.ok((await v3.projectTypes.getAllProjectTypes()).some((type) => type.key === 'service_desk'));
});

test('components, versions and roles of a project', async () => {
  const made = await v3.projectComponents.createComponent({ project: 'OPS', name: 'Warehouse', description: 'Boxes' });
  assert.equal((await v3.projectComponents.getComponent({ id: made.id })).name, 'Warehouse');
  assert.equal((await v3.projectComponents.updateComponent({ id: made.id, name: 'Depot' })).name, 'Depot');
  assert.ok(names(await v3.projectComponents.getProjectComponents({ projectIdOrKey: 'OPS' })).includes('Depot'));
  assert.ok((await v3.projectComponents.getProjectComponentsPaginated({ projectIdOrKey: 'OPS', query: 'depot' })).total === 1);
  assert.equal((await v3.projectComponents.getComponentRelatedIssues({ id: made.id })).issueCount, 0);
  await v3.projectComponents.deleteComponent({ id: made.id });
  await refused(v3.projectComponents.getComponent({ id: made.id }), 404);

  const ops = await v3.projects.getProject({ projectIdOrKey: 'OPS' });
  const version = await v3.projectVersions.createVersion({ projectId: Number(ops.id), name: '2027.2', releaseDate: '2027-02-28' });
  assert.equal((await v3.projectVersions.getVersion({ id: version.id })).releaseDate, '2027-02-28');
  assert.equal((await v3.projectVersions.updateVersion({ id: version.id, released: true })).released, true);
  assert.ok(names(await v3.projectVersions.getProjectVersions({ projectIdOrKey: 'OPS' })).includes('2027.2'));
  assert.ok(names((await v3.projectVersions.getProjectVersionsPaginated({ projectIdOrKey: 'OPS', query: '2027.2' })).values).includes('2027.2'));
  await v3.projectVersions.deleteAndReplaceVersion({ id: version.id });
  await refused(v3.projectVersions.getVersion({ id: version.id }), 404);

  const roles = await v3.projectRoles.getProjectRoles({ projectIdOrKey: 'OPS' });
  const id = Number(roles.Administrators.split('/').pop());
  assert.equal((await v3.projectRoles.getProjectRole({ projectIdOrKey: 'OPS', id })).name, 'Administrators');
  assert.ok(names(await v3.projectRoles.getAllProjectRoles()).includes('Administrators'));
  assert.ok(names(await v3.projectRoles.getProjectRoleDetails({ projectIdOrKey: 'OPS' })).includes('Administrators'));
});

test('issue types and what it takes to make one, in both forms', async () => {
  const types = await v3.issueTypes.getIssueAllTypes();
  const bugType = types.find((type) => type.name === 'Bug');
  assert.equal((await v3.issueTypes.getIssueType({ id: bugType.id })).name, 'Bug');
  const ops = await v3.projects.getProject({ projectIdOrKey: 'OPS' });
  assert.ok(names(await v3.issueTypes.getIssueTypesForProject({ projectId: Number(ops.id) })).includes('Bug'));

  const listed = await v3.issues.getCreateIssueMetaIssueTypes({ projectIdOrKey: 'OPS' });
  assert.ok(names(listed.issueTypes).includes('Bug'));
  const fields = [];
  for (let startAt = 0, total = 1; startAt < total; startAt = fields.length) {
    const page = await v3.issues.getCreateIssueMetaIssueTypeId({ projectIdOrKey: 'OPS', issueTypeId: bugType.id, startAt, maxResults: 20 });
    fields.push(...page.fields);
    total = page.total;
  }
  assert.ok(fields.find((field) => field.fieldId === 'summary').required);
  const old = await v3.issues.getCreateIssueMeta({ projectKeys: ['OPS'], expand: 'projects.issuetypes.fields' });
  assert.equal(Object.keys(old.projects[0].issuetypes[0].fields).length > 10, true);
  const { key } = await bug();
  const meta = await v3.issues.getEditIssueMeta({ issueIdOrKey: key });
  assert.deepEqual(meta.fields.labels.operations, ['add', 'set', 'remove']);
});

test('fields, their contexts and their options', async () => {
  const all = await v3.issueFields.getFields();
  const severity = all.find((field) => field.name === 'Severity');
  assert.equal(severity.schema.custom, 'com.atlassian.jira.plugin.system.customfieldtypes:select');
  const found = await v3.issueFields.getFieldsPaginated({ type: ['custom'], query: 'sever', expand: 'key,contextsCount' });
  assert.equal(found.values[0].id, severity.id);
  const made = await v3.issueFields.createCustomField({
    name: 'Mood',
    type: 'com.atlassian.jira.plugin.system.customfieldtypes:select',
    searcherKey: 'com.atlassian.jira.plugin.system.customfieldtypes:multiselectsearcher',
  });
  const contexts = await v3.issueCustomFieldContexts.getContextsForField({ fieldId: made.id });
  const contextId = Number(contexts.values[0].id);
  const added = await v3.issueCustomFieldOptions.createCustomFieldOption({ fieldId: made.id, contextId, options: [{ value: 'Good' }, { value: 'Bad' }] });
  const options = await v3.issueCustomFieldOptions.getOptionsForContext({ fieldId: made.id, contextId });
  assert.deepEqual(options.values.map((option) => option.value), ['Good', 'Bad']);
  assert.equal((await v3.issueCustomFieldOptions.getCustomFieldOption({ id: added.options[0].id })).value, 'Good');
  await v3.issueCustomFieldOptions.updateCustomFieldOption({ fieldId: made.id, contextId, options: [{ id: added.options[1].id, value: 'Awful' }] });
  const { key } = await bug({ [made.id]: { value: 'Awful' } });
  assert.equal((await v3.issues.getIssue({ issueIdOrKey: key })).fields[made.id].value, 'Awful');
  await v3.issueFields.updateCustomField({ fieldId: made.id, name: 'Temper' });
  assert.ok((await v3.issueFields.getFields()).some((field) => field.name === 'Temper'));
  assert.ok((await v3.issueCustomFieldContexts.getProjectContextMapping({ fieldId: made.id })).values.length > 0);
});

test('priorities, resolutions, statuses, link types, labels', async () => {
  const priorities = await v3.issuePriorities.getPriorities();
  assert.equal((await v3.issuePriorities.getPriority({ id: priorities[0].id })).name, 'Highest');
  assert.ok((await v3.issuePriorities.searchPriorities()).total >= 5);
  const resolutions = await v3.issueResolutions.getResolutions();
  assert.equal((await v3.issueResolutions.getResolution({ id: resolutions[0].id })).name, resolutions[0].name);
  assert.ok((await v3.issueResolutions.searchResolutions()).total >= 5);
  const statuses = await v3.workflowStatuses.getStatuses();
  assert.ok(names(statuses).includes('Done'));
  assert.equal((await v3.workflowStatuses.getStatus({ idOrName: 'Done' })).statusCategory.key, 'done');
  assert.equal((await v3.workflowStatusCategories.getStatusCategories()).length, 4);
  assert.equal((await v3.workflowStatusCategories.getStatusCategory({ idOrKey: 'done' })).colorName, 'green');
  assert.ok((await v3.status.search({ searchString: 'prog' })).values.length > 0);
  assert.equal((await v3.status.getStatusesById({ id: [statuses[0].id] }))[0].name, statuses[0].name);
  const { issueLinkTypes } = await v3.issueLinkTypes.getIssueLinkTypes();
  assert.equal((await v3.issueLinkTypes.getIssueLinkType({ issueLinkTypeId: issueLinkTypes[0].id })).name, 'Blocks');
  await bug({ labels: ['from-a-client'] });
  assert.ok((await v3.labels.getAllLabels({ maxResults: 1000 })).values.includes('from-a-client'));
});

test('workflows, as administrators see them', async () => {
  const page = await v3.workflows.getWorkflowsPaginated({ expand: 'transitions,statuses' });
  const software = page.values.find((workflow) => workflow.id.name.startsWith('Software'));
  assert.ok(names(software.transitions).includes('Done'));
  assert.ok(names(software.statuses).includes('Blocked'));
});
