// Service management.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desk, refused, v3 } from './site.mjs';

const first = async () => (await desk.serviceDesk.getServiceDesks()).values.find((row) => row.projectKey === 'SUP');

/** A request by a customer of its own. */
async function request(email) {
  const { id: serviceDeskId } = await first();
  const customer = await desk.customer.createCustomer({ displayName: email, email });
  await desk.serviceDesk.addCustomers({ serviceDeskId, accountIds: [customer.accountId] });
  const [type] = (await desk.serviceDesk.getRequestTypes({ serviceDeskId })).values;
  const made = await desk.request.createCustomerRequest({
    serviceDeskId,
    requestTypeId: type.id,
    requestFieldValues: { summary: 'Help', description: 'It is broken.' },
    raiseOnBehalfOf: customer.accountId,
  });
  return { serviceDeskId, customer, issueIdOrKey: made.issueKey, made };
}

test('desks, request types and what they ask for', async () => {
  assert.equal((await desk.info.getInfo()).isLicensedForUse, true);
  const { id: serviceDeskId } = await first();
  assert.equal((await desk.serviceDesk.getServiceDeskById({ serviceDeskId })).projectKey, 'SUP');
  const { values } = await desk.serviceDesk.getRequestTypes({ serviceDeskId });
  const requestTypeId = Number(values[0].id);
  assert.equal((await desk.serviceDesk.getRequestTypeById({ serviceDeskId, requestTypeId })).name, values[0].name);
  const { requestTypeFields } = await desk.serviceDesk.getRequestTypeFields({ serviceDeskId, requestTypeId });
  assert.ok(requestTypeFields.some((field) => field.fieldId === 'summary' && field.required));
  assert.ok((await desk.serviceDesk.getRequestTypeGroups({ serviceDeskId })).values.length > 0);
  assert.ok((await desk.requestType.getAllRequestTypes()).size > 0);
});

test('a request on behalf of a customer', async () => {
  const { issueIdOrKey, customer, made } = await request('ann@acme.example');
  assert.equal(made.reporter.accountId, customer.accountId);
  const shown = await desk.request.getCustomerRequestByIdOrKey({ issueIdOrKey, expand: ['participant', 'status', 'sla', 'requestType', 'serviceDesk', 'comment'] });
  assert.equal(shown.requestType.id, made.requestTypeId);
  assert.ok((await desk.request.getCustomerRequestStatus({ issueIdOrKey })).values.length > 0);
  assert.ok((await desk.request.getCustomerRequests({})).values.every((row) => row.issueKey));
  const issue = await v3.issues.getIssue({ issueIdOrKey });
  assert.equal(issue.fields.reporter.accountType, 'customer');
});

test('comments, public and internal', async () => {
  const { issueIdOrKey } = await request('bob@acme.example');
  const said = await desk.request.createRequestComment({ issueIdOrKey, body: 'To all', public: true });
  await desk.request.createRequestComment({ issueIdOrKey, body: 'To us', public: false });
  assert.deepEqual((await desk.request.getRequestComments({ issueIdOrKey, public: true, internal: false })).values.map((row) => row.body), ['To all']);
  assert.equal((await desk.request.getRequestCommentById({ issueIdOrKey, commentId: Number(said.id) })).public, true);
});

test('files in two steps', async () => {
  const { serviceDeskId, issueIdOrKey } = await request('cid@acme.example');
  const taken = await desk.serviceDesk.attachTemporaryFile({ serviceDeskId, attachment: { filename: 'log.txt', file: 'line' } });
  const temporaryAttachmentIds = taken.temporaryAttachments.map((file) => file.temporaryAttachmentId);
  const made = await desk.request.createAttachment({ issueIdOrKey, temporaryAttachmentIds, public: true, additionalComment: { body: 'See file' } });
  assert.equal(made.attachments.values[0].filename, 'log.txt');
  assert.equal((await desk.request.getAttachmentsForRequest({ issueIdOrKey })).values.length, 1);
});

test('participants, organizations, customers', async () => {
  const { serviceDeskId, issueIdOrKey, customer } = await request('dee@acme.example');
  const { accountId } = await v3.myself.getCurrentUser();
  assert.equal((await desk.request.addRequestParticipants({ issueIdOrKey, accountIds: [accountId] })).values[0].accountId, accountId);
  assert.equal((await desk.request.getRequestParticipants({ issueIdOrKey })).size, 1);
  assert.equal((await desk.request.removeRequestParticipants({ issueIdOrKey, accountIds: [accountId] })).size, 0);

  const made = await desk.organization.createOrganization({ name: 'Acme of the clients' });
  assert.equal((await desk.organization.createOrganization({ name: 'Acme of the clients' })).id, made.id);
  const organizationId = Number(made.id);
  await desk.organization.addUsersToOrganization({ organizationId, accountIds: [customer.accountId] });
  assert.equal((await desk.organization.getUsersInOrganization({ organizationId })).values[0].accountId, customer.accountId);
  await desk.organization.addOrganization({ serviceDeskId, organizationId });
  assert.ok((await desk.organization.getServiceDeskOrganizations({ serviceDeskId })).values.some((row) => row.id === made.id));
  await desk.organization.removeOrganization({ serviceDeskId, organizationId });
  assert.equal((await desk.organization.getOrganization({ organizationId })).name, 'Acme of the clients');
  assert.ok((await desk.organization.getOrganizations({})).values.some((row) => row.id === made.id));
  await desk.organization.removeUsersFromOrganization({ organizationId, accountIds: [customer.accountId] });
  await desk.organization.deleteOrganization({ organizationId });
  await refused(desk.organization.getOrganization({ organizationId }), 404);

  assert.ok((await desk.serviceDesk.getCustomers({ serviceDeskId, query: 'dee@acme.example' })).values.length === 1);
  await refused(desk.customer.createCustomer({ displayName: 'Again', email: 'dee@acme.example' }), 400);
  await desk.serviceDesk.removeCustomers({ serviceDeskId, accountIds: [customer.accountId] });
});

test('queues, service levels, transitions, approvals', async () => {
  const { serviceDeskId, issueIdOrKey } = await request('eve@acme.example');
  const queues = await desk.serviceDesk.getQueues({ serviceDeskId, includeCount: true });
  const queueId = Number(queues.values[0].id);
  assert.ok((await desk.serviceDesk.getQueue({ serviceDeskId, queueId })).name);
  assert.ok((await desk.serviceDesk.getIssuesInQueue({ serviceDeskId, queueId })).values.length > 0);
  const [level] = (await desk.request.getSlaInformation({ issueIdOrKey })).values;
  assert.equal((await desk.request.getSlaInformationById({ issueIdOrKey, slaMetricId: Number(level.id) })).name, level.name);

  const { transitions } = await v3.issues.getTransitions({ issueIdOrKey });
  const wait = transitions.find((transition) => transition.to.name === 'Waiting for customer');
  await v3.issues.doTransition({ issueIdOrKey, transition: { id: wait.id } });
  const { values } = await desk.request.getCustomerTransitions({ issueIdOrKey });
  await desk.request.performCustomerTransition({ issueIdOrKey, id: values[0].id, additionalComment: { body: 'Here you are.' } });
  assert.equal((await v3.issues.getIssue({ issueIdOrKey })).fields.status.name, 'Waiting for support');
  assert.deepEqual((await desk.request.getApprovals({ issueIdOrKey })).values, []);
});
