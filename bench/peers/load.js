// The initial load as a skilled user would script it: every Case becomes a Bug, ten at a time, and learns its key.
//
//   READY=ready.json PROJECT=OPS node load.js
//
// READY names the ready file of `entente sandbox`. Prints one JSON document with what it took.

import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { Version3Client } from 'jira.js';
import jsforce from 'jsforce';

const AT_ONCE = 10;

const world = JSON.parse(readFileSync(process.env.READY, 'utf8'));
const project = process.env.PROJECT ?? 'OPS';

const salesforce = new jsforce.Connection({
  version: '64.0',
  oauth2: {
    loginUrl: world.salesforce.url,
    clientId: world.salesforce.client_id,
    clientSecret: world.salesforce.client_secret,
  },
});
const jira = new Version3Client({
  host: world.jira.url,
  authentication: { basic: { email: world.jira.email, apiToken: world.jira.api_token } },
  baseRequestConfig: { httpAgent: new Agent({ keepAlive: true }) },
});

const begun = performance.now();
await salesforce.authorize({ grant_type: 'client_credentials' });
const { records: cases } = await salesforce
  .query('SELECT Id, Subject, Description, Priority FROM Case WHERE Jira_Reference__c = null')
  .run({ autoFetch: true, maxFetch: 1_000_000 });
const fields = await jira.issueFields.getFields();
const caseId = fields.find((field) => field.name === 'Salesforce Case ID').id;

const queue = cases.values();
await Promise.all(Array.from({ length: AT_ONCE }, worker));

const cpu = process.cpuUsage();
console.log(JSON.stringify({
  pairs: cases.length,
  seconds: (performance.now() - begun) / 1_000,
  cpu_ms: (cpu.user + cpu.system) / 1_000,
  peak_rss_bytes: process.resourceUsage().maxRSS * 1_024,
}));

async function worker() {
  for (const record of queue) {
    const issue = await jira.issues.createIssue({
      fields: {
        project: { key: project },
        issuetype: { name: 'Bug' },
        summary: record.Subject,
        ...(record.Description && { description: document(record.Description) }),
        ...(record.Priority && { priority: { name: record.Priority } }),
        [caseId]: record.Id,
      },
    });
    await salesforce.sobject('Case').update({ Id: record.Id, Jira_Reference__c: issue.key });
  }
}

/** Plain text as an Atlassian Document: paragraphs, and a hard break for each line end inside them. */
function document(text) {
  const paragraph = (block) => ({
    type: 'paragraph',
    content: block.split('\n').flatMap((line, n) => [
      ...(n > 0 ? [{ type: 'hardBreak' }] : []),
      ...(line ? [{ type: 'text', text: line }] : []),
    ]),
  });
  const blocks = text.replaceAll('\r\n', '\n').split(/\n{2,}/).filter((block) => block.trim());
  return { version: 1, type: 'doc', content: blocks.map(paragraph) };
}
