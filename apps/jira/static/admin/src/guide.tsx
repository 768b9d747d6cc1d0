// What an administrator needs to know before the two sides are connected, and when they do not connect.

import type { ReactNode } from 'react';

const CHAPTERS: [string, ReactNode][] = [
  [
    'Make the app in Salesforce that Entente signs in with',
    <ol>
      <li>Setup &gt; Apps &gt; External Client Apps &gt; External Client App Manager &gt; New External Client App.</li>
      <li>Give it a name and a contact e-mail address; distribution state Local.</li>
      <li>Enable OAuth. As scope choose “Manage user data via APIs (api)” and no other.</li>
      <li>Policies tab: enable the client credentials flow, and choose the Run As user.</li>
      <li>Settings tab: copy consumer key and secret; they are `client_id` and `client_secret` of the connection.</li>
    </ol>,
  ],
  [
    'Who may make it',
    <p>
      A Salesforce administrator who can open Setup, manage apps and integration users, and change the security of objects
      and fields. An older Connected App has the same fields and works too.
    </p>,
  ],
  [
    'As whom it works',
    <p>
      Choose a user of its own as Run As user, not a person: its changes are told apart in every history, and its rights
      stay what they are. `entente doctor` names each right that it lacks.
    </p>,
  ],
  [
    '“Page not found” when the app is to be made',
    <p>
      The edition of the org, or your rights, do not include External Client Apps. Check that you can manage apps in
      Setup. A Developer Edition org has everything that is needed for trying Entente out.
    </p>,
  ],
  [
    '“Too many scopes requested”',
    <p>The app in Salesforce has scopes beside `api`. Take them out; Entente asks for none by itself.</p>,
  ],
  [
    'Salesforce rejects the credentials',
    <ul>
      <li>Copy `login_url`, `client_id` and `client_secret` again; a new app takes ten minutes to be known.</li>
      <li>Is the client credentials flow enabled, and a Run As user chosen, in the app&apos;s policies?</li>
      <li>Is that user active, and has it the permission API Enabled?</li>
    </ul>,
  ],
  [
    'A status did not move',
    <ul>
      <li>Does the item have a `status:` part, and does its table hold this status?</li>
      <li>Is the field a picklist that the Run As user may update? `entente doctor` says so.</li>
      <li>Does the workflow of the issue, or the lifecycle of the case, allow the step? The card on the issue says why not.</li>
    </ul>,
  ],
  [
    'Comments or attachments are missing',
    <ul>
      <li>Are they enabled? The table says so of each item, and `comments:` and `attachments:` of the configuration which ones go over.</li>
      <li>May the Run As user read them, and make them: the comments of the record, its feed, its files? `entente doctor` names what stays behind.</li>
      <li>Press Refresh on the card of the issue: both sides are read again, whatever was announced.</li>
    </ul>,
  ],
  [
    'A field is missing where one picks',
    <ul>
      <li>Fields are read from both sides when a form is opened. Open it again after a field was made.</li>
      <li>Only what the integration user sees is offered: give it Read access to the field by a permission set.</li>
      <li>Of Jira, the fields on the create screen of the issue type are offered: add the field to that screen.</li>
    </ul>,
  ],
  [
    'The first item, in seven steps',
    <ol>
      <li>Install this app, and open this page: Settings &gt; Apps &gt; Entente.</li>
      <li>Choose the right org: a sandbox first, then production, each as a connection of its own.</li>
      <li>Make an integration user in it, and nobody else&apos;s.</li>
      <li>Make the External Client App, with that user as Run As user.</li>
      <li>Copy Login URL, consumer key and consumer secret into the form of the connection, and test it.</li>
      <li>Make items: one that displays, or one that synchronizes.</li>
      <li>Link a record by hand on an issue, or let the item create twins.</li>
    </ol>,
  ],
  [
    'Which address to write',
    <p>
      Write the org&apos;s My Domain (https://NAME.my.salesforce.com) as `login_url`. The links to records on issues use the
      same host, so people who are signed in there open them without signing in again.
    </p>,
  ],
];

export function Guide() {
  return (
    <section aria-label="Help">
      <h2>Help</h2>
      {CHAPTERS.map(([title, text]) => (
        <details key={title}>
          <summary>{title}</summary>
          {text}
        </details>
      ))}
    </section>
  );
}
