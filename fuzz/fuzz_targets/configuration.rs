//! A configuration: any text is read or refused with problems that have a place and a remedy, and no problem shows what
//! a reference stands for.
#![no_main]

use entente_core::config;
use libfuzzer_sys::fuzz_target;

/// What every reference stands for; the parts of it are not likely to be written by chance.
const SECRET: &str = "0cAnArY1";

fuzz_target!(|text: &str| {
    if text.contains(SECRET) {
        return;
    }
    let (config, problems) = config::parse(text, &|_| Ok(SECRET.to_owned()));
    assert_eq!(config.is_none(), problems.iter().any(|problem| problem.is_error()));
    // A carriage return alone ends a line of YAML, too.
    let lines = text.matches(['\n', '\r']).count() + 2;
    for problem in problems {
        let said = format!("{problem} {}", problem.remedy);
        assert!(!said.contains(SECRET), "{said}");
        assert!(!problem.remedy.is_empty() && (1..=lines).contains(&problem.line), "{said}");
    }
});
