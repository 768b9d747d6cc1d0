//! Reads `items:`.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use super::{Reader, fields::Writers};
use crate::{
    config::{
        suggest::nearest,
        tree::{Content, Entry, Node, Position},
    },
    item::{AutoCreate, Batch, ConnectedItem, ItemState, JiraEnd, Mode, OnConvert, SalesforceEnd, Start},
    likeness::MatchRule,
    record::FieldPath,
    side::{Side, Sides},
};

/// The rhythm of the connectors that people come from.
const CONNECTOR_POLL_SECONDS: u32 = 300;

fn poll_seconds(node: &Node) -> Option<u32> {
    if node.text() == Some("connector") { Some(CONNECTOR_POLL_SECONDS) } else { node.whole() }
}

/// Keys of an item that say nothing of what it does while it runs.
const BESIDE: [&str; 4] = ["owner", "state", "actions", "renamed_from"];

fn says(item: &Node) -> String {
    let told = item.entries().iter().filter(|entry| !BESIDE.contains(&entry.key.as_str()));
    Value::Array(told.map(said_of_key).collect()).to_string()
}

/// The order of keys counts, as it does in tables.
fn said(node: &Node) -> Value {
    match &node.content {
        Content::Scalar(_) => node.text().map_or(Value::Null, Value::from),
        Content::List(members) => members.iter().map(said).collect(),
        Content::Map(entries) => entries.iter().map(said_of_key).collect(),
    }
}

fn said_of_key(Entry { key, value, .. }: &Entry) -> Value {
    Value::Array(vec![key.as_str().into(), said(value)])
}

