//! How many links one core plans per second: quiet ones, where both sides are as they were, and changed ones.
//!
//! `cargo bench -p entente-core --bench plan` prints one JSON document, which `bench/run` puts into its table.

#![expect(clippy::print_stdout, reason = "the figures are the result of this program")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use entente_core::{
    Base, ConnectedItem, Field, FieldMapping, FieldPath, Known, LinkFacts, MappingKey, Record, Sides, State, Value,
    codec::html,
    filter::Filter,
    item::{
        AutoCreate, BaseForm, Cardinality, ConflictPolicy, Drift, ItemState, JiraEnd, Mode, OnConvert, OnDelete,
        OnLeave, OnMerge, SalesforceEnd, Start, ValueMap,
    },
    plan,
    plan::CORRELATION,
    transform::Transform,
    value::Number,
};

/// Links that are planned in turn: more than a processor's nearest caches hold.
const LINKS: usize = 2_000;
/// Links of the item with many fields.
const WIDE_LINKS: usize = 10_000;
/// How often all of them are planned; the middle of these rounds is reported.
const ROUNDS: usize = 31;

fn main() {
    let item = item();
    let quiet: Vec<Case> = (0..LINKS).map(|n| Case::new(&item, n, false)).collect();
    let changed: Vec<Case> = (0..LINKS).map(|n| Case::new(&item, n, true)).collect();
    assert!(quiet.iter().all(|case| case.plan(&item).is_quiet()), "quiet links must be quiet");
    assert!(changed.iter().all(|case| case.plan(&item).writes.len() == 1), "changed links must be written");
    let wide = wide();
    let wide_quiet: Vec<Case> = (0..WIDE_LINKS).map(|n| Case::new(&wide, n, false)).collect();
    let wide_changed: Vec<Case> = (0..WIDE_LINKS).map(|n| Case::new(&wide, n, true)).collect();
    assert!(wide_quiet.iter().all(|case| case.plan(&wide).is_quiet()), "quiet links must be quiet");
    assert!(wide_changed.iter().all(|case| case.plan(&wide).writes.len() == 1), "changed links must be written");
    println!(
        "{{\"fields\":{},\"quiet_links_per_second\":{:.0},\"changed_links_per_second\":{:.0},\
         \"many_fields\":{},\"many_quiet_links_per_second\":{:.0},\"many_changed_links_per_second\":{:.0}}}",
        item.fields.len(),
        links_per_second(&item, &quiet),
        links_per_second(&item, &changed),
        wide.fields.len(),
        links_per_second(&wide, &wide_quiet),
        links_per_second(&wide, &wide_changed),
    );
}

/// Everything that one call of `plan` gets.
struct Case {
    link: LinkFacts,
    base: Base,
    now: Sides<State>,
}

impl Case {
    fn new(item: &ConnectedItem, n: usize, changed: bool) -> Self {
        let (id, key) = (format!("5005g{n:010}AAA"), format!("OPS-{n}"));
        let mut base = Base::default();
        let mut records = Sides::new(Record::default(), Record::default());
        let mut keep = |key: MappingKey, paths: &Sides<FieldPath>, values: Sides<Value>| {
            records.salesforce.set(paths.salesforce.clone(), Field::Known(values.salesforce.clone()));
            records.jira.set(paths.jira.clone(), Field::Known(values.jira.clone()));
            base.set(key, values);
        };
        for mapping in &item.fields {
            let value = value_of(mapping, n);
            keep(mapping.key.clone(), &mapping.paths, Sides::new(value.clone(), value));
        }
        if let Some(paths) = &item.correlation {
            keep(MappingKey::named(CORRELATION), paths, Sides::new(Value::text(&key), Value::text(&id)));
        }
        if changed {
            records.salesforce.set(FieldPath::from("Subject"), Field::Known(Value::text("Edited a moment ago")));
        }
        Self {
            link: LinkFacts { salesforce_id: Some(id), jira_key: Some(key), ..LinkFacts::default() },
            base,
            now: records.map(State::Present),
        }
    }

    fn plan(&self, item: &ConnectedItem) -> plan::Plan {
        plan(item, &self.link, Some(&self.base), self.now.as_ref(), &Known::default())
    }
}

