//! The arrows between the crates point down, as the picture of the house says.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// What each crate may use of ours. A new arrow needs a decision record.
const ARROWS: [(&str, &[&str]); 8] = [
    ("core", &[]),
    ("transport", &[]),
    ("salesforce", &["transport"]),
    ("jira", &["transport"]),
    ("store", &["core"]),
    ("engine", &["core", "transport", "salesforce", "jira", "store"]),
    ("sandbox", &[]),
    ("server", &["core", "transport", "salesforce", "jira", "store", "engine", "sandbox"]),
];

/// What reaches outside: runtimes, sockets, databases, chance.
const OUTSIDE: [&str; 9] = ["tokio", "mio", "hyper", "reqwest", "axum", "sqlx", "rusqlite", "rand", "getrandom"];

/// Reaches chance only with a feature that the encryption of secrets turns on; core has the hash alone.
const PURE_FOR_CORE: &str = "crypto-common";

fn metadata() -> Metadata {
    // Cargo has brought what this machine needs, and brings here what others would.
    MetadataCommand::new().other_options(vec!["--locked".to_owned()]).exec().unwrap()
}

/// Every package with the packages that it links into the program.
fn linked(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let name = |id| metadata[id].name.to_string();
    let nodes = resolve.nodes.iter().map(|node| {
        let normal = node.deps.iter().filter(|dep| dep.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal));
        (name(&node.id), normal.map(|dep| name(&dep.pkg)).collect())
    });
    nodes.collect()
}

fn ours(name: &str) -> Option<&str> {
    name.strip_prefix("entente-")
}

#[test]
fn the_arrows_between_our_crates_only_point_down() {
    let metadata = metadata();
    let linked = linked(&metadata);
    let members: BTreeSet<&str> = linked.keys().filter_map(|name| ours(name)).collect();
    assert_eq!(members, ARROWS.iter().map(|(name, _)| *name).collect());
    for (name, may) in ARROWS {
        let uses: BTreeSet<&str> = linked[&format!("entente-{name}")].iter().filter_map(|name| ours(name)).collect();
        let may: BTreeSet<&str> = may.iter().copied().collect();
        let strange: Vec<_> = uses.difference(&may).collect();
        assert!(strange.is_empty(), "{name} uses {strange:?}");
    }
}

#[test]
fn core_reaches_nothing_outside() {
    let linked = linked(&metadata());
    let mut seen = BTreeSet::new();
    let mut next = vec!["entente-core".to_owned()];
    while let Some(name) = next.pop() {
        if seen.insert(name.clone()) && name != PURE_FOR_CORE {
            next.extend(linked[&name].iter().cloned());
        }
    }
    let reached: Vec<_> = OUTSIDE.into_iter().filter(|name| seen.contains(*name)).collect();
    assert!(reached.is_empty(), "core reaches {reached:?}");
    assert!(seen.contains("serde"), "the walk found nothing: {seen:?}");
}
