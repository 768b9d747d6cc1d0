use serde_json::{Value, json};

use super::super::{rules, wiki};
use super::document;

fn text(text: &str, marks: &[&str]) -> Value {
    let mut node = json!({ "type": "text", "text": text });
    if !marks.is_empty() {
        node["marks"] = marks.iter().map(|mark| json!({ "type": mark })).collect();
    }
    node
}

fn content(markup: &str) -> Value {
    let document = document(markup);
    assert!(rules::check(&document).is_ok(), "{markup:?}: {:?} {document}", rules::check(&document));
    document["content"].clone()
}

/// The nodes of a text that is one paragraph.
#[track_caller]
fn line(markup: &str) -> Vec<Value> {
    let content = content(markup);
    assert_eq!(content.as_array().map(Vec::len), Some(1), "{content}");
    content[0]["content"].as_array().cloned().unwrap_or_default()
}

#[test]
fn marks_stand_at_the_edges_of_words() {
    let rows: [(&str, Vec<Value>); 16] = [
        ("a *b c* d", vec![text("a ", &[]), text("b c", &["strong"]), text(" d", &[])]),
        ("_a_", vec![text("a", &["em"])]),
        ("{{a b}}", vec![text("a b", &["code"])]),
        ("-a-", vec![text("a", &["strike"])]),
        ("+a+", vec![text("a", &["underline"])]),
        ("??a??", vec![text("\u{2014} a", &["em"])]),
        ("*_a_*", vec![text("a", &["em", "strong"])]),
        ("*{{a}} b*", vec![text("a", &["code"]), text(" b", &["strong"])]),
        ("a{*}b{*}c", vec![text("a", &[]), text("b", &["strong"]), text("c", &[])]),
        ("2*3*4 and snake_case_name", vec![text("2*3*4 and snake_case_name", &[])]),
        ("* a*", vec![text("a*", &[])]),
        ("x * a* y", vec![text("x * a* y", &[])]),
        ("\\*a\\*", vec![text("*a*", &[])]),
        ("*a\nb*", vec![text("*a", &[]), json!({"type": "hardBreak"}), text("b*", &[])]),
        ("a -- b --- c", vec![text("a \u{2013} b \u{2014} c", &[])]),
        ("--a--", vec![text("--a--", &[])]),
    ];
    for (markup, nodes) in rows {
        let found = if markup == "* a*" {
            content(markup)[0]["content"][0]["content"][0]["content"].clone()
        } else {
            json!(line(markup))
        };
        assert_eq!(found, json!(nodes), "{markup}");
    }
}

#[test]
fn people_and_addresses_are_more_than_text() {
    let link = |shown: &str, href: &str| json!({"type": "text", "text": shown, "marks": [{"type": "link", "attrs": {"href": href}}]});
    let rows = [
        ("[a|https://a.example/b]", link("a", "https://a.example/b")),
        ("[https://a.example/b]", link("https://a.example/b", "https://a.example/b")),
        ("https://a.example", link("https://a.example", "https://a.example/")),
        ("[mailto:a@b.example]", link("a@b.example", "mailto:a@b.example")),
        ("[~accountid:5b10:x]", json!({"type": "mention", "attrs": {"id": "5b10:x"}})),
        (
            "[https://a.example|https://a.example|smart-link]",
            json!({"type": "inlineCard", "attrs": {"url": "https://a.example"}}),
        ),
        (
            "{color:#FF0000}a{color}",
            json!({"type": "text", "text": "a", "marks": [{"type": "textColor", "attrs": {"color": "#ff0000"}}]}),
        ),
        ("H~2~O", text("H~2~O", &[])),
        (
            "(/)",
            json!({"type": "emoji", "attrs": {"id": "atlassian-check_mark", "shortName": ":check_mark:", "text": ":check_mark:"}}),
        ),
    ];
    for (markup, node) in rows {
        assert_eq!(line(markup), [node], "{markup}");
    }
    assert_eq!(line("see https://a.example/b).")[1], link("https://a.example/b", "https://a.example/b"));
    assert_eq!(line("[not a link] [1]"), [text("[not a link] [1]", &[])]);
    assert_eq!(line("H{~}2{~}O")[1]["marks"], json!([{"type": "subsup", "attrs": {"type": "sub"}}]));
    assert_eq!(line("a\\\\b")[1], json!({"type": "hardBreak"}));
    assert_eq!(line("\\\\server\\share"), [text("\\\\server\\share", &[])]);
}

