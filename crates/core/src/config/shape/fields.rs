//! Mapping lines, transform steps and filters.

use super::{Key, Kind, MANY, Shape};
use crate::transform::STEPS_MAX;

const DIRECTIONS: Kind = Kind::Word(&["both", "to-jira", "to-salesforce"]);
pub(super) const CONFLICT_POLICIES: Kind = Kind::Word(&["salesforce-wins", "jira-wins", "latest-wins", "ask"]);
const VALUES: Kind = Kind::Named { what: "value", of: &Kind::Free, min: 1 };

pub(super) static FIELD: Shape = Shape {
    name: "field",
    about: "One line of the mapping.",
    keys: &[
        Key::required("salesforce", Kind::Text, "The Salesforce field: Subject, or account.Name of a related record."),
        Key::optional("jira", Kind::Text, "The Jira field: summary. In a display-only item: the label shown."),
        Key::optional("direction", DIRECTIONS, "Which way values flow. Default: every way that mode and field allow."),
        Key::optional("values", VALUES, "Salesforce value to Jira value."),
        Key::optional(
            "otherwise",
            Kind::Text,
            "The Jira value of Salesforce values that the table does not have; for people, the account that then takes it.",
        ),
        Key::optional("to_jira", STEPS, "What is done to a value on its way to Jira."),
        Key::optional("to_salesforce", STEPS, "What is done to a value on its way to Salesforce."),
        Key::optional(
            "roll_up",
            Kind::Word(&["all", "any", "max", "latest", "join"]),
            "What several records say together to the one that they share, under a `cardinality` that is not one-to-one.",
        ),
        Key::optional(
            "conflicts",
            Kind::Word(&["salesforce-wins", "jira-wins", "latest-wins", "ask", "union", "append"]),
            "Who wins here, or how both are joined. Default: as the item says.",
        ),
    ],
};

const STEPS: Kind = Kind::List {
    of: &Kind::Either(&[Kind::Word(&["lower_case", "upper_case", "trim"]), Kind::Map(&STEP)]),
    min: 0,
    max: STEPS_MAX,
};

static STEP: Shape = Shape {
    name: "step",
    about: "One step of a transform: exactly one of these keys, but for `then`, which goes with `when`.",
    keys: &[
        Key::optional("first_characters", Kind::Whole { min: 1, max: 131_072 }, "Keeps the first characters."),
        Key::optional("lower_case", Kind::Yes, "Lower case."),
        Key::optional("upper_case", Kind::Yes, "Upper case."),
        Key::optional("trim", Kind::Yes, "White space at both ends goes, and what lies between counts once."),
        Key::optional("replace", Kind::Map(&REPLACE), "Replaces every occurrence of one text by another."),
        Key::optional(
            "pattern",
            Kind::Verbatim,
            "What this regular expression finds first: its first group, when it has one; nothing, when it finds nothing.",
        ),
        Key::optional("replace_pattern", Kind::Map(&REPLACE_PATTERN), "Replaces everything that a pattern finds."),
        Key::optional("format_date", Kind::Map(&DATE_FORMAT), "A date or a time as people write it."),
        Key::optional("read_date", Kind::Map(&DATE_FORMAT), "A date or a time from how people write it."),
        Key::optional("template", Kind::Text, "A text with fields in it: {CaseNumber}: {Subject}."),
        Key::optional("build_array", Kind::Map(&BUILD_ARRAY), "Several fields as one list, or as one text."),
        Key::optional("constant", Kind::Text, "Always this."),
        Key::optional("default", Kind::Text, "This, where there is nothing."),
        Key::optional("when", Kind::Map(&FILTER), "Where this passes, `then` is delivered, and no later step runs."),
        Key::optional("then", Kind::Free, "What `when` delivers; nothing to empty the field."),
    ],
};

static REPLACE_PATTERN: Shape = Shape {
    name: "replace-pattern",
    about: "Replaces everything that a regular expression finds.",
    keys: &[
        Key::required("find", Kind::Verbatim, "The regular expression."),
        Key::required("with", Kind::Free, "What takes the place of each match; $1 is the first group."),
    ],
};

static DATE_FORMAT: Shape = Shape {
    name: "date-format",
    about: "How a date or a time is written.",
    keys: &[
        Key::required("format", Kind::Text, "As strftime has it: %Y-%m-%d %H:%M."),
        Key::optional("zone", Kind::Text, "Time zone: Europe/Berlin; UTC, if there is none."),
    ],
};

static BUILD_ARRAY: Shape = Shape {
    name: "build-array",
    about: "Several fields as one list, or as one text.",
    keys: &[
        Key::required(
            "fields",
            Kind::List { of: &Kind::Text, min: 1, max: MANY },
            "Which fields, in their order; empty ones are left out.",
        ),
        Key::optional(
            "separator",
            Kind::Verbatim,
            "What stands between them in one text; without it they become a list.",
        ),
    ],
};

static REPLACE: Shape = Shape {
    name: "replace",
    about: "Replaces every occurrence of one text by another.",
    keys: &[
        Key::required("find", Kind::Verbatim, "What is looked for."),
        Key::required("with", Kind::Free, "What takes its place; nothing to remove it."),
    ],
};

/// Filters nest; only statics may hold one another.
static PART: Kind = Kind::Map(&FILTER);
const OPERANDS: Kind = Kind::List { of: &Kind::Text, min: 1, max: MANY };

pub(super) static FILTER: Shape = Shape {
    name: "filter",
    about: "A group (`all` or `any`), or one test: a field and exactly one operator.",
    keys: &[
        Key::optional("all", Kind::List { of: &PART, min: 1, max: MANY }, "Every part must pass."),
        Key::optional("any", Kind::List { of: &PART, min: 1, max: MANY }, "At least one part must pass."),
        Key::optional("field", Kind::Text, "The field to test."),
        Key::optional("is", Kind::Text, "The same text, picklist value or identity."),
        Key::optional("is not", Kind::Text, "Another text, or nothing."),
        Key::optional("is one of", OPERANDS, "One of these texts."),
        Key::optional("is not one of", OPERANDS, "None of these texts."),
        Key::optional("is empty", Kind::Yes, "Nothing in it."),
        Key::optional("is not empty", Kind::Yes, "Something in it."),
        Key::optional("contains", Kind::Text, "The text occurs in it, or it is a member of the list."),
        Key::optional("does not contain", Kind::Text, "The text does not occur in it."),
        Key::optional("less than", Kind::Text, "Smaller number, earlier date; texts by the alphabet."),
        Key::optional("greater than", Kind::Text, "Greater number, later date; texts by the alphabet."),
        Key::optional("equals", Kind::Text, "The same number, date or boolean."),
    ],
};
