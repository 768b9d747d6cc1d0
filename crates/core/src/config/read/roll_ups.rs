//! Reads `roll_up`: what several records say together to the one that they share.

use super::Reader;
use crate::{
    config::tree::Node,
    item::{Cardinality, FieldMapping, Mode},
    roll_up::RollUp,
};

impl Reader<'_> {
    /// The roll-up of a mapping line, or of the status table.
    pub(super) fn roll_up(&mut self, node: &Node, item: &Node, mode: Mode) -> Option<RollUp> {
        let roll_up: RollUp = node.get("roll_up").word()?;
        let mut complain = |code, message: &str, remedy: &str| {
            self.report.error(node.key_at("roll_up"), code, message, remedy);
        };
        if item.get("cardinality").word::<Cardinality>().and_then(Cardinality::one).is_none() {
            let message = "`roll_up` is for several records that share one, and this item is one-to-one";
            complain("roll-up-of-one", message, "remove it, or write `cardinality: many-issues` or `many-records`");
        }
        if mode == Mode::DisplayOnly {
            complain("roll-up-against-mode", "a display-only item writes nothing, so it rolls nothing up", "remove it");
        }
        if item.get("base").text() == Some("hashes") {
            let message = "`roll_up` needs the values of the base, and the item keeps only hashes";
            complain("roll-up-with-hashes", message, "write `base: values` in the item, or remove `roll_up`");
        }
        Some(roll_up)
    }

    /// Values of several fields cannot be rolled up together.
    pub(super) fn roll_up_of_one_field(&mut self, line: &Node, item: &Node, mapping: &FieldMapping) {
        let many = item.get("cardinality").word::<Cardinality>().and_then(Cardinality::one).map(|one| one.other());
        let reads_more = many.is_some_and(|many| !mapping.further.get(many).is_empty());
        if mapping.roll_up.is_some() && reads_more {
            let message = "`roll_up` is of one field, and a step of this line reads further ones";
            let remedy = "remove the step, or let another field hold what it makes, and roll that up";
            self.report.error(line.key_at("roll_up"), "roll-up-of-several-fields", message, remedy);
        }
    }
}
