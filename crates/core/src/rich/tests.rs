//! The laws of documents and of both formats, and how edits on one side meet formatting on the other.

use proptest::{collection::vec, option, prelude::*};
use serde_json::json;

use super::*;
use crate::codec::{adf, html, plain::canonical};

fn words() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z &<>\"'.:/-]{0,12}", 1 => "\\PC{0,8}", 1 => "[ \t\n\u{a0}a]{0,6}"]
}

fn marks() -> impl Strategy<Value = Marks> {
    let colour = || option::weighted(0.2, prop_oneof![Just("#ff0000".to_owned()), Just("#00aa0f".to_owned())]);
    let link = option::weighted(
        0.2,
        prop_oneof![Just("https://x.example/?a=1&b=\"2\"".to_owned()), Just("mailto:a@b.example".to_owned())],
    );
    let script = option::weighted(0.1, prop_oneof![Just(Script::Sub), Just(Script::Sup)]);
    let flag = || prop::bool::weighted(0.2);
    (flag(), flag(), flag(), flag(), prop::bool::weighted(0.1), script, colour(), colour(), link).prop_map(
        |(strong, em, underline, strike, code, script, colour, highlight, link)| Marks {
            strong,
            em,
            underline,
            strike,
            code,
            script,
            colour,
            highlight,
            link,
            kept: Vec::new(),
        },
    )
}

fn line() -> impl Strategy<Value = Vec<Inline>> {
    let text = (words(), marks()).prop_map(|(text, marks)| Inline::marked(&text, marks));
    vec(prop_oneof![5 => text, 1 => Just(Inline::Break)], 0..5)
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        4 => line().prop_map(Block::Paragraph),
        1 => (0_u8..8, line()).prop_map(|(level, content)| Block::Heading { level, content }),
        1 => words().prop_map(Block::Code),
        1 => Just(Block::Rule),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let list = (option::of(0_u32..9), vec(vec(inner.clone(), 0..3), 0..4))
            .prop_map(|(first, items)| Block::List { first, items });
        let cell = (any::<bool>(), 0_u16..3, vec(inner.clone(), 0..3)).prop_map(|(is_header, n, content)| Cell {
            is_header,
            span: (n, 1),
            content,
        });
        prop_oneof![
            3 => list,
            1 => vec(inner, 0..3).prop_map(Block::Quote),
            1 => vec(vec(cell, 0..3), 0..3).prop_map(Block::Table),
        ]
    })
}

/// What both formats hold.
fn document() -> impl Strategy<Value = Document> {
    vec(block(), 0..5).prop_map(Document::new)
}

/// What Jira shows: blocks that HTML has not stand among the others.
fn of_jira() -> impl Strategy<Value = Document> {
    let mention = json!({"type": "mention", "attrs": {"id": "5b1", "text": "@Ada"}});
    let paragraph = |content: serde_json::Value| json!({"type": "paragraph", "content": content});
    let nodes = [
        paragraph(json!([{"type": "text", "text": "ask "}, mention])),
        json!({"type": "panel", "attrs": {"panelType": "info"}, "content": [paragraph(json!([{"type": "text", "text": "a panel"}]))]}),
        json!({"type": "codeBlock", "attrs": {"language": "rust"}, "content": [{"type": "text", "text": "fn main() {}"}]}),
        json!({"type": "extension", "attrs": {"extensionKey": "k", "extensionType": "t"}}),
        json!({"type": "taskList", "attrs": {"localId": "1"}, "content": [
            {"type": "taskItem", "attrs": {"localId": "2", "state": "DONE"}, "content": [{"type": "text", "text": "done"}]}]}),
    ];
    let kept = proptest::sample::select(nodes.to_vec());
    let kept =
        kept.prop_map(|node| adf::read(&json!({"type": "doc", "version": 1, "content": [node]})).blocks().to_vec());
    let part = prop_oneof![2 => block().prop_map(|block| vec![block]), 1 => kept];
    vec(part, 0..5).prop_map(|parts| Document::new(parts.concat()))
}

