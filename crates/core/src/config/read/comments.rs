//! Reads `comments:` of an item.

use super::Reader;
use crate::{
    config::{suggest::nearest, tree::Node},
    item::{CommentRules, Direction, Mode},
};

/// What stands in braces in `header`.
const HEADER_WORDS: [&str; 3] = ["author", "system", "time"];

impl Reader<'_> {
    /// Which comments an item carries; nothing is carried that is not asked for.
    pub(super) fn comments(&mut self, item: &Node, mode: Mode) -> Option<CommentRules> {
        if !item.has("comments") {
            return None;
        }
        let node = item.get("comments");
        if mode == Mode::DisplayOnly {
            let message = "a display-only item writes nothing, comments neither";
            self.report.error(item.key_at("comments"), "comments-against-mode", message, "remove `comments`");
            return None;
        }
        if node.get("direction").text() == Some("none") {
            return None;
        }
        let usual = if mode == Mode::OneWay { Direction::ToJira } else { Direction::Both };
        let texts = |key: &str| node.get(key).members().iter().map(|text| text.text_or_empty().to_owned()).collect();
        let flag = |key: &str| node.get(key).flag().unwrap_or_default();
        let rules = CommentRules {
            direction: node.get("direction").word().unwrap_or(usual),
            manual: flag("manual") || node.text() == Some("manual"),
            audience: node.get("audience").word().unwrap_or_default(),
            exclude_authors: texts("exclude_authors"),
            include: texts("include"),
            to_open_project: flag("to_open_project"),
            header: self.header(node.get("header")).unwrap_or_else(|| CommentRules::default().header),
        };
        self.warn_of_readers(node, &rules);
        Some(rules)
    }

    fn header(&mut self, node: &Node) -> Option<String> {
        let header = node.text()?;
        let in_braces = header.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        for unknown in in_braces.filter(|word| !HEADER_WORDS.contains(word)) {
            let hint = nearest(unknown, HEADER_WORDS).map(|near| format!("; did you mean `{{{near}}}`?"));
            let message = format!("`{{{unknown}}}` stands for nothing in `header`{}", hint.unwrap_or_default());
            self.report.error(node.at, "bad-template", message, "write `{author}`, `{system}` or `{time}`");
        }
        Some(header.to_owned())
    }

    /// Who should know before it happens.
    fn warn_of_readers(&mut self, node: &Node, rules: &CommentRules) {
        if rules.audience.includes_customers() && !rules.manual && rules.include.is_empty() {
            let message = "every comment that customers read on one side will be shown to those of the other";
            let remedy =
                "leave `audience` out, name in `include` what such a comment contains, or pick them with `manual`";
            self.report.warn(node.get("audience").at, "comments-to-customers", message, remedy);
        }
        if !rules.exclude_authors.is_empty() {
            let message = "no comment of these authors is carried, also not what automations write under their names";
            let remedy = "echoes need no such filter; remove `exclude_authors` unless it is meant";
            self.report.warn(node.key_at("exclude_authors"), "comments-left-out", message, remedy);
        }
    }
}
