//! What holds for every text: reading it never panics, and either there is a configuration or there is an error.

use entente_core::config::Problem;
use proptest::prelude::*;

use super::{PAIR, parse_hidden};

fn holds(text: &str) -> Result<(), TestCaseError> {
    let (config, problems) = parse_hidden(text);
    prop_assert_eq!(config.is_none(), problems.iter().any(Problem::is_error), "{:#?}", problems);
    let n_lines = text.lines().count() + 1;
    for problem in &problems {
        prop_assert!((1..=n_lines).contains(&problem.line) && problem.column >= 1, "{:#?}", problem);
        prop_assert!(!problem.message.is_empty() && !problem.remedy.is_empty(), "{:#?}", problem);
    }
    prop_assert!(problems.is_sorted_by_key(|problem| (problem.line, problem.column)));
    Ok(())
}

proptest! {
    #[test]
    fn any_text(text in "\\PC*") {
        holds(&text)?;
    }

    #[test]
    fn any_text_of_the_characters_of_yaml(text in "[-a-c:,{}\\[\\]&*!|>'\"%@`#?$ \n\t]{0,80}") {
        holds(&text)?;
    }

    #[test]
    fn a_good_document_with_a_part_cut_out(from in 0..PAIR.len(), n in 0..60usize) {
        let end = (from + n).min(PAIR.len());
        holds(&format!("{}{}", &PAIR[..from], &PAIR[end..]))?;
    }

    #[test]
    fn a_good_document_with_something_put_in(at in 0..PAIR.len(), what in "[-a-z:,{}\\[\\]&*!|>'\"$ \n]{1,6}") {
        holds(&format!("{}{what}{}", &PAIR[..at], &PAIR[at..]))?;
    }

    #[test]
    fn a_good_document_with_one_line_twice(n in 0..18usize) {
        let mut lines: Vec<&str> = PAIR.lines().collect();
        let line = lines[n.min(lines.len() - 1)];
        lines.insert(n, line);
        holds(&lines.join("\n"))?;
    }
}