/// Nodes as nobody writes them: every kind in every place.
fn any_node() -> impl Strategy<Value = serde_json::Value> {
    let kinds = [
        "doc",
        "paragraph",
        "heading",
        "bulletList",
        "orderedList",
        "listItem",
        "taskList",
        "taskItem",
        "blockquote",
        "codeBlock",
        "panel",
        "rule",
        "table",
        "tableRow",
        "tableHeader",
        "tableCell",
        "expand",
        "mediaSingle",
        "media",
        "inlineCard",
        "hardBreak",
        "mention",
        "emoji",
        "date",
        "status",
        "novelty",
        "",
    ];
    let attrs = || {
        let values = [
            json!(null),
            json!({"level": 3, "order": 7, "colspan": 2}),
            json!({"text": "x", "title": "y", "alt": "z"}),
            json!({"language": "c", "layout": "wide", "url": "https://u.example"}),
            json!({"state": "DONE", "id": 4, "timestamp": "0"}),
        ];
        proptest::sample::select(values.to_vec())
    };
    let marks = [
        json!(null),
        json!([{"type": "strong"}]),
        json!([{"type": "alignment", "attrs": {"align": "end"}}]),
        json!([{"type": "link", "attrs": {"href": "javascript:x"}}, {"type": "code"}]),
        json!([{"type": "annotation", "attrs": {"id": "1"}}]),
    ];
    let marks = proptest::sample::select(marks.to_vec());
    let text = (words(), marks.clone()).prop_map(|(text, marks)| json!({"type": "text", "text": text, "marks": marks}));
    text.prop_recursive(6, 40, 5, move |inner| {
        (proptest::sample::select(kinds.to_vec()), attrs(), marks.clone(), vec(inner, 0..5)).prop_map(
            |(kind, attrs, marks, content)| json!({"type": kind, "attrs": attrs, "marks": marks, "content": content}),
        )
    })
}

proptest! {
    #[test]
    fn any_nodes_are_read_to_an_end(node in any_node()) {
        let document = adf::read(&node);
        prop_assert_eq!(Document::new(document.blocks().to_vec()), document.clone());
        prop_assert_eq!(adf::read(&adf::write(&document)), document.clone());
        let shared = document.shared();
        prop_assert_eq!(html::read(&html::write(&shared)), shared);
    }

    #[test]
    fn the_normal_form_is_its_own(document in of_jira()) {
        prop_assert_eq!(Document::new(document.blocks().to_vec()), document.clone());
        let stored = serde_json::to_string(&document).unwrap();
        prop_assert_eq!(serde_json::from_str::<Document>(&stored).unwrap(), document.clone());
        prop_assert_eq!(canonical(document.plain()), document.plain());
        let shared = document.shared();
        prop_assert_eq!(shared.shared(), shared);
    }

    #[test]
    fn what_is_written_as_adf_reads_as_it_was(document in of_jira()) {
        prop_assert_eq!(adf::read(&adf::write(&document)), document);
    }

    #[test]
    fn what_is_written_as_html_reads_as_it_was(document in document()) {
        let document = document.shared();
        let written = html::write(&document);
        prop_assert_eq!(html::read(&written), document, "{}", written);
    }

    #[test]
    fn plain_text_survives_both_formats(raw in words()) {
        let text = canonical(&raw);
        let document = Document::of_plain(&text);
        prop_assert_eq!(document.plain(), &text);
        let read = adf::read(&adf::write(&document));
        prop_assert_eq!(read.plain(), &text);
    }

    #[test]
    fn an_edit_of_one_side_shows_on_the_other(new in document(), old in of_jira()) {
        prop_assert_eq!(new.over(&old).shared(), new.shared());
        let text = canonical(new.plain());
        let made = Document::of_plain_over(&text, &old);
        prop_assert_eq!(made.plain(), text);
    }

    #[test]
    fn what_did_not_change_keeps_everything(old in of_jira(), more in block()) {
        prop_assert_eq!(old.shared().over(&old), old.clone());
        let longer = Document::new([old.shared().blocks(), &[more]].concat());
        let made = longer.over(&old);
        prop_assert!(made.blocks().starts_with(old.blocks()), "{:?}", made);
    }

    #[test]
    fn any_html_is_read_to_an_end(
        html in "(<(/?)(p|ul|ol|li|table|tr|td|th|b|i|a href=x|blockquote|pre|h2|div|br|img src=/x|span style=color:#f00)>|[a-z &;]{0,3}){0,30}|\\PC{0,60}"
    ) {
        let document = html::read(&html);
        prop_assert_eq!(Document::new(document.blocks().to_vec()), document.clone());
        let shared = document.shared();
        prop_assert_eq!(html::read(&html::write(&shared)), shared);
    }
}

