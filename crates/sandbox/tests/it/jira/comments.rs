//! Comments and who may see them.

use serde_json::{Value, json};

use super::{Site, doc};

#[tokio::test]
async fn comments_are_added_listed_edited_and_deleted() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let url = format!("/rest/api/3/issue/{key}/comment");
    let one = site.post(&url, &json!({ "body": doc("one") })).await.is(201);
    let two = site.post(&url, &json!({ "body": doc("two") })).await.is(201);
    assert_eq!((&one["jsdPublic"], &one["body"]), (&json!(true), &doc("one")));
    let list = site.get(&format!("{url}?orderBy=-created&maxResults=1&expand=renderedBody")).await.is(200);
    assert_eq!(
        (&list["total"], &list["comments"][0]["id"], &list["comments"][0]["renderedBody"]),
        (&json!(2), &two["id"], &json!("<p>two</p>"))
    );
    site.get(&format!("{url}?orderBy=author")).await.is(400);

    let one_url = format!("{url}/{}", one["id"].as_str().expect("an id"));
    let edited = site.put(&one_url, &json!({ "body": doc("uno") })).await.is(200);
    assert_eq!(edited["body"], doc("uno"));
    site.delete(&one_url).await.is(204);
    site.get(&one_url).await.is(404);
    let wiki = site.get(&format!("/rest/api/2/issue/{key}/comment")).await.is(200);
    assert_eq!(wiki["comments"][0]["body"], "two");
}

#[tokio::test]
async fn bad_bodies_are_refused_under_comment() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let url = format!("/rest/api/3/issue/{key}/comment");
    let empty_text = json!({ "version": 1, "type": "doc", "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": "" }] }] });
    for (body, text) in [
        (json!({ "body": "text" }), "Comment body is not valid!"),
        (json!({ "body": empty_text }), "Comment body is not valid!"),
        (json!({}), "Comment body can not be empty!"),
        (json!({ "body": { "version": 1, "type": "doc", "content": [] } }), "Comment body can not be empty!"),
        (
            json!({ "body": doc(&"x".repeat(32_768)) }),
            "The entered text is too long. It exceeds the allowed limit of 32,767 characters.",
        ),
    ] {
        site.post(&url, &body).await.complains(400, "comment", text);
    }
    site.post("/rest/api/3/issue/OPS-99/comment", &json!({ "body": doc("x") }))
        .await
        .says(404, "Issue does not exist or you do not have permission to see it.");
}

#[tokio::test]
async fn a_role_does_not_make_a_comment_internal_and_an_edit_keeps_the_flag() {
    let site = Site::empty().await;
    let key = site.bug(json!({ "project": { "key": "SUP" }, "issuetype": { "name": "Incident" } })).await;
    let url = format!("/rest/api/3/issue/{key}/comment");
    let role = json!({ "body": doc("role"), "visibility": { "type": "role", "value": "Service Desk Team" } });
    assert_eq!(site.post(&url, &role).await.is(201)["jsdPublic"], true);
    let internal =
        json!({ "body": doc("note"), "properties": [{ "key": "sd.public.comment", "value": { "internal": true } }] });
    let note = site.post(&url, &internal).await.is(201);
    assert_eq!(note["jsdPublic"], false);
    let note_url = format!("{url}/{}", note["id"].as_str().expect("an id"));
    assert_eq!(site.put(&note_url, &json!({ "body": doc("note 2") })).await.is(200)["jsdPublic"], false);
    let flip =
        json!({ "body": doc("open"), "properties": [{ "key": "sd.public.comment", "value": { "internal": false } }] });
    assert_eq!(site.put(&note_url, &flip).await.is(200)["jsdPublic"], true);
}

#[tokio::test]
async fn others_comments_need_a_right() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let url = format!("/rest/api/3/issue/{key}/comment");
    let mine = site.post(&url, &json!({ "body": doc("mine") })).await.is(201);
    let id = mine["id"].as_str().expect("an id").to_owned();
    let site = site.limited();
    for permission in ["EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS"] {
        site.control(
            "rights",
            &json!({ "user": "integration@sandbox.example", "permission": permission, "granted": false }),
        )
        .await;
    }
    let edited = site.put(&format!("{url}/{id}"), &json!({ "body": doc("yours") })).await;
    edited.says(400, &format!("You do not have the permission to edit the comment with the id: {id}."));
    site.delete(&format!("{url}/{id}")).await.is(400);
}

#[tokio::test]
async fn a_comment_moves_updated_and_makes_no_history() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    site.control("clock", &json!({ "advance_seconds": 60 })).await;
    let before = site.fields(&key).await["updated"].clone();
    site.post(&format!("/rest/api/3/issue/{key}/comment"), &json!({ "body": doc("x") })).await.is(201);
    assert_ne!(site.fields(&key).await["updated"], before);
    assert_eq!(site.get(&format!("/rest/api/3/issue/{key}/changelog")).await.is(200)["total"], 0);
}

#[tokio::test]
async fn comments_are_found_by_id_and_have_properties() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let made = site
        .post(
            &format!("/rest/api/3/issue/{key}/comment"),
            &json!({ "body": doc("x"), "properties": [{ "key": "a", "value": 1 }] }),
        )
        .await
        .is(201);
    let id: Value = json!(made["id"].as_str().and_then(|id| id.parse::<u64>().ok()));
    let found = site.post("/rest/api/3/comment/list?expand=properties", &json!({ "ids": [id, 1] })).await.is(200);
    assert_eq!((&found["total"], &found["values"][0]["properties"][0]["value"]), (&json!(1), &json!(1)));
    let url = format!("/rest/api/3/comment/{id}/properties");
    site.put(&format!("{url}/b"), &json!({ "x": true })).await.is(201);
    site.put(&format!("{url}/b"), &json!({ "x": false })).await.is(200);
    assert_eq!(site.get(&format!("{url}/b")).await.is(200), json!({ "key": "b", "value": { "x": false } }));
    site.delete(&format!("{url}/b")).await.is(204);
    assert_eq!(site.get(&url).await.is(200)["keys"].as_array().map(Vec::len), Some(1));
}
