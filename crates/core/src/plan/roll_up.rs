//! What both sides show under a line when several records of one side share one of the other.

use std::borrow::Cow;

use super::{Note, NoteCode, Plan, field, lens};
use crate::{
    base::Base,
    item::{ConnectedItem, FieldMapping, MappingKey},
    link::LinkFacts,
    record::State,
    roll_up::{self, RollUp, Said, Sibling},
    side::{Side, Sides},
    value::Value,
};

/// Ends the key under which the base keeps what a roll-up has to remember of its line.
const OF_EACH: &str = " of each";

/// Whether a key of the base stands for no field, but for what a roll-up remembers.
#[must_use]
pub fn is_memory(key: &MappingKey) -> bool {
    key.as_str().ends_with(OF_EACH)
}

/// The values to compare: with a roll-up the many of them as one. None where another link speaks for this line, or what
/// they say together cannot be told, which is noted.
pub(super) fn shown<'a>(
    item: &ConnectedItem,
    mapping: &FieldMapping,
    link: &LinkFacts,
    base: Option<&Base>,
    now: Sides<Cow<'a, Value>>,
    plan: &mut Plan,
) -> Option<Sides<Cow<'a, Value>>> {
    let (Some(one), Some(roll_up), Some(siblings)) = (item.cardinality.one(), mapping.roll_up, &link.siblings) else {
        return Some(now);
    };
    if !siblings.leads {
        return None;
    }
    let many = one.other();
    match rolled(mapping, roll_up, many, &siblings.members, base) {
        Ok((value, memory)) => {
            let shared = match one {
                Side::Salesforce => now.salesforce,
                Side::Jira => now.jira,
            };
            let now = Sides::from_view(one, shared, Cow::Owned(value));
            remember(mapping, many, memory, base, &now, plan);
            Some(now)
        }
        Err(note) => {
            plan.notes.push(note);
            None
        }
    }
}

fn rolled(
    mapping: &FieldMapping,
    roll_up: RollUp,
    many: Side,
    members: &[Sibling],
    base: Option<&Base>,
) -> Result<(Value, Option<Value>), Note> {
    let mut said = Vec::with_capacity(members.len());
    // One that is gone says nothing any more.
    let is_there = |sibling: &&Sibling| !matches!(sibling.state, State::Gone { confirmed: true, .. });
    for sibling in members.iter().filter(is_there) {
        let Some(record) = sibling.state.present() else {
            let text = format!("{} cannot be read, so nobody knows what they say together", sibling.name);
            return Err(Note { code: NoteCode::Unreadable, key: Some(mapping.key.clone()), text });
        };
        let value = mapping.collect(many, record).map_err(|(path, why)| field::unreadable(mapping, many, path, why))?;
        said.push(Said { sibling, value: value.into_owned() });
    }
    let column = |(salesforce, jira)| *Sides::new(salesforce, jira).get(many);
    let order =
        mapping.values.as_ref().map(|values| values.pairs.iter().map(|(s, j)| column((s, j))).collect::<Vec<_>>());
    let before = base.and_then(|base| base.get(&key_of_each(mapping))).map(|before| before.get(many));
    match roll_up::together(roll_up, &said, order.as_deref(), before) {
        Ok(value) => Ok((value, roll_up::memory(roll_up, &said, before))),
        Err(why) => {
            let (path, one) = (mapping.paths.get(many.other()), many.other());
            let text = format!("{why}; {one} {path} is left as it is");
            Err(Note { code: NoteCode::Unmapped, key: Some(mapping.key.clone()), text })
        }
    }
}

/// What was edited is news until the shared record shows it.
fn remember(
    mapping: &FieldMapping,
    many: Side,
    memory: Option<Value>,
    base: Option<&Base>,
    now: &Sides<Cow<'_, Value>>,
    plan: &mut Plan,
) {
    let Some(memory) = memory else { return };
    let key = key_of_each(mapping);
    let pair = Sides::from_view(many, memory, Value::Empty);
    let agreed = base.and_then(|base| base.get(&mapping.key));
    let is_as_agreed = agreed.is_some_and(|a| a.salesforce == *now.salesforce && a.jira == *now.jira);
    let at_rest = is_as_agreed || lens::agree(mapping, Sides::new(&*now.salesforce, &*now.jira));
    if at_rest && base.and_then(|base| base.get(&key)) != Some(&pair) {
        plan.base.push((key, pair));
    }
}

fn key_of_each(mapping: &FieldMapping) -> MappingKey {
    MappingKey::named(&format!("{}{OF_EACH}", mapping.key))
}
