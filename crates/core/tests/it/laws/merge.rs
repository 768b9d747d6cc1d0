//! I1 and I6: one field's fate depends on its base, both values and the rule, and is what a second merge says.

use entente_core::{
    Known, Plan, Side, Sides, Value,
    item::{AutoCreate, ConflictPolicy, Direction, Drift, Mode, OnLeave},
    plan::{FieldWrite, NoteCode, Write},
};
use proptest::prelude::*;

use super::{
    cases,
    chance::{DIRECTIONS, POLICIES, scene},
    lens::Lens,
    reference::{Outcome, Scene, outcome},
    world::{Line, Rules, STATUS_TABLE, Seen, World},
};

/// Every scene of these texts under a plain line.
const TEXTS: [&str; 4] = ["", "a", "b", "c"];
/// Nobody asked yet; Jira clearly later; not clearly; Salesforce later; one side cannot tell.
const TIMES: [Option<Sides<Option<i64>>>; 5] = [
    None,
    Some(Sides { salesforce: Some(0), jira: Some(121) }),
    Some(Sides { salesforce: Some(0), jira: Some(120) }),
    Some(Sides { salesforce: Some(500), jira: Some(0) }),
    Some(Sides { salesforce: None, jira: Some(500) }),
];

fn line(scene: &Scene) -> Line {
    Line {
        lens: scene.lens,
        direction: scene.direction,
        policy: None,
        base: scene.base,
        now: scene.now.map(Seen::Text),
        changed: scene.times.unwrap_or_default(),
        decision: scene.decision,
        refused: None,
    }
}

fn planned(scene: &Scene) -> Plan {
    let rules = Rules {
        mode: Mode::TwoWay,
        policy: scene.policy,
        drift: scene.drift,
        on_leave: OnLeave::Keep,
        auto_create: AutoCreate::None,
    };
    knowing_times(&World::new(rules, &[line(scene)], None, None), scene)
}

/// The same as the status of an item that says nothing about status: its mode and rules are for its fields.
fn planned_status(scene: &Scene) -> Plan {
    let rules = Rules {
        mode: Mode::OneWay,
        policy: ConflictPolicy::JiraWins,
        drift: Drift::Keep,
        on_leave: OnLeave::Keep,
        auto_create: AutoCreate::None,
    };
    knowing_times(&World::new(rules, &[], Some(&line(scene)), None), scene)
}

fn knowing_times(world: &World, scene: &Scene) -> Plan {
    let statuses = Known { workflow: world.known.workflow.clone(), ..Known::default() };
    world.plan_knowing(if scene.times.is_some() { &world.known } else { &statuses })
}

/// What a plan does to its only field.
fn said(plan: &Plan, scene: &Scene) -> Outcome {
    let agreed = scene.now.map(Value::text);
    match (&plan.writes[..], &plan.base[..], &plan.conflicts[..], &plan.notes[..], &plan.needs[..]) {
        ([], [], [], [], []) => Outcome::Nothing,
        ([], [(_, values)], [], [], []) if *values == agreed => Outcome::Agree,
        ([Write::Update { side, fields }], [], [], [], []) => written(*side, fields, scene),
        ([Write::Status { change, .. }], [], [], [], []) => written(Side::Jira, std::slice::from_ref(change), scene),
        ([], [], [conflict], [], []) if conflict.now == agreed => Outcome::Conflict,
        ([], [], [], [note], []) if note.code == NoteCode::Unmapped => Outcome::Unmapped,
        ([], [], [], [note], []) if note.code == NoteCode::Drift => Outcome::Drift,
        ([], [], [], [], [_]) => Outcome::Ask,
        _ => panic!("neither this nor that: {plan:#?}\n{scene:#?}"),
    }
}

fn written(side: Side, fields: &[FieldWrite], scene: &Scene) -> Outcome {
    let [write] = fields else { panic!("one field, several writes: {fields:#?}") };
    let now = scene.now.map(Value::text);
    assert_eq!((&write.from, &write.source), (now.get(side), now.get(side.other())), "{scene:#?}");
    Outcome::Write { side, to: write.to.to_string(), overwrites: write.overwrites }
}

#[test]
fn every_small_scene_goes_as_the_reference_says() {
    let pairs = || TEXTS.iter().flat_map(|s| TEXTS.iter().map(|j| Sides::new(*s, *j)));
    let mut tried = 0;
    for (base, now) in pairs().map(Some).chain([None]).flat_map(|base| pairs().map(move |now| (base, now))) {
        for (direction, policy) in DIRECTIONS.iter().flat_map(|d| POLICIES.map(|p| (*d, p))) {
            for (drift, decision) in [
                (Drift::Restore, None),
                (Drift::Keep, None),
                (Drift::Restore, Some(Side::Salesforce)),
                (Drift::Restore, Some(Side::Jira)),
            ] {
                for times in TIMES {
                    let scene = Scene { lens: Lens::Plain, direction, drift, policy, decision, times, base, now };
                    assert_eq!(said(&planned(&scene), &scene), outcome(&scene), "{scene:#?}");
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 17 * 16 * 12 * 4 * 5);
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn any_scene_under_any_line_goes_as_the_reference_says(scene in scene()) {
        prop_assert_eq!(said(&planned(&scene), &scene), outcome(&scene));
    }

    #[test]
    fn a_status_follows_the_side_that_changed_then_the_later_and_on_the_first_day_salesforce(scene in scene()) {
        let policy = if scene.base.is_some() { ConflictPolicy::LatestWins } else { ConflictPolicy::SalesforceWins };
        let scene = Scene { lens: STATUS_TABLE, direction: Direction::Both, policy, ..scene };
        let expected = match outcome(&scene) {
            // An issue always has a status.
            Outcome::Write { side: Side::Jira, to, .. } if to.is_empty() => Outcome::Unmapped,
            outcome => outcome,
        };
        prop_assert_eq!(said(&planned_status(&scene), &scene), expected);
    }
}
