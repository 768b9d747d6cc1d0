//! Small worlds: one link under one item, with everything that a plan may look at.

use std::fmt;

use entente_core::{
    Base, ConnectedItem, Field, FieldPath, Known, LinkFacts, MappingKey, Plan, Record, Side, Sides, State, Value,
    Workflow,
    filter::{Condition, Filter},
    item::{
        AutoCreate, BaseForm, Cardinality, ConflictPolicy, Direction, Drift, ItemState, JiraEnd, Mode, OnConvert,
        OnDelete, OnLeave, OnMerge, SalesforceEnd, Start, StatusMapping, ValueMap,
    },
    link::{Blocked, Decision, Take},
    plan,
    plan::{CORRELATION, STATUS, correlation_refusal},
};
use jiff::Timestamp;

use super::lens::Lens;

pub(super) const RECORD_ID: &str = "500000000000001AAA";
pub(super) const ISSUE_KEY: &str = "OPS-7";
pub(super) const CORRELATION_FIELDS: Sides<&str> =
    Sides { salesforce: "Jira_Reference__c", jira: "Salesforce Case ID" };
pub(super) const STATUS_TABLE: Lens = Lens::Table(&[("a", "x"), ("b", "x"), ("x", "b")]);

/// How one field of one side was read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seen {
    Text(&'static str),
    Hidden,
    NotAsked,
}

/// One mapped field of a link: what the item says of it, what it was and what it is.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) lens: Lens,
    pub(super) direction: Direction,
    pub(super) policy: Option<ConflictPolicy>,
    pub(super) base: Option<Sides<&'static str>>,
    pub(super) now: Sides<Seen>,
    pub(super) changed: Sides<Option<i64>>,
    pub(super) decision: Option<Side>,
    pub(super) refused: Option<(Side, &'static str)>,
}

/// What an item says beside its lines.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) mode: Mode,
    pub(super) policy: ConflictPolicy,
    pub(super) drift: Drift,
    pub(super) on_leave: OnLeave,
    pub(super) auto_create: AutoCreate,
}

/// The correlation fields: what they show, and what they showed when Entente last wrote them.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) now: Sides<Seen>,
    pub(super) base: Option<Sides<&'static str>>,
    /// On which side the vendor refuses to have it written.
    pub(super) refused: Option<Side>,
}

/// One field as the laws look at it, whichever part of the item it comes from.
#[derive(Clone, Debug)]
pub(super) struct Mapped {
    pub(super) key: MappingKey,
    pub(super) paths: Sides<FieldPath>,
    pub(super) lens: Lens,
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) item: ConnectedItem,
    pub(super) mapped: Vec<Mapped>,
    pub(super) link: LinkFacts,
    pub(super) base: Base,
    pub(super) now: Sides<State>,
    /// What is known once it was asked for.
    pub(super) known: Known,
}

/// One fact a line: a world that breaks a law should fit on a screen.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ConnectedItem { mode, on_leave, auto_create, conflicts, drift, .. } = &self.item;
        writeln!(f, "{mode:?} {on_leave:?} create {auto_create:?} {conflicts:?} {drift:?}")?;
        for mapped in &self.mapped {
            let line = self.item.fields.iter().find(|line| line.key == mapped.key);
            let (direction, policy) = (line.map(|line| line.direction), line.and_then(|line| line.conflicts));
            writeln!(
                f,
                "{} {:?} {direction:?} {policy:?} base {:?}",
                mapped.key,
                mapped.lens,
                self.base.get(&mapped.key)
            )?;
        }
        writeln!(f, "correlation base {:?}", self.base.fields.get(CORRELATION))?;
        writeln!(f, "Salesforce {:?}\nJira {:?}\n{:?}\n{:?}", self.now.salesforce, self.now.jira, self.link, self.known)
    }
}

impl World {
    pub(super) fn new(rules: Rules, lines: &[Line], status: Option<&Line>, reference: Option<&Reference>) -> Self {
        let mut world = Self {
            item: item(rules),
            mapped: Vec::new(),
            link: LinkFacts {
                salesforce_id: Some(RECORD_ID.into()),
                jira_key: Some(ISSUE_KEY.into()),
                ..LinkFacts::default()
            },
            base: Base::default(),
            now: Sides::default().map(|()| State::Present(Record::default())),
            known: Known { workflow: Some(Workflow::default().into()), ..Known::default() },
        };
        for (n, line) in lines.iter().enumerate() {
            let mut mapping = line.lens.mapping(&format!("F{n}__c"), &format!("field {n}"), line.direction);
            mapping.conflicts = line.policy;
            world.add(line, mapping.key.clone(), mapping.paths.clone());
            world.item.fields.push(mapping);
        }
        if let Some(line) = status {
            let Lens::Table(pairs) = line.lens else { panic!("a status has a table") };
            let field = FieldPath::from("Status");
            let values = ValueMap::of_texts(pairs.iter().copied());
            world.item.status = Some(StatusMapping::new(field.clone(), values));
            world.add(line, MappingKey::named(STATUS), Sides::new(field, STATUS.into()));
        }
        if let Some(reference) = reference {
            world.refer(reference);
        }
        world
    }

