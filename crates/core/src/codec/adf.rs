//! The Atlassian Document Format to a [tree](crate::rich), and a tree to a document that Jira accepts.
//!
//! The law: `read(write(t)) == t` for every tree `t` without HTML in it. What only Jira can hold is kept as it was.
//!
//! Format: <https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/>

mod read;
mod write;

pub use read::{read, to_plain};
pub use write::{from_plain, write};

/// Documents nested deeper than this are cut off: no vendor editor produces them, and recursion must end.
const DEPTH_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::codec::plain::canonical;

    #[test]
    fn documents_read_as_people_read_them() {
        let paragraph = |content: serde_json::Value| json!({"type": "paragraph", "content": content});
        let text = |t: &str| json!({"type": "text", "text": t});
        let rows = [
            ("empty document", json!([]), ""),
            ("paragraphs", json!([paragraph(json!([text("a")])), paragraph(json!([text("b")]))]), "a\n\nb"),
            ("hard break", json!([paragraph(json!([text("a"), {"type": "hardBreak"}, text("b")]))]), "a\nb"),
            (
                "marks are forgotten",
                json!([paragraph(json!([{"type":"text","text":"a","marks":[{"type":"strong"}]}]))]),
                "a",
            ),
            (
                "a link to another place shows it",
                json!([paragraph(
                    json!([{"type":"text","text":"here","marks":[{"type":"link","attrs":{"href":"https://x.example"}}]}])
                )]),
                "here (https://x.example)",
            ),
            (
                "a link that is its own text",
                json!([paragraph(
                    json!([{"type":"text","text":"https://x.example","marks":[{"type":"link","attrs":{"href":"https://x.example"}}]}])
                )]),
                "https://x.example",
            ),
            (
                "bullets, nested",
                json!([{"type":"bulletList","content":[
                    {"type":"listItem","content":[paragraph(json!([text("a")])),
                        {"type":"bulletList","content":[{"type":"listItem","content":[paragraph(json!([text("b")]))]}]}]},
                    {"type":"listItem","content":[paragraph(json!([text("c")]))]}]}]),
                "- a\n  - b\n- c",
            ),
            (
                "numbers from their start",
                json!([{"type":"orderedList","attrs":{"order":3},"content":[
                    {"type":"listItem","content":[paragraph(json!([text("a")]))]},
                    {"type":"listItem","content":[paragraph(json!([text("b")]))]}]}]),
                "3. a\n4. b",
            ),
            ("mention", json!([paragraph(json!([{"type":"mention","attrs":{"id":"5b1","text":"@Ada"}}]))]), "@Ada"),
            ("emoji", json!([paragraph(json!([{"type":"emoji","attrs":{"shortName":":smile:","text":"🙂"}}]))]), "🙂"),
            ("date", json!([paragraph(json!([{"type":"date","attrs":{"timestamp":"1767312000000"}}]))]), "2026-01-02"),
            (
                "status",
                json!([paragraph(json!([{"type":"status","attrs":{"text":"done","color":"green"}}]))]),
                "[DONE]",
            ),
            ("code", json!([{"type":"codeBlock","content":[text("x = 1\ny = 2")]}]), "x = 1\ny = 2"),
            (
                "card",
                json!([paragraph(json!([{"type":"inlineCard","attrs":{"url":"https://y.example"}}]))]),
                "https://y.example",
            ),
            (
                "table",
                json!([{"type":"table","content":[{"type":"tableRow","content":[
                    {"type":"tableHeader","content":[paragraph(json!([text("a")]))]},
                    {"type":"tableCell","content":[paragraph(json!([text("b")]))]}]}]}]),
                "a | b",
            ),
            (
                "tasks",
                json!([{"type":"taskList","content":[
                {"type":"taskItem","attrs":{"state":"DONE"},"content":[text("a")]},
                {"type":"taskItem","attrs":{"state":"TODO"},"content":[text("b")]}]}]),
                "[x] a\n[ ] b",
            ),
            ("unknown block: its text", json!([{"type":"novelty","content":[paragraph(json!([text("a")]))]}]), "a"),
        ];
        for (name, content, expected) in rows {
            let document = json!({"version": 1, "type": "doc", "content": content});
            assert_eq!(to_plain(&document), expected, "{name}");
        }
    }

    #[test]
    fn what_is_written_has_no_empty_text_and_no_line_feed_in_a_text() {
        let document = from_plain("a\nb\n\nsee https://x.example/y, ok");
        assert_eq!(
            document,
            json!({"version": 1, "type": "doc", "content": [
                {"type": "paragraph", "content": [
                    {"type": "text", "text": "a"}, {"type": "hardBreak"}, {"type": "text", "text": "b"}]},
                {"type": "paragraph", "content": [
                    {"type": "text", "text": "see "},
                    {"type": "text", "text": "https://x.example/y",
                     "marks": [{"type": "link", "attrs": {"href": "https://x.example/y"}}]},
                    {"type": "text", "text": ", ok"}]},
            ]})
        );
        assert_eq!(from_plain(""), json!({"version": 1, "type": "doc", "content": []}));
    }

    #[test]
    fn strange_documents_do_not_panic() {
        for strange in [
            json!(null),
            json!(1),
            json!([]),
            json!({"content": 3}),
            json!({"type":"doc","content":[null, {"type": 4}]}),
        ] {
            let _ = to_plain(&strange);
        }
        let mut deep = json!({"type": "text", "text": "x"});
        for _ in 0..100 {
            deep = json!({"type": "blockquote", "content": [deep]});
        }
        assert_eq!(to_plain(&deep), "");
    }

    proptest::proptest! {
        #[test]
        fn plain_text_survives_the_round_trip(raw in "[a-z :/.\n\t-]{0,60}|\\PC{0,40}") {
            let text = canonical(&raw);
            proptest::prop_assert_eq!(to_plain(&from_plain(&text)), text);
        }
    }
}
