//! `docs/field-types.md` prints the table of `field_type::fit`: it is made here, and this fails when it is stale.
//!
//! `UPDATE_DOCS=1 cargo nextest run -p entente-core field_types_page` writes it anew.

use std::{collections::BTreeSet, path::PathBuf};

use entente_core::{
    Side,
    field_type::{Fit, JIRA_TYPES, SALESFORCE_TYPES, fit},
};

const INTRODUCTION: &str = "# Field types

What becomes of values between a Salesforce field and a Jira field, when no step and no value table changes them.
`entente check --online` and `entente doctor` hold every line of a configuration against this table.

- **full**: every value arrives as it is.
- **format**: it arrives in the form that is named; what cannot take that form the vendor refuses, and Entente says so.
- **may lose**: part of it may stay behind. `check --online` warns of it.
- **none**: nothing arrives. `check --online` refuses it.

A text field of Salesforce that was made shorter than its type allows takes what fits; a longer value is refused like that.

A date and a time meet by UTC: the day of a time is its day there, and a day begins at midnight there. Users and queues
meet by the table `people:` of the [configuration](configuration.md), else by an e-mail address that both sides show; whom
neither finds is taken by the account of their role, if the table has it. A lookup travels as the id of the record that it
points at; mapped as a [field](configuration.md#field) of that record, by its name or external id. The two options of a
cascading field are mapped one by one, as `AREA.parent` and `AREA.child`, or together as `Parent > Child`.

## Rich text

A rich text area of Salesforce (HTML) and a document of Jira share paragraphs, line breaks, headings, lists in lists, quotes,
code blocks, rules, tables, links, and text that is bold, italic, underlined, struck out, code, coloured, highlighted, below
or above the line. All of that travels both ways, and two texts agree when they are the same in it.

What only one side has stays there, and the other shows the words: a mention, an emoji, a panel, an expand, a task list, a
status, a card, the language of a code block, column widths and attached images in Jira; images, fonts, alignment and links
within the org in Salesforce. An edit on the other side leaves it alone, wherever the words that stand for it are still
there. A block that was rewritten over there, beyond that, is taken as it was written. `entente show` and
`sync --dry-run` say of each value what stays behind, by name and count.

Between a text without formatting (Case.Description) and a document the words travel, with paragraphs, line breaks and lists
as text: a list item begins with `- ` or `1. `, a link shows its address in brackets behind it. An edit of the text keeps the
formatting of every paragraph and list item that it does not touch, and a changed heading stays a heading. Steps and value tables
work on the words. Where nobody has formatted one side, and both show the same words, the formatting of the other fills in.

Scripts, styles of other kinds and addresses other than web, mail and telephone are left out. Lists nested deeper than 16
become lines. White space at the ends of lines and empty paragraphs do not count.
";

fn word(fit: Fit) -> (&'static str, &'static str) {
    match fit {
        Fit::Full => ("full", ""),
        Fit::Format(why) => ("format", why),
        Fit::MayLose(why) => ("may lose", why),
        Fit::None(why) => ("none", why),
    }
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (jira, jira_type) in JIRA_TYPES {
        page += &format!("\n## Jira {jira}\n\n| Salesforce | to Jira | to Salesforce |\n|---|---|---|\n");
        for (salesforce, salesforce_type) in SALESFORCE_TYPES {
            let cell = |side| match word(fit(salesforce_type, jira_type, side)) {
                (word, "") | (word @ "none", _) => word.to_owned(),
                (word, why) => format!("{word}: {why}"),
            };
            page += &format!("| `{salesforce}` | {} | {} |\n", cell(Side::Jira), cell(Side::Salesforce));
        }
    }
    page
}

#[test]
fn the_page_says_what_the_table_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/field-types.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).expect("docs/ can be written");
    }
    let written = std::fs::read_to_string(&path).expect("docs/field-types.md");
    assert!(
        written == page(),
        "docs/field-types.md is stale: UPDATE_DOCS=1 cargo nextest run -p entente-core field_types_page"
    );
}

/// The 26 types that describe knows: rich text and lookups to people are told apart within theirs.
#[test]
fn every_type_of_describe_is_on_the_page() {
    let bare = |name: &'static str| name.split_once(" (").map_or(name, |(name, _)| name);
    let names: BTreeSet<&str> = SALESFORCE_TYPES.iter().map(|(name, _)| bare(name)).collect();
    assert_eq!(names.len(), 26, "{names:?}");
}
