//! The org: the sign-in, the rights on objects, the prerequisites for creating records. Fields have their own file.

mod fields;
mod record_types;

use std::collections::HashMap;

use entente_core::{ConnectedItem, Side, item::Mode};
use entente_salesforce::ObjectSummary;
use entente_transport::CallError;

use super::{
    Depth,
    finding::{error, failed, of_engine, perhaps, warning},
    uses,
};
use crate::{
    outside::{Described, Org},
    report::Finding,
    scheme::ENTENTE_KEY,
};

/// Remembers which operation made what, for records that cannot carry [`ENTENTE_KEY`] themselves.
pub(super) const ENTENTE_OP: &str = "Entente_Op__c";

const DEPLOY: &str = "Deploy the package apps/salesforce/core to the org, and give the user access to what it holds.";

/// An object that carries comments or files, beside the records themselves.
struct Companion {
    name: &'static str,
    /// Whether an item reads records of it.
    read: fn(&ConnectedItem) -> bool,
    /// Whether an item creates some. None creates a file's document: the org makes it with its first version.
    /// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contentversion.htm>
    created: fn(&ConnectedItem) -> bool,
    carries: &'static str,
    remedy: &'static str,
}

const OF_CASE: &str = "Give the user Read and Edit on Case: access to case comments follows it.";
const OF_CHATTER: &str = "Switch Chatter on in the org, and give the user the system permission Enable Chatter.";
const OF_FILES: &str = "Let the user work with Salesforce Files, by its licence and the org's Files settings.";

const COMPANIONS: [Companion; 6] = [
    Companion { name: CASE_COMMENT, read: listens, created: speaks, carries: "comments", remedy: OF_CASE },
    Companion { name: "FeedItem", read: listens, created: speaks, carries: "comments", remedy: OF_CHATTER },
    Companion { name: "FeedComment", read: listens, created: speaks, carries: "comments", remedy: OF_CHATTER },
    Companion { name: "ContentVersion", read: has_files, created: copies_files, carries: "files", remedy: OF_FILES },
    Companion { name: "ContentDocument", read: has_files, created: |_| false, carries: "files", remedy: OF_FILES },
    Companion {
        name: "ContentDocumentLink",
        read: has_files,
        created: copies_files,
        carries: "files",
        remedy: OF_FILES,
    },
];

fn listens(item: &ConnectedItem) -> bool {
    item.comments.is_some() || speaks(item)
}

fn speaks(item: &ConnectedItem) -> bool {
    item.speaks_on(Side::Salesforce)
}

fn has_files(item: &ConnectedItem) -> bool {
    item.attachments.is_some()
}

fn copies_files(item: &ConnectedItem) -> bool {
    item.attachments.as_ref().is_some_and(|rules| rules.flow_to(Side::Salesforce))
}

const CASE_COMMENT: &str = "CaseComment";

/// An org that answers, and the objects that the integration user can see there.
pub(super) struct Connected<'a> {
    pub(super) org: &'a Org,
    objects: HashMap<String, ObjectSummary>,
}

impl Connected<'_> {
    /// Whether the integration user can see an object.
    pub(super) fn sees(&self, object: &str) -> bool {
        self.object(object).is_some()
    }

    fn object(&self, name: &str) -> Option<&ObjectSummary> {
        self.objects.get(&name.to_lowercase())
    }
}

/// Signs in and lists the objects: the cheapest call that needs no right but the use of the API itself.
pub(super) async fn connect(org: &Org) -> Result<Connected<'_>, Finding> {
    org.forget_metadata();
    org.client.signed_in().await.map_err(|call| failed(&org.name, &call))?;
    let objects = org.client.objects().await.map_err(|call| match call {
        CallError::Denied { reason } => {
            let name = &org.name;
            let message =
                format!("connection {name}: the integration user lacks API Enabled, or the org its API: {reason}");
            error("api-enabled", message, "Give the user the system permission API Enabled by a permission set.")
        }
        call => failed(&org.name, &call),
    });
    let objects = match objects {
        Ok(objects) => objects,
        Err(finding) => return Err(unknown_version(org).await.unwrap_or(finding)),
    };
    let objects = objects.into_iter().map(|object| (object.name.to_lowercase(), object)).collect();
    Ok(Connected { org, objects })
}

/// Whether the org does not speak the version of the API that the configuration names: it then has nothing at any address.
async fn unknown_version(org: &Org) -> Option<Finding> {
    let offered = org.client.versions().await.ok()?;
    let wanted = org.client.api_version().trim_start_matches('v');
    let newest = &offered.last()?.version;
    let is_offered = offered.iter().any(|offered| offered.version == wanted);
    let name = &org.name;
    (!is_offered).then(|| {
        let message = format!("connection {name}: `api_version` is {wanted}, and the org offers none above {newest}");
        error("api-version", message, format!("Write `api_version: {newest}` or older, or remove the key."))
    })
}

