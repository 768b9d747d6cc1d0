//! An issue's life: made, found, edited, moved on, annotated, deleted.

use entente_jira::jql::{Field, Jql, Order};
use entente_jira::{
    BulkFetch, CallError, CommentAudience, CommentOrder, Edit, HistoryMetadata, IssueId, IssueRef, NewAttachment,
    NewComment, Participant, Property, RemoteLink, Search, TransitionTo,
};
use entente_transport::{BoxFuture, ByteStream};
use serde_json::json;

use super::{Sandbox, adf, map};

#[tokio::test]
async fn an_issue_is_made_with_its_marker_and_read_by_id_and_key() {
    let sandbox = Sandbox::demo().await;
    let marker = Property { key: "sync.origin".into(), value: json!({"op": "1"}) };
    let mut new = sandbox.new_bug("Printer on fire").await;
    new.properties = vec![marker.clone()];
    new.fields.insert("description".into(), adf("It burns"));
    let created = sandbox.client.create(&new).await.expect("created");
    let by_key = sandbox.client.issue(&created.key, &["summary", "updated"], &["sync.origin"]).await.expect("read");
    assert_eq!(by_key.issue.id, created.id);
    assert_eq!(by_key.issue.fields["summary"], "Printer on fire");
    assert_eq!(by_key.issue.properties["sync.origin"], marker.value);
    assert!(by_key.issue.updated().is_some() && by_key.moment.theirs.is_some());
    let absent = IssueId::new(99_999_999);
    let mut wanted = BulkFetch::new([created.id, absent], ["summary"]);
    wanted.properties = vec!["sync.origin".into()];
    let fetched = sandbox.client.bulk_fetch(&wanted).await.expect("read");
    assert_eq!(fetched.issues.len(), 1);
    assert_eq!(fetched.issues[0].properties["sync.origin"], marker.value);
    assert!(fetched.is_absent(&IssueRef::Id(absent)) && !fetched.is_absent(&IssueRef::Id(created.id)));
}

