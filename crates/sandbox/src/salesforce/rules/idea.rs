//! Idea: how many remarks it has, and what its votes come to.
//!
//! Vendor page: Object Reference, "Idea", "Vote". A vote up is worth ten points, one down takes ten away.

use super::super::cell::Cell;
use super::super::state::State;
use super::super::write::Draft;

const POINTS: f64 = 10.0;

/// A remark counts on its idea, which it does not change otherwise.
pub(super) fn follow_comment(state: &mut State, draft: &Draft) {
    if draft.is_new() {
        add(state, draft, "IdeaId", "NumComments", 1.0);
    }
}

pub(super) fn follow_vote(state: &mut State, draft: &Draft) {
    let up = draft.get(state, "Type").as_str() == Some("Up");
    add(state, draft, "ParentId", "VoteTotal", if up { POINTS } else { -POINTS });
}

fn add(state: &mut State, draft: &Draft, by: &str, counter: &str, n: f64) {
    let Some(ideas) = state.schema.object_at("Idea") else { return };
    let place = draft.get(state, by).as_str().and_then(|id| state.tables[ideas].place(id));
    let (Some(place), Some(at)) = (place, state.object(ideas).field_at(counter)) else { return };
    let Some(mut row) = state.tables[ideas].row(place).cloned() else { return };
    let before = match row.cell(at) {
        Cell::Number(number) => *number,
        _ => 0.0,
    };
    row.set(at, Cell::Number(before + n));
    state.replace(ideas, place, Some(row));
}