impl Reader<'_> {
    /// The items in their order, and the former names of those that were renamed.
    pub(super) fn items(&mut self, node: &Node) -> (Vec<ConnectedItem>, BTreeMap<String, String>) {
        self.item_names = node.entries().iter().map(|entry| entry.key.clone()).collect();
        let (mut items, mut renamed) = (Vec::new(), BTreeMap::new());
        for entry in node.entries() {
            self.check_name(&entry.key, entry.at);
            items.push(self.item(entry));
            if let Some(former) = self.former_name(&entry.value, &renamed) {
                renamed.insert(entry.key.clone(), former);
            }
        }
        (items, renamed)
    }

    fn item(&mut self, Entry { key, at, value: node }: &Entry) -> ConnectedItem {
        if !node.entries().is_empty() && !node.has("owner") {
            let message = format!("nobody answers for `{key}`");
            self.report.warn(*at, "no-owner", message, "add `owner:` with the e-mail address of a person or a team");
        }
        let mode = node.get("mode").word().unwrap_or(Mode::TwoWay);
        let state = node.get("state").word().unwrap_or(ItemState::Active);
        let mut writers = Writers::default();
        let auto_create = self.auto_create(node, mode);
        let correlation = self.correlation(node, mode, *at, &mut writers);
        let status = self.item_status(node, mode, &mut writers);
        ConnectedItem {
            name: key.clone(),
            owner: node.get("owner").text().map(str::to_owned),
            state,
            actions: self.actions(node, state, mode),
            mode,
            start: self.start(node.get("start")),
            salesforce: self.salesforce_end(node.get("salesforce")),
            jira: self.jira_end(node, mode),
            cardinality: node.get("cardinality").word().unwrap_or_default(),
            on_leave: node.get("on_leave").word().unwrap_or_default(),
            on_delete: node.get("on_delete").word().unwrap_or_default(),
            on_merge: node.get("on_merge").word().unwrap_or_default(),
            on_convert: self.on_convert(node),
            auto_create,
            correlation,
            match_rules: self.match_rules(node, mode),
            related: self.related(node.get("related")),
            fields: self.item_fields(node, mode, *at, &mut writers),
            status,
            comments: self.comments(node, mode),
            attachments: self.attachments(node, mode),
            link_note: self.link_note(node, mode),
            conflicts: node.get("conflicts").word().unwrap_or_default(),
            drift: node.get("drift").word().unwrap_or_default(),
            base: node.get("base").word().unwrap_or_default(),
            batch: self.batch(node.get("batch")),
            poll_seconds: poll_seconds(node.get("poll_seconds")),
            says: says(node),
        }
    }

    /// What each direction does; an item that does not run has none that does.
    fn actions(&mut self, item: &Node, state: ItemState, mode: Mode) -> Sides<ItemState> {
        let node = item.get("actions");
        let keys = Sides::new("to_salesforce", "to_jira");
        let actions = keys.map(|key| node.get(key).word().unwrap_or(ItemState::Active));
        if item.has("actions") && mode == Mode::DisplayOnly {
            let message = "a display-only item writes nothing, so it has no actions";
            let remedy = "remove `actions`; `state` says whether the item runs";
            self.report.error(item.key_at("actions"), "actions-against-mode", message, remedy);
        }
        for (side, key) in [(Side::Jira, keys.jira), (Side::Salesforce, keys.salesforce)] {
            if node.has(key) && *actions.get(side) == ItemState::Active && state != ItemState::Active {
                let message = format!("`{key}: active` does nothing, because the item itself does not run");
                let remedy = "make the item `state: active`, and pause the other action";
                self.report.warn(node.get(key).at, "action-of-a-stopped-item", message, remedy);
            }
        }
        actions
    }

    fn on_convert(&mut self, item: &Node) -> OnConvert {
        let object = item.get("salesforce").get("object").text_or_empty();
        let on_convert = item.get("on_convert").word().unwrap_or_default();
        if on_convert != OnConvert::Keep && !object.is_empty() && !object.eq_ignore_ascii_case("Lead") {
            let message = format!("`on_convert` says what becomes of leads; this item is about {object}");
            self.report.error(item.key_at("on_convert"), "convert-without-leads", message, "remove it");
        }
        on_convert
    }

    fn batch(&mut self, node: &Node) -> Option<Batch> {
        let seconds = node.get("seconds").whole()?;
        Some(Batch { unless: self.condition(node.get("unless"), Side::Salesforce), seconds })
    }

    fn link_note(&mut self, item: &Node, mode: Mode) -> bool {
        let wanted = item.get("link_note").flag().unwrap_or_default();
        if wanted && mode == Mode::DisplayOnly {
            let message = "a display-only item writes nothing, notes neither";
            self.report.error(item.key_at("link_note"), "link-note-against-mode", message, "remove `link_note`");
        }
        wanted && mode != Mode::DisplayOnly
    }

    fn auto_create(&mut self, node: &Node, mode: Mode) -> AutoCreate {
        let auto_create = node.get("auto_create").word().unwrap_or_default();
        let why = match (mode, auto_create) {
            (_, AutoCreate::None) | (Mode::TwoWay, _) | (Mode::OneWay, AutoCreate::Jira) => return auto_create,
            (Mode::DisplayOnly, _) => "a display-only item writes nothing",
            (Mode::OneWay, _) => "a one-way item writes nothing to Salesforce",
        };
        let remedy = "change `auto_create`, or the item's `mode`";
        self.report.error(node.get("auto_create").at, "create-against-mode", why, remedy);
        auto_create
    }

    fn correlation(
        &mut self,
        node: &Node,
        mode: Mode,
        at: Position,
        writers: &mut Writers,
    ) -> Option<Sides<FieldPath>> {
        let correlation = node.get("correlation");
        if !node.has("correlation") {
            if mode != Mode::DisplayOnly && !node.entries().is_empty() {
                let message = "`correlation` is missing: without it every run would create again what is there already";
                let remedy =
                    "add `correlation: { jira: FIELD, salesforce: FIELD }`, the fields that show the counterpart";
                self.report.error(at, "missing-correlation", message, remedy);
            }
            return None;
        }
        let salesforce = self.salesforce_field(correlation.get("salesforce"));
        if salesforce.contains('.') {
            let message = format!("`{}` belongs to a related record", correlation.get("salesforce").shown());
            self.report.error(
                correlation.get("salesforce").at,
                "bad-field",
                message,
                "the correlation is a field of the object itself; name one",
            );
        }
        let jira = correlation.get("jira").text_or_empty().to_owned();
        for (side, path) in [(Side::Salesforce, &salesforce), (Side::Jira, &jira)] {
            self.take(writers, side, path, "the correlation".into(), correlation.get(side.as_str()));
        }
        Some(Sides::new(FieldPath::new(salesforce), FieldPath::new(jira)))
    }

    /// How twins are found where neither names the other. What names each other is a pair before anything else.
    fn match_rules(&mut self, item: &Node, mode: Mode) -> Vec<MatchRule> {
        let written = item.get("match").members();
        if mode == Mode::DisplayOnly && item.has("match") {
            let message = "a display-only item is linked by hand, so it matches nothing";
            self.report.error(item.key_at("match"), "match-against-mode", message, "remove `match`");
            return Vec::new();
        }
        let named: Vec<usize> = (0..written.len()).filter(|n| written[*n].text().is_some()).collect();
        let first = written.first().map_or(item.key_at("match"), |rule| rule.at);
        if item.has("match") && !written.is_empty() && named != [0] {
            let message = "`match` begins with `correlation`, and has it once: what names each other is a pair";
            self.report.error(
                first,
                "match-order",
                message,
                "write `match: [ correlation, { salesforce: .., jira: .. } ]`",
            );
        }
        let mut rules: Vec<MatchRule> = Vec::new();
        for node in written.iter().filter(|node| node.text().is_none()) {
            let salesforce = self.salesforce_field(node.get("salesforce"));
            self.known_lookup(node.get("salesforce"), &salesforce, item.get("related"));
            let jira = node.get("jira").text_or_empty();
            let rule = MatchRule { paths: Sides::new(FieldPath::new(salesforce), FieldPath::from(jira)) };
            if rules.contains(&rule) {
                let message = format!(
                    "the rule `{} = {}` stands here twice",
                    node.get("salesforce").shown(),
                    node.get("jira").shown()
                );
                self.report.error(node.at, "duplicate-match", message, "remove one of the two");
            }
            rules.push(rule);
        }
        rules
    }

    fn item_status(&mut self, node: &Node, mode: Mode, writers: &mut Writers) -> Option<crate::item::StatusMapping> {
        if mode == Mode::DisplayOnly && node.has("status") {
            let message = "a display-only item writes nothing, so it has no status table";
            self.report.error(
                node.key_at("status"),
                "status-against-mode",
                message,
                "remove it, or show the field under `fields:`",
            );
        }
        self.status(node, writers)
    }

    fn item_fields(
        &mut self,
        node: &Node,
        mode: Mode,
        at: Position,
        writers: &mut Writers,
    ) -> Vec<crate::item::FieldMapping> {
        let fields = node.get("fields");
        let empty = fields.members().is_empty() && (fields.text().is_none() && fields.entries().is_empty());
        if mode != Mode::DisplayOnly && !node.entries().is_empty() && empty {
            let at = if node.has("fields") { node.key_at("fields") } else { at };
            let message = "the item maps no fields";
            self.report.error(
                at,
                "no-fields",
                message,
                "add `fields:` with at least one line `{ salesforce: .., jira: .. }`",
            );
        }
        self.fields(node, mode, writers)
    }

    fn salesforce_end(&mut self, node: &Node) -> SalesforceEnd {
        SalesforceEnd {
            connection: self.connection_of(node, Side::Salesforce),
            object: self.object(node.get("object")),
            filter: self.filter(node, Side::Salesforce),
        }
    }

    fn jira_end(&mut self, item: &Node, mode: Mode) -> JiraEnd {
        let node = item.get("jira");
        if node.has("request_type") {
            self.not_yet(node.key_at("request_type"), "creation through the service desk is");
        }
        let connection = self.connection_of(node, Side::Jira);
        self.scope(item, node, mode);
        JiraEnd {
            projects: self.projects(node, &connection),
            connection,
            issue_type: node.get("issue_type").text().map(str::to_owned),
            filter: self.filter(node, Side::Jira),
        }
    }

    /// A synchronizing item has exactly one project and one issue type; a display-only one has projects and no type.
    fn scope(&mut self, item: &Node, node: &Node, mode: Mode) {
        let at = item.key_at("jira");
        let complain =
            |reader: &mut Self, at, code, message: &str, remedy: &str| reader.report.error(at, code, message, remedy);
        if node.entries().is_empty() {
            return;
        }
        match (node.has("project"), node.has("projects")) {
            (false, false) => {
                complain(self, at, "missing-key", "`project` is missing in `jira`", "add `project:`, the project's key")
            }
            (true, true) => {
                let remedy = "keep `project`; only a display-only item has several";
                complain(
                    self,
                    node.key_at("projects"),
                    "one-project",
                    "`project` and `projects` are both given",
                    remedy,
                );
            }
            (false, true) if mode != Mode::DisplayOnly => {
                let remedy = "write `project: KEY`, and make one item per project";
                complain(
                    self,
                    node.key_at("projects"),
                    "one-project",
                    "only a display-only item may have `projects`",
                    remedy,
                );
            }
            _ => {}
        }
        match (mode, node.has("issue_type")) {
            (Mode::DisplayOnly, true) => {
                let message = "a display-only item is linked by hand, to issues of any type";
                complain(self, node.key_at("issue_type"), "type-against-mode", message, "remove `issue_type`");
            }
            (Mode::OneWay | Mode::TwoWay, false) => {
                complain(self, at, "missing-key", "`issue_type` is missing in `jira`", "add `issue_type:`, e.g. `Bug`");
            }
            _ => {}
        }
    }

    fn projects(&mut self, node: &Node, connection: &str) -> Vec<String> {
        let written = match node.has("project") {
            true => std::slice::from_ref(node.get("project")),
            false => node.get("projects").members(),
        };
        let mut projects = Vec::new();
        for node in written {
            let project = self.project(node);
            let allowed = self.ends.get(connection).map(|end| end.projects.clone()).unwrap_or_default();
            if !allowed.is_empty() && !project.is_empty() && !allowed.contains(&project) {
                let message = format!("the connection `{connection}` does not name the project `{}`", node.shown());
                self.report.error(
                    node.at,
                    "project-out-of-scope",
                    message,
                    "add it to the connection's `projects`, or name one of those",
                );
            }
            if !project.is_empty() {
                projects.push(project);
            }
        }
        projects
    }

    fn related(&mut self, node: &Node) -> BTreeMap<String, FieldPath> {
        let lookup = |entry: &Entry| (entry.key.clone(), FieldPath::new(self.salesforce_field(&entry.value)));
        node.entries().iter().map(lookup).collect()
    }

    fn start(&mut self, node: &Node) -> Start {
        let Some(text) = node.text() else { return Start::Everything };
        let midnight = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp());
        match text {
            "everything" => Start::Everything,
            "now" => Start::Now,
            _ => match text.parse::<Timestamp>().ok().or_else(midnight) {
                Some(time) => Start::At(time),
                None => {
                    let hint = nearest(text, ["everything", "now"]).map(|near| format!("; did you mean `{near}`?"));
                    let written = node.scalar().map(|scalar| scalar.written.as_str()).unwrap_or_default();
                    let message = format!("`{written}` is no start{}", hint.unwrap_or_default());
                    let remedy = "write `everything`, `now`, a day (`2026-01-31`) or a time (`2026-01-31T08:00:00Z`)";
                    self.report.error(node.at, "bad-start", message, remedy);
                    Start::Everything
                }
            },
        }
    }

    fn former_name(&mut self, node: &Node, renamed: &BTreeMap<String, String>) -> Option<String> {
        let former = node.get("renamed_from").text()?;
        let wrong = if self.item_names.iter().any(|name| name == former) {
            "an item of that name is still there"
        } else if renamed.values().any(|name| name == former) {
            "another item says the same of itself"
        } else {
            return Some(former.to_owned());
        };
        let message = format!("`{}` cannot be the former name: {wrong}", node.get("renamed_from").shown());
        self.report.error(node.get("renamed_from").at, "renamed-from", message, "remove `renamed_from`, or correct it");
        None
    }
}