#[tokio::test]
async fn refused_fields_are_named_and_nothing_is_made() {
    let sandbox = Sandbox::demo().await;
    let before = sandbox.client.approximate_count(&Jql::project_in(["OPS"])).await.expect("a count");
    let error = sandbox.client.create(&sandbox.new_bug("two\nlines").await).await.expect_err("refused");
    let CallError::Invalid { problems } = &error else { panic!("{error:?}") };
    assert_eq!(problems[0].field.as_deref(), Some("summary"));
    let after = sandbox.client.approximate_count(&Jql::project_in(["OPS"])).await.expect("a count");
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_bulk_create_tells_the_outcomes_apart() {
    let sandbox = Sandbox::demo().await;
    let (good, bad) = (sandbox.new_bug("good").await, sandbox.new_bug("").await);
    let outcomes = sandbox.client.bulk_create(&[good.clone(), bad.clone(), good]).await.expect("outcomes");
    assert!(
        matches!(&outcomes[1], Err(CallError::Invalid { problems }) if problems[0].field.as_deref() == Some("summary"))
    );
    let numbers: Vec<u64> = [0, 2].map(|n| outcomes[n].as_ref().expect("created").key.number()).to_vec();
    assert!(numbers[0] < numbers[1], "{numbers:?}");
    let all_bad = sandbox.client.bulk_create(&[bad]).await.expect("outcomes");
    assert!(matches!(all_bad[0], Err(CallError::Invalid { .. })));
}

#[tokio::test]
async fn an_edit_shows_what_it_replaced_and_who_wrote() {
    let sandbox = Sandbox::demo().await;
    let bug = sandbox.bug("theirs").await;
    let generator = Participant { id: Some("op-1".into()), kind: Some("entente".into()) };
    let history = HistoryMetadata { generator: Some(generator), ..HistoryMetadata::default() };
    let edit = Edit { fields: map(json!({"summary": "ours"})), history: Some(history.clone()), ..Edit::default() };
    let edited = sandbox.client.edit(bug.id, &edit).await.expect("edited");
    assert!(!edited.notified);
    let issue = edited.issue.expect("the issue");
    let change =
        issue.changes().iter().find(|change| change.history_metadata.as_ref() == Some(&history)).expect("ours");
    assert_eq!(change.items[0].from_string.as_deref(), Some("theirs"));
    let changelog = sandbox.client.changelog(bug.id).await.expect("a changelog");
    assert_eq!(changelog.last().map(|change| &change.id), Some(&change.id));
    let logs = sandbox.client.bulk_changelogs(&[bug.id], &["summary"]).await.expect("changelogs");
    assert_eq!((logs[0].issue, logs[0].changes.len()), (bug.id, 1));
    assert_eq!(logs[0].changes[0].created, change.created, "epoch number and date-time are the same moment");
    let meta = sandbox.client.edit_meta(bug.id).await.expect("metadata");
    assert!(meta.iter().any(|field| field.field_id == "summary"));
}

#[tokio::test]
async fn a_status_is_reached_by_the_transition_that_leads_there() {
    let sandbox = Sandbox::demo().await;
    let bug = sandbox.bug("move me").await;
    let transitions = sandbox.client.transitions(bug.id).await.expect("transitions");
    let start = transitions.iter().find(|way| way.to.name == "In Progress").expect("a way");
    let to = TransitionTo { transition_id: start.id.clone(), ..TransitionTo::default() };
    sandbox.client.transition(bug.id, &to).await.expect("moved");
    let read = sandbox.client.issue(bug.id, &["status"], &[]).await.expect("read");
    assert_eq!(read.issue.fields["status"]["name"], "In Progress");
    let nowhere = TransitionTo { transition_id: "99999".into(), ..TransitionTo::default() };
    let refused = sandbox.client.transition(bug.id, &nowhere).await;
    assert!(matches!(refused, Err(CallError::Invalid { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_search_understands_every_clause_that_is_built() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let bug = sandbox.bug(r#"odd "quoted" \ summary"#).await;
    let read = client.issue(bug.id, &["updated"], &[]).await.expect("read");
    let since = read.issue.updated().expect("a version");
    let case_id = client.find_fields("Salesforce Case").await.expect("fields").remove(0).id;
    let edit = Edit { fields: map(json!({ case_id.as_str(): "500xx0000001AAA" })), ..Edit::default() };
    client.edit(bug.id, &edit).await.expect("edited");
    let jql = Jql::project_in(["OPS"])
        .and(Jql::issue_type_in([sandbox.bug_type().await]))
        .and(Jql::updated_since(since))
        .and(Jql::created_since(since))
        .and(Jql::id_in([bug.id]).or(Jql::key_in([&bug.key])))
        .and(Jql::contains(Field::of_id(&case_id), "500xx0000001AAA"))
        .and(Jql::contains_not(Field::named("summary"), "elephant"))
        .and(Jql::is_not_empty(Field::named("priority")))
        .and(Jql::is_empty(Field::named("assignee")))
        .and(Jql::none_of(Field::STATUS, ["Done"]))
        .and(Jql::equals(Field::STATUS, "Done").negate())
        .order_by(Field::UPDATED, Order::Ascending)
        .order_by(Field::KEY, Order::Ascending);
    let mut search = Search::new(jql, ["summary"]);
    search.reconcile = vec![bug.id];
    let found = client.search(search).all().await.expect("issues");
    assert_eq!(found.iter().map(|issue| issue.id).collect::<Vec<_>>(), [bug.id]);
    let none: [&str; 0] = [];
    let nothing = Search::new(Jql::project_in(none), ["summary"]);
    assert!(client.search(nothing).all().await.expect("issues").is_empty());
    let unknown = Search::new(Jql::equals(Field::named("No such field"), "x"), ["summary"]);
    assert!(matches!(client.search(unknown).all().await, Err(CallError::Invalid { .. })));
}

#[tokio::test]
async fn a_search_of_many_rows_has_several_pages() {
    let sandbox = Sandbox::demo().await;
    let bug = sandbox.new_bug("one of many").await;
    for _ in 0..3 {
        let outcomes = sandbox.client.bulk_create(&vec![bug.clone(); 50]).await.expect("outcomes");
        assert!(outcomes.iter().all(Result::is_ok));
    }
    let jql = Jql::project_in(["OPS"]).order_by(Field::KEY, Order::Ascending);
    let mut pages = sandbox.client.search(Search::new(jql, ["summary"]));
    let (mut n_pages, mut n_issues) = (0, 0);
    while let Some(page) = pages.next().await.expect("a page") {
        n_pages += 1;
        n_issues += page.issues.len();
    }
    assert!(n_pages >= 2 && n_issues >= 150, "{n_pages} pages, {n_issues} issues");
}

#[tokio::test]
async fn properties_and_remote_links_are_kept() {
    let sandbox = Sandbox::demo().await;
    let (client, bug) = (&sandbox.client, sandbox.bug("annotated").await);
    let property = Property { key: "sync.note".into(), value: json!({"a": [1, 2]}) };
    client.set_property(bug.id, &property).await.expect("set");
    client.set_property(bug.id, &property).await.expect("set again");
    assert_eq!(client.property(bug.id, "sync.note").await, Ok(Some(property.value)));
    client.delete_property(bug.id, "sync.note").await.expect("removed");
    client.delete_property(bug.id, "sync.note").await.expect("removed already");
    assert_eq!(client.property(bug.id, "sync.note").await, Ok(None));
    let mut link = RemoteLink {
        global_id: "system=https://acme.my.salesforce.com&id=500xx0000001AAA".into(),
        application_name: "Salesforce".into(),
        relationship: "relates to case".into(),
        url: "https://acme.my.salesforce.com/500xx0000001AAA".into(),
        title: "Case 1".into(),
        ..RemoteLink::default()
    };
    let id = client.upsert_remote_link(bug.id, &link).await.expect("linked");
    link.title = "Case 1, closed".into();
    assert_eq!(client.upsert_remote_link(bug.id, &link).await, Ok(id), "the same link");
    let links = client.remote_links(bug.id).await.expect("links");
    assert_eq!((links.len(), &links[0].object["title"]), (1, &json!("Case 1, closed")));
    client.delete_remote_link(bug.id, &link.global_id).await.expect("removed");
    client.delete_remote_link(bug.id, &link.global_id).await.expect("removed already");
}

#[tokio::test]
async fn comments_keep_their_audience() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let found = client.search(Search::new(Jql::project_in(["SUP"]), ["summary"])).next().await.expect("a page");
    let request = found.expect("a page").issues.first().expect("a request").id;
    let staff = NewComment { body: adf("for us"), ..NewComment::default() };
    let staff = client.add_comment(request, &staff).await.expect("added");
    let customer = NewComment { body: adf("for you"), audience: CommentAudience::Customer, ..NewComment::default() };
    let customer = client.add_comment(request, &customer).await.expect("added");
    client.edit_comment(request, &staff.id, &adf("still for us")).await.expect("edited");
    let comments = client.comments(request, CommentOrder::NewestFirst).await.expect("comments");
    let public = |id: &str| comments.iter().find(|comment| comment.id == id).and_then(|comment| comment.jsd_public);
    assert_eq!((public(&staff.id), public(&customer.id)), (Some(false), Some(true)));
    client.delete_comment(request, &staff.id).await.expect("removed");
    client.delete_comment(request, &staff.id).await.expect("removed already");
}

#[tokio::test]
async fn a_file_comes_back_as_it_went() {
    let sandbox = Sandbox::demo().await;
    let (client, bug) = (&sandbox.client, sandbox.bug("with a file").await);
    let settings = client.attachment_settings().await.expect("settings");
    assert!(settings.enabled && settings.upload_limit > 0);
    let open = || -> BoxFuture<'static, std::io::Result<ByteStream>> {
        Box::pin(async { Ok(ByteStream::from_bytes("line\r\n--x\r\nline".into())) })
    };
    let file = NewAttachment {
        filename: "lögs 1.txt".into(),
        mime_type: "text/plain".into(),
        open: std::sync::Arc::new(open),
    };
    let stored = client.upload(bug.id, &file).await.expect("stored");
    let known = client.attachment(&stored.id).await.expect("known");
    assert_eq!((known.filename.as_str(), known.size), ("lögs 1.txt", 15));
    let mut opened = client.download(&stored.id).await.expect("opened");
    let mut content = Vec::new();
    while let Some(piece) = opened.body.next().await {
        content.extend_from_slice(&piece.expect("a piece"));
    }
    assert_eq!(content, b"line\r\n--x\r\nline");
    client.delete_attachment(&stored.id).await.expect("removed");
    assert!(matches!(client.attachment(&stored.id).await, Err(CallError::Gone { .. })));
}

#[tokio::test]
async fn a_deleted_issue_is_gone_for_every_call() {
    let sandbox = Sandbox::demo().await;
    let (client, bug) = (&sandbox.client, sandbox.bug("short life").await);
    client.delete_issue(bug.id).await.expect("deleted");
    assert!(matches!(client.issue(bug.id, &["summary"], &[]).await, Err(CallError::Gone { .. })));
    let edit = Edit { fields: map(json!({"summary": "x"})), ..Edit::default() };
    assert!(matches!(client.edit(bug.id, &edit).await, Err(CallError::Gone { .. })));
    assert!(matches!(client.transitions(bug.id).await, Err(CallError::Gone { .. })));
    assert!(matches!(client.delete_issue(&bug.key).await, Err(CallError::Gone { .. })));
    assert_eq!(client.property(bug.id, "x").await, Ok(None));
}
