//! How worlds are drawn: from few words, so that they collide often.

use entente_core::{
    Field, MappingKey, Side, Sides, State, Value,
    item::{AutoCreate, ConflictPolicy, Direction, Drift, Mode, OnLeave},
    plan::CORRELATION,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    lens::{LENSES, Lens, TEXTS},
    reference::Scene,
    world::{FILTER_FIELD, ISSUE_KEY, Line, RECORD_ID, Reference, Rules, STATUS_TABLE, Seen, World, at, filter},
};

pub(super) const POLICIES: [ConflictPolicy; 4] =
    [ConflictPolicy::SalesforceWins, ConflictPolicy::JiraWins, ConflictPolicy::LatestWins, ConflictPolicy::Ask];
pub(super) const DIRECTIONS: [Direction; 3] = [Direction::Both, Direction::ToJira, Direction::ToSalesforce];
/// Around the two minutes in which nobody can say who was later.
const SECONDS: [i64; 4] = [0, 120, 121, 500];

fn text() -> impl Strategy<Value = &'static str> {
    select(&TEXTS[..])
}

pub(super) fn side() -> impl Strategy<Value = Side> {
    select(&Side::BOTH[..])
}

fn changed() -> impl Strategy<Value = Sides<Option<i64>>> {
    let second = || option::weighted(0.8, select(&SECONDS[..]));
    (second(), second()).prop_map(|(salesforce, jira)| Sides::new(salesforce, jira))
}