#[test]
fn blocks_are_known_by_how_a_line_begins() {
    let markup = "h2. Steps\nfirst\nsecond\n\n----\nbq. said\n{code:python}\nx = '*'\n{code}\n{code}y{code}\n{noformat}*z*{noformat}\nafter";
    let found = content(markup);
    let kinds: Vec<&str> =
        found.as_array().expect("blocks").iter().filter_map(|block| block["type"].as_str()).collect();
    let expected = ["heading", "paragraph", "rule", "blockquote", "codeBlock", "codeBlock", "codeBlock", "paragraph"];
    assert_eq!(kinds, expected);
    assert_eq!((&found[0]["attrs"], &found[1]["content"][1]["type"]), (&json!({"level": 2}), &json!("hardBreak")));
    assert_eq!(
        (&found[4]["attrs"]["language"], &found[4]["content"][0]["text"]),
        (&json!("python"), &json!("x = '*'"))
    );
    assert_eq!((&found[5]["attrs"]["language"], &found[6]["attrs"]), (&json!("java"), &json!({})));
}

#[test]
fn frames_hold_what_they_may() {
    let found = content("{quote}a\n\n* b{quote}\n{panel:title=T|bgColor=#fffae6}c{panel}\n{quote}h1. d\n----{quote}");
    let kinds: Vec<&str> =
        found.as_array().expect("blocks").iter().filter_map(|block| block["type"].as_str()).collect();
    assert_eq!(kinds, ["blockquote", "panel", "blockquote", "rule"]);
    assert_eq!(found[0]["content"][1]["type"], "bulletList");
    assert_eq!(
        (&found[1]["attrs"]["panelType"], &found[1]["content"][0]["content"][0]["text"]),
        (&json!("warning"), &json!("T"))
    );
    assert_eq!(found[2]["content"][0]["content"], json!([text("d", &["strong"])]));
    assert_eq!(content("{code}")[0], json!({"type": "codeBlock", "attrs": {"language": "java"}, "content": []}));
}

#[test]
fn lists_nest_by_their_signs() {
    let found = content("* a\n** b\n**# c\n* d\ngoes on\n# e\n\nafter");
    let kinds: Vec<&str> =
        found.as_array().expect("blocks").iter().filter_map(|block| block["type"].as_str()).collect();
    assert_eq!(kinds, ["bulletList", "orderedList", "paragraph"]);
    let first = &found[0]["content"][0]["content"];
    assert_eq!((&first[0]["content"][0]["text"], &first[1]["type"]), (&json!("a"), &json!("bulletList")));
    let second = &first[1]["content"][0]["content"];
    assert_eq!((&second[0]["content"][0]["text"], &second[1]["type"]), (&json!("b"), &json!("orderedList")));
    assert_eq!(found[0]["content"][1]["content"][0]["content"][2]["text"], "goes on");
    let code = content("- a\n{code}\n\nx\n{code}\n- b");
    assert_eq!(
        (&code[0]["content"][0]["content"][1]["type"], code.as_array().map(Vec::len)),
        (&json!("codeBlock"), Some(1))
    );
    assert_eq!(content("*** deep")[0]["content"][0]["content"][1]["type"], "bulletList");
}

#[test]
fn tables_have_headings_and_cells() {
    let found = content("||a||b||\n|1 [x|https://x.example]|*2*|\n|only| |\n\nafter");
    let rows = found[0]["content"].as_array().expect("rows");
    assert_eq!((rows.len(), found.as_array().map(Vec::len)), (3, Some(2)));
    assert_eq!(
        (&rows[0]["content"][1]["type"], &rows[1]["content"][1]["type"]),
        (&json!("tableHeader"), &json!("tableCell"))
    );
    assert_eq!(rows[1]["content"][1]["content"][0]["content"], json!([text("2", &["strong"])]));
    assert_eq!(rows[1]["content"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_a_document_says_in_markup_says_the_document() {
    let rows = [
        "h1. One\n\n*two* _three_ {{four}}",
        "* a\n** b\n* c\n\n# d",
        "{code:python}x{code}",
        "{noformat}x{noformat}",
        "{quote}said{quote}",
        "{panel:bgColor=#fffae6}\nmind\n{panel}",
        "||a||b||\n|1|2|",
        "[a|https://a.example/b] [~accountid:5b10] (/)",
        "a\nb\n\n----\n\nc",
        "{color:#ff0000}red{color} -gone- +new+",
    ];
    for markup in rows {
        assert_eq!(wiki::of_stored(&json!({ "doc": document(markup) })), markup);
    }
}

#[test]
fn nothing_is_too_odd_to_be_read() {
    let pieces = [
        "*",
        "_",
        "{{",
        "}}",
        "{code}",
        "{quote}",
        "[",
        "|",
        "]",
        "\n",
        " ",
        "a",
        "h1. ",
        "# ",
        "** ",
        "\\",
        "--",
        "{color:red}",
        "é",
        "(x)",
    ];
    let mut seed = 7_usize;
    for _ in 0..3_000 {
        let mut markup = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            markup.push_str(pieces[(seed >> 33) % pieces.len()]);
        }
        content(&markup);
    }
    content(&"*a _b ".repeat(2_000));
    content(&"{quote}{panel}".repeat(500));
}
