//! Attachments.

use reqwest::Method;
use serde_json::json;

use super::{Reply, Site};

pub(super) async fn upload(site: &Site, key: &str, header: Option<&str>) -> Reply {
    let body = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"note.txt\"\r\nContent-Type: text/plain\r\n\r\nhello file\r\n--edge--\r\n";
    let mut request = site.request(Method::POST, &format!("/rest/api/3/issue/{key}/attachments"));
    if let Some(value) = header {
        request = request.header("x-atlassian-token", value);
    }
    Site::send(request.header("content-type", "multipart/form-data; boundary=edge").body(body)).await
}

#[tokio::test]
async fn uploads_need_the_xsrf_header() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let refused = upload(&site, &key, None).await;
    assert_eq!((refused.status, refused.text.as_str()), (403, "XSRF check failed"));
    assert_eq!(site.fields(&key).await["attachment"], json!([]));
}

#[tokio::test]
async fn bytes_come_from_another_host_that_wants_no_credentials() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let files = upload(&site, &key, Some("no-check")).await.is(200);
    assert_eq!(
        (&files[0]["filename"], &files[0]["size"], &files[0]["mimeType"]),
        (&json!("note.txt"), &json!(10), &json!("text/plain"))
    );
    let id = files[0]["id"].as_str().expect("an id");
    let moved = site.get(&format!("/rest/api/3/attachment/content/{id}")).await;
    assert_eq!(moved.status, 303);
    let place = moved.header("location").to_owned();
    assert!(!place.starts_with(&site.url), "{place}");
    let open = Site::send(site.client.get(&place)).await;
    assert_eq!((open.status, open.text.as_str(), open.header("content-type")), (200, "hello file", "text/plain"));
    Site::send(site.client.get(&place).basic_auth("a", Some("b"))).await.is(400);
    Site::send(site.client.get(place.replace("token=", "token=0"))).await.is(403);

    let part = site
        .request(Method::GET, &format!("/rest/api/3/attachment/content/{id}?redirect=false"))
        .header("range", "bytes=6-");
    let part = Site::send(part).await;
    assert_eq!((part.status, part.text.as_str(), part.header("content-range")), (206, "file", "bytes 6-9/10"));
    assert_eq!(
        site.get(&format!("/rest/api/3/attachment/{id}")).await.is(200)["id"]
            .as_u64()
            .map(|n| n.to_string())
            .as_deref(),
        Some(id)
    );
    let log = site.get(&format!("/rest/api/3/issue/{key}/changelog")).await.is(200);
    assert_eq!(
        (&log["values"][0]["items"][0]["field"], &log["values"][0]["items"][0]["to"]),
        (&json!("Attachment"), &json!(id))
    );
    site.delete(&format!("/rest/api/3/attachment/{id}")).await.is(204);
    site.get(&format!("/rest/api/3/attachment/{id}"))
        .await
        .says(404, &format!("The attachment with id '{id}' does not exist"));
    assert_eq!(site.get("/rest/api/3/attachment/meta").await.is(200)["enabled"], true);
}

#[tokio::test]
async fn a_file_may_be_as_large_as_the_site_says() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large.bin\"\r\n\r\n";
    let body = [head.as_bytes(), &vec![7; 3 << 20], b"\r\n--edge--\r\n"].concat();
    let request = site.request(Method::POST, &format!("/rest/api/3/issue/{key}/attachments"));
    let request = request.header("x-atlassian-token", "no-check");
    let stored = Site::send(request.header("content-type", "multipart/form-data; boundary=edge").body(body)).await;
    assert_eq!(stored.is(200)[0]["size"], 3 << 20);
}