/// What a field was, given what it is: often the same on one side or on both.
fn past(now: Sides<&'static str>) -> impl Strategy<Value = Option<Sides<&'static str>>> {
    let kept = |kept: bool, is: &'static str, was: &'static str| if kept { is } else { was };
    let agreed = (any::<bool>(), any::<bool>(), text(), text()).prop_map(move |(s, j, salesforce, jira)| {
        Sides::new(kept(s, now.salesforce, salesforce), kept(j, now.jira, jira))
    });
    option::weighted(0.75, agreed)
}

fn both_texts() -> impl Strategy<Value = (Sides<&'static str>, Option<Sides<&'static str>>)> {
    (text(), text()).prop_flat_map(|(salesforce, jira)| {
        let now = Sides::new(salesforce, jira);
        (Just(now), past(now))
    })
}

fn lens_and_direction(lenses: &'static [Lens]) -> impl Strategy<Value = (Lens, Direction)> {
    let fits = |(lens, direction): &(Lens, Direction)| lens.allows(*direction);
    (select(lenses), select(&DIRECTIONS[..])).prop_filter("flows only back", fits)
}

fn seen(text: &'static str) -> impl Strategy<Value = Seen> {
    prop_oneof![18 => Just(Seen::Text(text)), 1 => Just(Seen::Hidden), 1 => Just(Seen::NotAsked)]
}

fn line(lenses: &'static [Lens]) -> impl Strategy<Value = Line> {
    let rules = (lens_and_direction(lenses), option::weighted(0.3, select(&POLICIES[..])));
    let past_and_now = both_texts().prop_flat_map(|(now, base)| (Just(base), seen(now.salesforce), seen(now.jira)));
    let facts = (changed(), option::weighted(0.2, side()), option::weighted(0.2, (side(), text())));
    (rules, past_and_now, facts).prop_map(|(((lens, direction), policy), (base, salesforce, jira), facts)| Line {
        lens,
        direction,
        policy,
        base,
        now: Sides::new(salesforce, jira),
        changed: facts.0,
        decision: facts.1,
        refused: facts.2,
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    let mode = prop_oneof![4 => Just(Mode::TwoWay), 2 => Just(Mode::OneWay), 1 => Just(Mode::DisplayOnly)];
    let on_leave = select(&[OnLeave::Keep, OnLeave::Pause, OnLeave::Unlink][..]);
    let auto_create = select(&[AutoCreate::None, AutoCreate::Jira, AutoCreate::Salesforce, AutoCreate::Both][..]);
    let drift = select(&[Drift::Restore, Drift::Keep][..]);
    (mode, select(&POLICIES[..]), drift, on_leave, auto_create)
        .prop_map(|(mode, policy, drift, on_leave, auto_create)| Rules { mode, policy, drift, on_leave, auto_create })
}

/// Both correlation fields: right, empty, somebody else's, or as Entente once wrote them.
fn correlation() -> impl Strategy<Value = Reference> {
    let keys = select(&["", ISSUE_KEY, "OPS-9", "OPS-3"][..]).prop_flat_map(seen);
    let ids = select(&["", RECORD_ID, "500000000000001", "500000000000002AAA"][..]).prop_flat_map(seen);
    let base = option::of(select(vec![Sides::new(ISSUE_KEY, RECORD_ID), Sides::new("OPS-3", RECORD_ID)]));
    (keys, ids, base, option::weighted(0.2, side())).prop_map(|(key, id, base, refused)| Reference {
        now: Sides::new(key, id),
        base,
        refused,
    })
}

/// The document refuses lines that flow against the mode; so do these worlds.
fn lines_of(mode: Mode, mut lines: Vec<Line>) -> Vec<Line> {
    if mode != Mode::TwoWay {
        lines.retain(|line| line.lens.allows(Direction::ToJira));
        lines.iter_mut().for_each(|line| line.direction = Direction::ToJira);
    }
    lines
}

/// A link whose two records are there.
pub(super) fn linked() -> impl Strategy<Value = World> {
    linked_by(&LENSES)
}

/// The same, under these kinds of lines only.
pub(super) fn linked_by(lenses: &'static [Lens]) -> impl Strategy<Value = World> {
    let status = option::of(line(&STATUS_LENSES));
    (rules(), vec(line(lenses), 1..4), status, option::of(correlation())).prop_map(
        |(rules, lines, status, reference)| {
            World::new(rules.clone(), &lines_of(rules.mode, lines), status.as_ref(), reference.as_ref())
        },
    )
}

const STATUS_LENSES: [Lens; 1] = [STATUS_TABLE];

/// A link that is exactly as it was when both sides last agreed.
pub(super) fn agreed() -> impl Strategy<Value = World> {
    linked().prop_map(|mut world| {
        for mapped in world.mapped.clone() {
            let shown = Side::BOTH.map(|side| world.value(side, mapped.paths.get(side)).cloned().unwrap_or_default());
            let [salesforce, jira] = shown.clone();
            world.base.set(mapped.key, Sides::new(salesforce, jira));
            for (side, value) in Side::BOTH.into_iter().zip(shown) {
                world.set(side, mapped.paths.get(side).clone(), Field::Known(value));
            }
        }
        if let Some(paths) = world.item.correlation.clone() {
            let expected = Sides::new(ISSUE_KEY, RECORD_ID).map(Value::text);
            for side in Side::BOTH {
                world.set(side, paths.get(side).clone(), Field::Known(expected.get(side).clone()));
            }
            world.base.set(MappingKey::named(CORRELATION), expected);
        }
        world
    })
}

/// A link of which either side may be missing, in any way, under an item with a filter.
pub(super) fn uncertain() -> impl Strategy<Value = World> {
    let state = || {
        let gone = any::<bool>().prop_map(|confirmed| Some(State::Gone { since: at(0), confirmed }));
        prop_oneof![3 => Just(None), 2 => Just(Some(State::None)), 2 => gone,
            1 => Just(Some(State::Unreadable("403".into())))]
    };
    let origins = Sides::new(text().prop_flat_map(seen), text().prop_flat_map(seen));
    (linked(), state(), state(), origins.salesforce, origins.jira).prop_map(|(mut world, salesforce, jira, s, j)| {
        world.item.salesforce.filter = filter();
        world.item.jira.filter = filter();
        for (side, seen, state) in [(Side::Salesforce, s, salesforce), (Side::Jira, j, jira)] {
            match seen {
                Seen::Text(text) => world.set(side, FILTER_FIELD.into(), Field::Known(Value::text(text))),
                Seen::Hidden => world.set(side, FILTER_FIELD.into(), Field::Unreadable("no access".into())),
                Seen::NotAsked => {}
            }
            if let Some(state) = state {
                *world.now.get_mut(side) = state;
            }
        }
        world
    })
}

/// A record that has no twin yet: nothing was agreed, nothing was decided, nobody shows a counterpart.
pub(super) fn alone() -> impl Strategy<Value = (World, Side)> {
    (linked(), side()).prop_map(|(mut world, there)| {
        world.item.mode = Mode::TwoWay;
        world.item.auto_create = AutoCreate::Both;
        world.base.fields.clear();
        world.link.decisions.clear();
        world.link.blocked.clear();
        if let Some(paths) = world.item.correlation.clone() {
            world.set(there, paths.get(there).clone(), Field::Known(Value::Empty));
        }
        *world.now.get_mut(there.other()) = State::None;
        match there {
            Side::Salesforce => world.link.jira_key = None,
            Side::Jira => world.link.salesforce_id = None,
        }
        (world, there)
    })
}

/// One field that can be read, under any kind of mapping line.
pub(super) fn scene() -> impl Strategy<Value = Scene> {
    let rules = (select(&[Drift::Restore, Drift::Keep][..]), select(&POLICIES[..]), option::weighted(0.2, side()));
    (lens_and_direction(&LENSES), both_texts(), rules, option::weighted(0.7, changed())).prop_map(
        |((lens, direction), (now, base), (drift, policy, decision), times)| Scene {
            lens,
            direction,
            drift,
            policy,
            decision,
            times,
            base,
            now,
        },
    )
}
