//! Whatever a person can type reaches the site's own parser as it was typed, and never as syntax.

#[path = "../../../../transport/tests/it/hostile_texts.rs"]
mod hostile_texts;

use entente_jira::jql::{Field, Jql};
use entente_jira::{CallError, Search};

use self::hostile_texts::texts;
use super::Sandbox;

#[tokio::test]
async fn every_text_is_understood_as_it_was_typed() {
    let sandbox = Sandbox::demo().await;
    // A value that does not exist is named in the refusal: so we learn what the site took it for.
    let refusal = async |jql: Jql| match sandbox.client.search(Search::new(jql, ["summary"])).next().await {
        Err(CallError::Invalid { problems }) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        other => panic!("{other:?}"),
    };
    for text in texts() {
        let sentence = format!("The value '{text}' does not exist for the field 'project'.");
        assert_eq!(refusal(Jql::project_in([text.as_str()])).await, sentence);
        let sentence = format!("Field '{text}' does not exist or you do not have permission to view it.");
        assert_eq!(refusal(Jql::equals(Field::named(&text), "x")).await, sentence);
    }
}