/// What a person wrote on one side, over what the other shows, and what that shows then.
#[test]
fn an_edit_keeps_what_its_side_cannot_show() {
    let jira = |content| adf::read(&json!({"type": "doc", "version": 1, "content": content}));
    let text = |text: &str| json!({"type": "text", "text": text});
    let paragraph = |content: serde_json::Value| json!({"type": "paragraph", "content": content});
    let mention = json!({"type": "mention", "attrs": {"id": "5b1", "text": "@Ada"}});
    let item = |content: serde_json::Value| json!({"type": "listItem", "content": [paragraph(content)]});
    let panel = json!({"type": "panel", "attrs": {"panelType": "info"}, "content": [paragraph(json!([text("note")]))]});
    let bold = json!({"type": "text", "text": "hot", "marks": [{"type": "strong"}]});
    let old = jira(json!([
        {"type": "heading", "attrs": {"level": 2}, "content": [text("Fire")]},
        paragraph(json!([text("It is "), bold, text(", ask "), mention])),
        panel,
        {"type": "bulletList", "content": [item(json!([text("one "), mention])), item(json!([text("two")]))]},
    ]));
    assert_eq!(old.plain(), "Fire\n\nIt is hot, ask @Ada\n\nnote\n\n- one @Ada\n- two");

    // The Salesforce side is rich text: somebody adds a paragraph and changes an item.
    let html =
        "<h2>Fire</h2><p>New.</p><p>It is <b>hot</b>, ask @Ada</p><p>note</p><ul><li>one @Ada</li><li>three</li></ul>";
    let made = adf::write(&html::read(html).over(&old));
    let content = made["content"].as_array().unwrap();
    assert_eq!(content.len(), 5);
    assert_eq!(content[1], paragraph(json!([text("New.")])));
    assert_eq!(content[2]["content"][3], mention, "a paragraph that did not change");
    assert_eq!(content[3], panel);
    assert_eq!(content[4]["content"], json!([item(json!([text("one "), mention])), item(json!([text("three")]))]));

    // Within a paragraph that changed, a mention that is still shown stays one.
    let html = "<h2>Fire</h2><p>It was <b>hot</b>, ask @Ada again</p><p>note</p><ul><li>one @Ada</li><li>two</li></ul>";
    let made = adf::write(&html::read(html).over(&old));
    assert_eq!(made["content"][1]["content"][3], mention);
    assert_eq!(made["content"][1]["content"][4], text(" again"));

    // The Salesforce side is plain text.
    let made = Document::of_plain_over("Smoke\n\nIt is hot, ask @Ada\n\nnote\n\n- one @Ada\n- two!\n  - below", &old);
    let made = adf::write(&made);
    assert_eq!(made["content"][0], json!({"type": "heading", "attrs": {"level": 2}, "content": [text("Smoke")]}));
    assert_eq!(made["content"][1], paragraph(json!([text("It is "), bold, text(", ask "), mention])));
    assert_eq!(made["content"][2], panel);
    assert_eq!(made["content"][3]["content"][0], item(json!([text("one "), mention])));
    assert_eq!(made["content"][3]["content"][1]["content"][0], paragraph(json!([text("two!")])));
    assert_eq!(made["content"][3]["content"][1]["content"][1]["type"], "bulletList");
}

#[test]
fn what_stays_behind_is_counted_by_name() {
    let document = html::read(
        "<h1>a</h1><p style=\"text-align: center\"><b>b</b> <span style=\"font-family: Arial\">c</span></p>\
         <p><img src=\"/servlet/rtaImage?eid=1\" alt=\"plan\"><img src=\"javascript:x\"><a href=\"/500\">d</a></p>",
    );
    let rich = document.lost_as_rich_text().to_string();
    assert_eq!(rich, "1 × alignment, 1 × font, 2 × image or file, 1 × link");
    let plain = document.lost_as_plain_text().to_string();
    assert_eq!(plain, "1 × alignment, 1 × bold text, 1 × font, 1 × heading, 2 × image or file, 1 × link");
    assert_eq!(document.plain(), "a\n\nb c\n\n[attachment: plan][attachment: image]d");
    let written = html::write(&document);
    assert!(written.contains("rtaImage") && !written.contains("javascript"), "{written}");
    assert_eq!(html::read(&written), document, "what only Salesforce holds is kept as it was");
    assert!(Document::of_plain("a\n\n- b https://x.example").lost_as_plain_text().is_none());
}

#[test]
fn depth_has_an_end() {
    let html = "<ul><li>x".repeat(5_000);
    let document = html::read(&html);
    assert_eq!(document.plain().matches('x').count(), 5_000);
    assert_eq!(adf::read(&adf::write(&document)), document);
    let quotes = "<blockquote>".repeat(5_000) + "<table><tr><td>".repeat(5_000).as_str() + "y";
    assert_eq!(html::read(&quotes).plain(), "y");
    let mut json = serde_json::to_string(&document).unwrap();
    assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document, "no deeper than parsers allow");
    json.clear();
}