/// What an item lacks in its org.
pub(super) async fn examine(item: &ConnectedItem, connected: &Connected<'_>, depth: Depth) -> Vec<Finding> {
    let object = &item.salesforce.object;
    if !connected.sees(object) {
        return vec![unseen(item, connected)];
    }
    let described = match connected.org.describe(object).await {
        Ok(described) => described,
        Err(error) => return vec![of_engine(error)],
    };
    let item = &uses::within(item, &described);
    let mut found = fields::unknown(item, &described);
    found.extend(fields::misspelt(item, &described, connected.org).await);
    found.extend(fields::status(item, &described));
    found.extend(fields::required(item, &described));
    found.extend(fields::values(item, &described));
    found.extend(fields::rights(item, &described));
    found.extend(silent(item, connected).await);
    if depth == Depth::Rights {
        found.extend(object_rights(item, &described));
        found.extend(record_types::examine(item, &described));
        found.extend(prerequisites(item, connected, &described));
        found.extend(companions(item, connected));
    }
    found
}

/// An object about whose records nobody can say anything.
async fn silent(item: &ConnectedItem, connected: &Connected<'_>) -> Option<Finding> {
    item.comments.as_ref()?;
    let object = &item.salesforce.object;
    match connected.org.talk(object).await {
        Ok(talk) if !talk.is_empty() => None,
        Ok(_) => {
            let (name, connection) = (&item.name, &item.salesforce.connection);
            let message = format!(
                "connection {connection}: {object} has neither comments of its own nor a feed, so item {name} carries no comments"
            );
            Some(warning(
                "no-comments",
                message,
                "Remove `comments:` from the item, or switch the object's feed tracking on.",
            ))
        }
        Err(error) => Some(of_engine(error)),
    }
}

fn unseen(item: &ConnectedItem, connected: &Connected<'_>) -> Finding {
    let (connection, object) = (&item.salesforce.connection, &item.salesforce.object);
    let perhaps = perhaps(object, connected.objects.values().map(|known| known.name.as_str()));
    error(
        "unknown-object",
        format!("connection {connection}: there is no object {object} that the integration user may read"),
        format!(
            "{perhaps}Check the API name, or give the user the object permission Read on {object} by a permission set."
        ),
    )
}

/// Whether anything of the item is written into existing records: values, or the correlation.
pub(super) fn updates(item: &ConnectedItem) -> bool {
    item.writes_to(Side::Salesforce) || (item.mode != Mode::DisplayOnly && item.correlation.is_some())
}

fn object_rights(item: &ConnectedItem, described: &Described) -> Vec<Finding> {
    let summary = &described.object().summary;
    let mut found = Vec::new();
    if item.creates_on(Side::Salesforce) && !summary.createable {
        found.push(no_create(&item.salesforce.connection, &summary.name));
    }
    if updates(item) && !summary.updateable {
        let (connection, object) = (&item.salesforce.connection, &summary.name);
        let message =
            format!("connection {connection}: the integration user may not update records of {object} (Edit)");
        let remedy = format!("Give the user the object permission Edit on {object} by a permission set.");
        found.push(error("object-update", message, remedy));
    }
    found
}

fn no_create(connection: &str, object: &str) -> Finding {
    let message = format!("connection {connection}: the integration user may not create records of {object} (Create)");
    error(
        "object-create",
        message,
        format!("Give the user the object permission Create on {object} by a permission set."),
    )
}

/// What keeps a creation from being made twice. Items that create nothing in Salesforce do without.
fn prerequisites(item: &ConnectedItem, connected: &Connected<'_>, described: &Described) -> Vec<Finding> {
    if !item.creates_on(Side::Salesforce) {
        return Vec::new();
    }
    let (connection, object) = (&item.salesforce.connection, &described.object().summary);
    let lacks = |what: String| error("prerequisite", format!("connection {connection}: {what}"), DEPLOY);
    let name = &object.name;
    let key = match described.field(ENTENTE_KEY) {
        None => Some(lacks(format!("{name} has no field {ENTENTE_KEY} that the integration user can see"))),
        Some(key) if !(key.external_id && key.unique) => {
            Some(lacks(format!("the field {name}.{ENTENTE_KEY} is not a unique external id")))
        }
        Some(key) if object.createable && !key.createable => {
            Some(lacks(format!("the integration user may not set the field {name}.{ENTENTE_KEY}")))
        }
        Some(_) => None,
    };
    let op = match connected.object(ENTENTE_OP) {
        None => Some(lacks(format!("there is no object {ENTENTE_OP} that the integration user may read"))),
        Some(op) if !op.createable => Some(no_create(connection, ENTENTE_OP)),
        Some(_) => None,
    };
    key.into_iter().chain(op).collect()
}

/// The objects that comments and files travel through; without them the records themselves still do.
/// What is told of an item whose files the integration user may not see.
pub(crate) fn without_files(item: &ConnectedItem) -> String {
    let connection = &item.salesforce.connection;
    format!(
        "connection {connection}: the integration user may not see files, so they stay behind on both sides. {OF_FILES}"
    )
}

fn companions(item: &ConnectedItem, connected: &Connected<'_>) -> Vec<Finding> {
    let connection = &item.salesforce.connection;
    let lacks = |companion: &Companion| {
        let Companion { name, read, created, carries, remedy } = companion;
        let verb = match connected.object(name) {
            None if read(item) => "read",
            Some(object) if created(item) && !object.createable => "create",
            _ => return None,
        };
        let message = format!(
            "connection {connection}: the integration user may not {verb} records of {name}, so {carries} stay behind"
        );
        Some(warning("companion-object", message, *remedy))
    };
    let of_case = item.salesforce.object.eq_ignore_ascii_case("Case");
    let concerned = COMPANIONS.iter().filter(|companion| of_case || companion.name != CASE_COMMENT);
    concerned.filter_map(lacks).collect()
}
