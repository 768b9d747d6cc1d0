//! Texts that a query must carry as they are. The clients' tests include this file by its path, so that both are held to the
//! same ones.

use proptest::{collection, prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

const N_MADE: usize = 160;

/// Texts that end a literal, a pattern or a query early, if anything does; and many more made of their parts.
pub(crate) fn texts() -> Vec<String> {
    let known = [
        "'",
        "\"",
        "\\",
        "\\'",
        "\\\\'",
        "' OR Id != NULL OR Subject = '",
        "\" OR project = \"OPS",
        "a\nb\tc\rd",
        "%",
        "_%",
        "100% of a_b",
        "\\u0041",
        "ünïcode ﷽ 日本",
        "👩‍👩‍👧",
        "a\u{1}\u{7f}b",
        "--",
        "/* */",
        "{!x}",
        "NULL",
        "EMPTY",
        "currentUser()",
    ];
    let part = prop_oneof![
        Just("'".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("%".to_owned()),
        Just("_".to_owned()),
        Just("\n".to_owned()),
        Just("\u{b}".to_owned()),
        Just(" OR ".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    let strategy = collection::vec(part, 1..12).prop_map(|parts| parts.concat());
    let mut runner = TestRunner::deterministic();
    let made = (0..N_MADE).map(|_| strategy.new_tree(&mut runner).expect("a text").current());
    known.into_iter().map(str::to_owned).chain(made).map(|text| format!("a{text}z")).collect()
}
