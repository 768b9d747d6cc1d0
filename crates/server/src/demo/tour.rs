//! What the demo tells a guest: where everything is, and two edits to try.

use std::path::Path;

use entente_store::Link;

use super::home::Urls;
use crate::cli::sandbox::describe;
use crate::ready::{Ready, ServerAuth};

/// The first words: addresses, credentials, and a link into the page.
pub(crate) fn begin(ready: &Ready, kept: Option<&Path>) -> String {
    let server = ready.server.as_deref().unwrap_or_default();
    let token = ready.server_auth.as_ref().map_or("", |ServerAuth { api_token }| api_token);
    let config = ready.config.as_deref().unwrap_or(Path::new("")).display();
    let mut text =
        format!("Entente     {server}/login?token={token}\n            configuration {config}\n{}", describe(ready));
    if let Some(dir) = kept {
        text.push_str(&format!("\n            world and database are kept in {}", dir.display()));
    }
    text
}

/// Two commands to paste, each an edit of one end of `link`, by somebody other than Entente.
pub(crate) fn try_it(link: &Link, urls: &Urls) -> String {
    let Urls { salesforce, jira, .. } = urls;
    let Link { salesforce_id, jira_key, .. } = link;
    format!(
        r#"Edit the case behind {jira_key}:
  curl -sS -X PATCH {salesforce}/services/data/v64.0/sobjects/Case/{salesforce_id} \
    -H "Authorization: Bearer $(curl -sS {salesforce}/services/oauth2/token -d grant_type=client_credentials \
      -d client_id=sandbox-least-client -d client_secret=sandbox-least-secret | sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/')" \
    -H 'Content-Type: application/json' -d '{{"Subject":"Edited in Salesforce"}}'

Edit the issue:
  curl -sS -X PUT {jira}/rest/api/3/issue/{jira_key} -u integration@sandbox.example:sandbox-least-api-token \
    -H 'Content-Type: application/json' -d '{{"fields":{{"summary":"Edited in Jira"}}}}'
"#
    )
}
