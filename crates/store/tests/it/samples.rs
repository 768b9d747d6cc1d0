//! Hints, links and rounds for tests that only need some.

use std::collections::BTreeMap;

use entente_core::{Base, FieldPath, MappingKey, Side, Sides, Value, link::Origin};
use entente_store::{
    Fence, Hint, HintKey, Link, LinkId, LinkUpdate, NewConflict, NewIntent, NewLink, Parked, ParkedClass, ParkedKey,
    RoundCommit, Store,
};

pub(crate) const ORG: &str = "acme-org";
pub(crate) const SITE: &str = "acme-site";
pub(crate) const ITEM: &str = "support-bugs";
pub(crate) const NOW: i64 = 1_795_000_000_000;
pub(crate) const MINUTE: i64 = 60_000;

pub(crate) async fn fence(store: &Store) -> Fence {
    store.acquire(ORG, "worker-1", MINUTE, NOW).await.unwrap().unwrap()
}

pub(crate) fn case_hint(n: u32) -> Hint {
    let key = HintKey { org: ORG.into(), connection: ORG.into(), kind: "Case".into(), record_id: case_id(n) };
    Hint::about(key, NOW)
}

pub(crate) fn case_id(n: u32) -> String {
    format!("500{n:015}")
}

pub(crate) fn key(name: &str) -> MappingKey {
    MappingKey::of(&FieldPath::from(name), &FieldPath::from("summary"))
}

pub(crate) fn base(text: &str) -> Base {
    let mut base = Base::default();
    base.set(key("Subject"), Sides::new(Value::text(text), Value::text(text)));
    base
}

pub(crate) fn new_link(n: u32) -> NewLink {
    NewLink {
        item: ITEM.into(),
        salesforce_id: case_id(n),
        site: SITE.into(),
        jira_id: format!("{}", 10_000 + n),
        jira_key: format!("OPS-{n}"),
        origin: Origin::Auto,
        shares: None,
        base: base("Printer on fire"),
        read_ms: Sides::new(NOW, NOW + 1),
        versions: Sides::new(Some("2026-11-21T10:00:00Z".into()), None),
        blocked: BTreeMap::new(),
        conflicts: Vec::new(),
        notes: Vec::new(),
        journal: Vec::new(),
    }
}

/// An update that finds a link unchanged.
pub(crate) fn unchanged(link: &Link) -> LinkUpdate {
    LinkUpdate {
        id: link.id,
        base: None,
        read_ms: link.read_ms,
        versions: link.versions.clone(),
        state: None,
        jira_key: None,
        follows: None,
        missing_since: link.missing_since,
        blocked: link.blocked.clone(),
        was_blocked: !link.blocked.is_empty(),
        conflicts: Vec::new(),
        judged: None,
        notes: Vec::new(),
    }
}

pub(crate) fn conflict(name: &str, salesforce: &str, jira: &str) -> NewConflict {
    NewConflict { mapping: key(name), values: Sides::new(Value::text(salesforce), Value::text(jira)) }
}

pub(crate) fn new_intent(op_id: &str, n: u32) -> NewIntent {
    NewIntent {
        op_id: op_id.into(),
        item: ITEM.into(),
        side: Side::Jira,
        source_id: case_id(n),
        probe_floor: Some(41),
        payload: "abc".into(),
    }
}

pub(crate) fn parked(n: u32, fingerprint: &str, since_ms: i64) -> Parked {
    Parked {
        key: ParkedKey { item: ITEM.into(), side: Side::Salesforce, record_id: case_id(n) },
        reason: format!("refused {fingerprint}"),
        class: ParkedClass::Rejected,
        fingerprint: fingerprint.into(),
        circumstances: Some(format!("when {fingerprint} was refused")),
        since_ms,
    }
}

/// Makes links and answers them as stored.
pub(crate) async fn make_links(store: &Store, fence: &Fence, ns: impl IntoIterator<Item = u32>) -> Vec<Link> {
    let round = RoundCommit { links_new: ns.into_iter().map(new_link).collect(), ..RoundCommit::default() };
    let made = store.commit(fence, &round, NOW).await.unwrap();
    store.links_by_ids(&made.links_new).await.unwrap()
}

pub(crate) async fn only_link(store: &Store, id: LinkId) -> Link {
    store.links_by_ids(&[id]).await.unwrap().remove(0)
}
