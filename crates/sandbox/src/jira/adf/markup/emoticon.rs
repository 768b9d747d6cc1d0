//! Faces and signs that a few characters stand for.

use serde_json::{Value, json};

/// Characters, id, short name, text.
type Emoticon = (&'static str, &'static str, &'static str, &'static str);
const EMOTICONS: &[Emoticon] = &[
    (":)", "1f642", ":slight_smile:", "\u{1f642}"),
    (":-)", "1f642", ":slight_smile:", "\u{1f642}"),
    (":(", "1f61e", ":disappointed:", "\u{1f61e}"),
    (":-(", "1f61e", ":disappointed:", "\u{1f61e}"),
    (":P", "1f61b", ":stuck_out_tongue:", "\u{1f61b}"),
    (":-P", "1f61b", ":stuck_out_tongue:", "\u{1f61b}"),
    (":p", "1f61b", ":stuck_out_tongue:", "\u{1f61b}"),
    (":-p", "1f61b", ":stuck_out_tongue:", "\u{1f61b}"),
    (":D", "1f603", ":smiley:", "\u{1f603}"),
    (":-D", "1f603", ":smiley:", "\u{1f603}"),
    (";)", "1f609", ":wink:", "\u{1f609}"),
    (";-)", "1f609", ":wink:", "\u{1f609}"),
    ("(y)", "1f44d", ":thumbsup:", "\u{1f44d}"),
    ("(n)", "1f44e", ":thumbsdown:", "\u{1f44e}"),
    ("(i)", "atlassian-info", ":info:", ":info:"),
    ("(/)", "atlassian-check_mark", ":check_mark:", ":check_mark:"),
    ("(x)", "atlassian-cross_mark", ":cross_mark:", ":cross_mark:"),
    ("(!)", "atlassian-warning", ":warning:", ":warning:"),
    ("(+)", "atlassian-plus", ":plus:", ":plus:"),
    ("(-)", "atlassian-minus", ":minus:", ":minus:"),
    ("(?)", "atlassian-question_mark", ":question:", ":question:"),
    ("(on)", "atlassian-light_bulb_on", ":light_bulb_on:", ":light_bulb_on:"),
    ("(off)", "atlassian-light_bulb_off", ":light_bulb_off:", ":light_bulb_off:"),
    ("(*)", "atlassian-yellow_star", ":yellow_star:", ":yellow_star:"),
    ("(*y)", "atlassian-yellow_star", ":yellow_star:", ":yellow_star:"),
    ("(*r)", "atlassian-red_star", ":red_star:", ":red_star:"),
    ("(*g)", "atlassian-green_star", ":green_star:", ":green_star:"),
    ("(*b)", "atlassian-blue_star", ":blue_star:", ":blue_star:"),
    ("(flag)", "atlassian-flag_on", ":flag_on:", ":flag_on:"),
    ("(flagoff)", "atlassian-flag_off", ":flag_off:", ":flag_off:"),
];

/// The emoji that a text begins with, unless a word follows at once, and its length.
pub(super) fn read(text: &str) -> Option<(Value, usize)> {
    let stands = |written: &str| {
        text.strip_prefix(written).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
    };
    let (written, id, name, shown) = EMOTICONS.iter().find(|(written, ..)| stands(written))?;
    Some((json!({ "type": "emoji", "attrs": { "id": id, "shortName": name, "text": shown } }), written.len()))
}

/// The characters that stand for an emoji.
pub(in crate::jira::adf) fn of_id(id: &str) -> Option<&'static str> {
    EMOTICONS.iter().find(|(_, known, ..)| *known == id).map(|(written, ..)| *written)
}
