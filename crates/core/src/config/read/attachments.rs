//! Reads `attachments:` of an item.

use super::Reader;
use crate::{
    config::tree::Node,
    item::{Direction, FileRules, Mode},
};

impl Reader<'_> {
    /// Which files an item carries; nothing is carried that is not asked for.
    pub(super) fn attachments(&mut self, item: &Node, mode: Mode) -> Option<FileRules> {
        if !item.has("attachments") {
            return None;
        }
        let node = item.get("attachments");
        if mode == Mode::DisplayOnly {
            let message = "a display-only item writes nothing, files neither";
            self.report.error(item.key_at("attachments"), "attachments-against-mode", message, "remove `attachments`");
            return None;
        }
        if node.get("direction").text() == Some("none") {
            return None;
        }
        let usual = if mode == Mode::OneWay { Direction::ToJira } else { Direction::Both };
        let default = FileRules::default();
        Some(FileRules {
            direction: node.get("direction").word().unwrap_or(usual),
            manual: node.get("manual").flag().unwrap_or_default() || node.text() == Some("manual"),
            n_bytes_max: node.get("max_bytes").whole().unwrap_or(default.n_bytes_max),
            mark: self.mark(node.get("mark")).unwrap_or(default.mark),
        })
    }

    /// How notes begin. They are known again by their first line.
    fn mark(&mut self, node: &Node) -> Option<String> {
        let mark = node.text().filter(|mark| !mark.trim().is_empty())?;
        if mark.contains(['\n', '\r']) {
            let message = "`mark` has a line break, and notes are known again by their first line";
            self.report.error(node.at, "line-break", message, "write it in one line");
        }
        Some(mark.to_owned())
    }
}
