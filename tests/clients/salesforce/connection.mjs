// jsforce, let in by client credentials.

import { Connection } from 'jsforce';

/** A connection of the administrator, or of the client in `options`. */
export async function connect({ url, client_id, client_secret }, options = {}) {
  const oauth2 = { loginUrl: url, clientId: client_id, clientSecret: client_secret };
  const connection = new Connection({ version: '64.0', loginUrl: url, instanceUrl: url, oauth2, ...options });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

/** What a call is refused with. */
export async function refusal(call) {
  return call.then((answer) => { throw new Error(`not refused: ${JSON.stringify(answer)}`); }, (error) => error);
}

/** The one id of an answer that must be a success. */
export function id(answer) {
  if (!answer.success) throw new Error(JSON.stringify(answer));
  return answer.id;
}