/// A value of the kind that the field's name says.
fn value_of(mapping: &FieldMapping, n: usize) -> Value {
    let day = jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(i64::try_from(n % 300).unwrap_or(0)));
    match mapping.paths.salesforce.as_str() {
        field if field.starts_with("Number") => Value::Number(Number::new(n as f64 / 4.0).expect("finite")),
        field if field.starts_with("Flag") => Value::Flag(n.is_multiple_of(2)),
        field if field.starts_with("Date") => Value::Date(day),
        field if field.starts_with("Time") => {
            Value::Instant(day.to_zoned(jiff::tz::TimeZone::UTC).expect("a day has a midnight").timestamp())
        }
        field if field.starts_with("Several") => Value::listed("Email, Phone, Web"),
        field if field.starts_with("Rich") => Value::rich(html::read(&format!(
            "<h2>Line {n}</h2><p>The pump <b>stops</b> after an hour.</p><ul><li>one</li><li>two</li></ul>"
        ))),
        "Priority" => Value::text(["High", "Medium", "Low"][n % 3]),
        "Description" => {
            Value::text(&format!("The pump of line {n} stops after an hour.\n\nIt starts again by itself.").repeat(8))
        }
        field => Value::text(&format!("{field} of case number {n}")),
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures the machine")]
fn links_per_second(item: &ConnectedItem, cases: &[Case]) -> f64 {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            for case in cases {
                black_box(black_box(case).plan(item));
            }
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    cases.len() as f64 / times[ROUNDS / 2].as_secs_f64()
}

/// An item with fifty fields of all kinds.
fn wide() -> ConnectedItem {
    let kinds = ["Line", "Text", "Number", "Flag", "Date", "Time", "Several", "Rich", "Name", "Note"];
    let names = kinds.iter().flat_map(|kind| (0..5).map(move |n| format!("{kind}{n}__c")));
    let mut fields: Vec<FieldMapping> = names.map(|name| FieldMapping::plain(&name, &format!("Jira {name}"))).collect();
    fields[0] = FieldMapping::plain("Subject", "summary");
    fields.iter_mut().filter(|field| field.paths.salesforce.as_str().starts_with("Rich")).for_each(|field| {
        field.rich = Sides::new(true, true);
    });
    ConnectedItem { fields, ..item() }
}

/// An item with eight fields, as people map them.
fn item() -> ConnectedItem {
    let cut =
        FieldMapping { to_jira: vec![Transform::FirstCharacters(255)], ..FieldMapping::plain("Subject", "summary") };
    let names = ["High", "Medium", "Low"];
    let priorities = ValueMap::of_texts(names.map(|name| (name, name)));
    let priority = FieldMapping { values: Some(priorities), ..FieldMapping::plain("Priority", "priority") };
    let plain = [("Description", "description"), ("Reason", "Reason"), ("Type", "Kind"), ("Origin", "Origin")];
    let more = [("SuppliedName", "Reporter name"), ("SuppliedCompany", "Customer")];
    ConnectedItem {
        name: "bench".into(),
        owner: None,
        state: ItemState::Active,
        actions: Sides::new(ItemState::Active, ItemState::Active),
        mode: Mode::TwoWay,
        start: Start::Everything,
        salesforce: SalesforceEnd { connection: "org".into(), object: "Case".into(), filter: Filter::default() },
        jira: JiraEnd {
            connection: "site".into(),
            projects: vec!["OPS".into()],
            issue_type: Some("Bug".into()),
            filter: Filter::default(),
        },
        cardinality: Cardinality::OneToOne,
        on_leave: OnLeave::Keep,
        on_delete: OnDelete::Unlink,
        on_merge: OnMerge::Follow,
        on_convert: OnConvert::Keep,
        auto_create: AutoCreate::Jira,
        correlation: Some(Sides::new(FieldPath::from("Jira_Reference__c"), FieldPath::from("Salesforce Case ID"))),
        match_rules: Vec::new(),
        related: Default::default(),
        fields: [cut, priority]
            .into_iter()
            .chain(plain.into_iter().chain(more).map(|(s, j)| FieldMapping::plain(s, j)))
            .collect(),
        status: None,
        conflicts: ConflictPolicy::Ask,
        drift: Drift::Restore,
        base: BaseForm::Values,
        batch: None,
        comments: None,
        attachments: None,
        link_note: false,
        poll_seconds: None,
        says: String::new(),
    }
}
