//! Which way a mapped field flows: as its line says, or every way that nothing speaks against.

use super::Reader;
use crate::{
    config::tree::Node,
    item::{Cardinality, Direction, Mode},
    record::shown,
    side::{Side, Sides},
    transform::Transform,
};

/// Fields that Salesforce fills in by itself:
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/system_fields.htm>.
const SALESFORCE_FILLS: [&str; 7] =
    ["Id", "CreatedById", "CreatedDate", "IsDeleted", "LastModifiedById", "LastModifiedDate", "SystemModstamp"];
/// Fields that Jira fills in by itself.
const JIRA_FILLS: [&str; 5] = ["created", "creator", "id", "key", "updated"];

/// Why values cannot flow to a side.
struct Block {
    code: &'static str,
    why: &'static str,
    /// Whether they flow all the same where the line says so.
    unless_told: bool,
}

/// How a line stands to several records that share one.
#[derive(Clone, Copy)]
pub(super) struct Many {
    one: Side,
    is_rolled_up: bool,
}

impl Many {
    pub(super) fn of(item: &Node, line: &Node) -> Option<Self> {
        let one = item.get("cardinality").word::<Cardinality>()?.one()?;
        Some(Self { one, is_rolled_up: line.has("roll_up") })
    }

    /// The side to which the line cannot flow: to the one unless it is rolled up, and then to no other.
    fn block(self, side: Side) -> Option<Block> {
        let why = match (side == self.one, self.is_rolled_up) {
            (true, false) => "several records share one there, and no `roll_up` says what they say together",
            (false, true) => "`roll_up` is what several records say together to the one that they share",
            (true, true) | (false, false) => return None,
        };
        Some(Block::new("several-to-one", why))
    }
}

impl Block {
    fn new(code: &'static str, why: &'static str) -> Self {
        Self { code, why, unless_told: false }
    }
}

impl Reader<'_> {
    /// The direction of one line, given its two fields and its steps.
    pub(super) fn direction(
        &mut self,
        line: &Node,
        mode: Mode,
        many: Option<Many>,
        paths: Sides<&str>,
        steps: Sides<&[Transform]>,
    ) -> Direction {
        let by_many = |side| many.and_then(|many| many.block(side));
        let blocks = Sides::new(
            to_salesforce_block(mode, paths).or_else(|| by_many(Side::Salesforce)),
            to_jira_block(paths.jira).or_else(|| by_many(Side::Jira)),
        );
        let node = line.get("direction");
        let Some(wanted) = node.word::<Direction>() else {
            return self.implied(line, many, blocks.map(|block| block.is_some()), steps);
        };
        for side in Side::BOTH {
            if let Some(block) = blocks.get(side).as_ref().filter(|block| wanted.allows(side) && !block.unless_told) {
                let message = format!("values cannot flow to {side} here: {}", block.why);
                let remedy = match side {
                    Side::Salesforce => "write `direction: to-jira`, or leave `direction` out",
                    Side::Jira => "write `direction: to-salesforce`, or leave `direction` out",
                };
                self.report.error(node.at, block.code, message, remedy);
            }
        }
        self.unused_steps(line, wanted);
        wanted
    }

    /// Without a word: every way that is open. Steps that cannot be undone close the way back unless its own steps are
    /// given; cutting text off can be, by whatever fits.
    fn implied(
        &mut self,
        line: &Node,
        many: Option<Many>,
        blocked: Sides<bool>,
        steps: Sides<&[Transform]>,
    ) -> Direction {
        let loses = |steps: &[Transform]| steps.iter().any(|step| !matches!(step, Transform::FirstCharacters(_)));
        let closed = Sides::new(
            blocked.salesforce || (loses(steps.jira) && !line.has("to_salesforce")),
            blocked.jira || (loses(steps.salesforce) && !line.has("to_jira")),
        );
        let direction = match (closed.salesforce, closed.jira) {
            (false, false) => Direction::Both,
            (true, false) => Direction::ToJira,
            (false, true) => {
                if !blocked.jira {
                    self.warn_of_way_back(line);
                }
                Direction::ToSalesforce
            }
            (true, true) => {
                let message = "values of this line can flow neither to Salesforce nor to Jira";
                self.report.error(
                    line.at,
                    "no-direction",
                    message,
                    match many {
                        Some(_) => "remove the line, map fields that can be written, or say `roll_up`",
                        None => "remove the line, or map fields that can be written",
                    },
                );
                Direction::Both
            }
        };
        self.unused_steps(line, direction);
        direction
    }

    /// Whoever gives steps for the way back alone may not expect that nothing goes there any more.
    fn warn_of_way_back(&mut self, line: &Node) {
        let message = "values of this line flow to Salesforce only, over what is there: what `to_salesforce` makes of them \
                       cannot be undone";
        let remedy = "write `direction: to-salesforce` if that is meant, or `to_jira: []` to let Salesforce's values go to Jira \
                      as they are";
        self.report.warn(line.key_at("to_salesforce"), "implied-direction", message, remedy);
    }

    fn unused_steps(&mut self, line: &Node, direction: Direction) {
        for (side, key) in [(Side::Salesforce, "to_salesforce"), (Side::Jira, "to_jira")] {
            if line.has(key) && !direction.allows(side) {
                let message = format!("`{key}` is never used: values of this line do not flow to {side}");
                self.report.warn(
                    line.key_at(key),
                    "unused-steps",
                    message,
                    format!("remove `{key}`, or change `direction`"),
                );
            }
        }
    }
}

/// A one-way item tells its records where their issues are, and nothing else.
fn to_salesforce_block(mode: Mode, paths: Sides<&str>) -> Option<Block> {
    let path = paths.salesforce;
    let block = if mode == Mode::OneWay && !shown::has(Side::Jira, paths.jira) {
        Block::new("direction-against-mode", "the item's mode is one-way")
    } else if shown::has(Side::Salesforce, path) {
        Block::new("read-only-field", "it is where the record is, and no field of it")
    } else if path.matches('.').count() > 1 {
        Block::new("related-read-only", "a record behind a related record is only read")
    } else if path.contains('.') {
        // Such a value points the record at another one, which nobody expects who only wants to show it.
        Block { unless_told: true, ..Block::new("related-read-only", "a field of a related record is only read") }
    } else if SALESFORCE_FILLS.iter().any(|field| field.eq_ignore_ascii_case(path)) {
        Block::new("read-only-field", "Salesforce fills it in by itself")
    } else {
        return None;
    };
    Some(block)
}

fn to_jira_block(path: &str) -> Option<Block> {
    if shown::has(Side::Jira, path) {
        return Some(Block::new("read-only-field", "it is where the issue is, and no field of it"));
    }
    let fills = JIRA_FILLS.iter().any(|field| field.eq_ignore_ascii_case(path));
    fills.then_some(Block::new("read-only-field", "Jira fills it in by itself"))
}
