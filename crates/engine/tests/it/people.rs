//! What people do by hand while something else is under way.

use entente_engine::EngineError;
use entente_sandbox::Seed;
use http::Method;
use serde_json::json;

use crate::{
    safety::{case_path, pair},
    stage::{ITEM, Stage},
};

#[tokio::test]
async fn a_link_that_was_dissolved_a_moment_ago_is_not_refreshed() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let case = json!({"Subject": "Agreed", "Origin": "Web"});
    stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let link = stage.store.links_named(&key).await.unwrap().remove(0).id;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Edited"})).await;
    // The link is looked up before the engine signs in, and dissolved just then.
    let other = stage.engine();
    stage.after("grant_type", async move { other.unlink(link, "ada", true).await.unwrap() });
    let refused = stage.engine().refresh(link).await;
    assert!(matches!(&refused, Err(EngineError::Declined(why)) if why.contains("it is dissolved")), "{refused:?}");
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Agreed");
}