    fn add(&mut self, line: &Line, key: MappingKey, paths: Sides<FieldPath>) {
        self.show(&paths, line.now);
        if let Some(base) = line.base {
            self.base.set(key.clone(), base.map(Value::text));
        }
        if let Some(side) = line.decision {
            let seen = self.now.as_ref().map(|state| state.present().cloned().unwrap_or_default());
            let value = |side: Side| seen.get(side).value(paths.get(side).as_str()).cloned().unwrap_or_default();
            let seen = Sides::new(value(Side::Salesforce), value(Side::Jira));
            self.link.decisions.insert(key.clone(), Decision { take: Take::Side(side), seen });
        }
        if let Some((side, text)) = line.refused {
            let from = self.value(side, paths.get(side)).cloned().unwrap_or_default();
            let blocked = Blocked::new(side, refusal(&key, &from, &Value::text(text)), "no");
            self.link.blocked.insert(key.clone(), blocked);
        }
        self.known.change_times.insert(key.clone(), line.changed.map(|seconds| seconds.map(at)));
        self.mapped.push(Mapped { key, paths, lens: line.lens });
    }

    fn refer(&mut self, reference: &Reference) {
        let paths = CORRELATION_FIELDS.map(FieldPath::from);
        self.show(&paths, reference.now);
        self.item.correlation = Some(paths);
        if let Some(side) = reference.refused {
            let blocked = Blocked::new(side, Value::Empty, "no");
            self.link.blocked.insert(correlation_refusal(side), blocked);
        }
        if let Some(base) = reference.base {
            self.base.set(MappingKey::named(CORRELATION), base.map(Value::text));
        }
    }

    fn show(&mut self, paths: &Sides<FieldPath>, seen: Sides<Seen>) {
        for side in Side::BOTH {
            let field = match seen.get(side) {
                Seen::Text(text) => Field::Known(Value::text(text)),
                Seen::Hidden => Field::Unreadable("no access".into()),
                Seen::NotAsked => continue,
            };
            self.set(side, paths.get(side).clone(), field);
        }
    }

    pub(super) fn set(&mut self, side: Side, path: FieldPath, field: Field) {
        if let State::Present(record) = self.now.get_mut(side) {
            record.set(path, field);
        }
    }

    /// What a field shows, if it was read.
    pub(super) fn value(&self, side: Side, path: &FieldPath) -> Option<&Value> {
        self.now.get(side).present()?.value(path.as_str())
    }

    /// What both sides show in a field, if both were read.
    pub(super) fn values(&self, mapped: &Mapped) -> Option<Sides<&Value>> {
        let [salesforce, jira] = Side::BOTH.map(|side| self.value(side, mapped.paths.get(side)));
        Some(Sides::new(salesforce?, jira?))
    }

    /// The field of this key.
    pub(super) fn mapped(&self, key: &MappingKey) -> &Mapped {
        self.mapped.iter().find(|mapped| mapped.key == *key).unwrap_or_else(|| panic!("{key} is not mapped"))
    }

    /// Whether there is something to do here but to note that a field is what it was.
    pub(super) fn is_as_agreed(&self, mapped: &Mapped) -> bool {
        let Some(now) = self.values(mapped) else { return false };
        self.base.get(&mapped.key).is_some_and(|base| base.as_ref() == now)
    }

    /// The plan as a round makes it: first without the facts that cost a call, then with those it asked for.
    pub(super) fn plan(&self) -> Plan {
        let first = self.plan_knowing(&Known::default());
        if first.needs.is_empty() { first } else { self.plan_knowing(&self.known) }
    }

    pub(super) fn plan_knowing(&self, known: &Known) -> Plan {
        let base = Some(&self.base).filter(|base| !base.fields.is_empty());
        plan(&self.item, &self.link, base, self.now.as_ref(), known)
    }
}

/// What a refusal is remembered by: the value, and for a status the move.
pub(super) fn refusal(key: &MappingKey, from: &Value, to: &Value) -> Value {
    if key.as_str() == STATUS { Value::List(vec![from.clone(), to.clone()]) } else { to.clone() }
}

/// A point in time.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

/// Records enter the item by this field.
pub(super) const FILTER_FIELD: &str = "Origin";
pub(super) const FILTER_TEXT: &str = "x";

fn item(rules: Rules) -> ConnectedItem {
    ConnectedItem {
        name: "bugs".into(),
        owner: None,
        state: ItemState::Active,
        actions: Sides::new(ItemState::Active, ItemState::Active),
        mode: rules.mode,
        start: Start::Everything,
        salesforce: SalesforceEnd { connection: "org".into(), object: "Case".into(), filter: Filter::default() },
        jira: JiraEnd {
            connection: "site".into(),
            projects: vec!["OPS".into()],
            issue_type: Some("Bug".into()),
            filter: Filter::default(),
        },
        cardinality: Cardinality::OneToOne,
        on_leave: rules.on_leave,
        on_delete: OnDelete::Unlink,
        on_merge: OnMerge::Follow,
        on_convert: OnConvert::Keep,
        auto_create: rules.auto_create,
        correlation: None,
        match_rules: Vec::new(),
        related: Default::default(),
        fields: Vec::new(),
        status: None,
        conflicts: rules.policy,
        drift: rules.drift,
        base: BaseForm::Values,
        batch: None,
        comments: None,
        attachments: None,
        link_note: false,
        poll_seconds: None,
        says: String::new(),
    }
}

pub(super) fn filter() -> Filter {
    Filter::Test(FILTER_FIELD.into(), Condition::Is(Value::text(FILTER_TEXT)))
}
