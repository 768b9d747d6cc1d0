//! Why records have no twin: each reason once, with how many records it concerns. A mapping that is wrong is refused for
//! every record alike, and one sentence says it better than a thousand.

use std::collections::BTreeMap;

use entente_store::{ParkedClass, Store, StoreError};

use super::answer::counted;
use crate::screen::{Screen, brief, harmless};

/// Records looked at per item, at most.
const RECORDS_MAX: usize = 10_000;
/// Reasons told per item, at most.
const REASONS_MAX: usize = 5;

const REFUSED: &str = "`entente parked` names them; `entente doctor` says what is missing, and what to write instead";
const IN_DOUBT: &str = "`entente matches` names them, and takes your word";

/// How many records each reason concerns.
type Reasons = BTreeMap<String, usize>;

/// Says on stderr why records of these items were refused a twin.
pub(crate) async fn say(store: &Store, items: &[String], screen: &Screen) -> Result<(), StoreError> {
    for item in items {
        let (mut refused, mut doubtful) = (Reasons::new(), Reasons::new());
        for parked in store.parked_of_item(item, RECORDS_MAX).await? {
            let reasons = match parked.class {
                ParkedClass::Mapping | ParkedClass::Rejected | ParkedClass::Denied => &mut refused,
                ParkedClass::Ambiguous => &mut doubtful,
                // What a person has said of a record is no open work.
                ParkedClass::Ignored | ParkedClass::New => continue,
            };
            *reasons.entry(parked.reason).or_default() += 1;
        }
        let told = [sentences(item, "refused", &refused, REFUSED), sentences(item, "in doubt", &doubtful, IN_DOUBT)];
        told.iter().flatten().for_each(|sentence| screen.say(sentence));
    }
    Ok(())
}

fn sentences(item: &str, what: &str, reasons: &Reasons, remedy: &str) -> Vec<String> {
    let mut most_first: Vec<_> = reasons.iter().collect();
    most_first.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    let told = most_first.iter().take(REASONS_MAX);
    let mut sentences: Vec<_> = told
        .map(|(reason, n)| harmless(&format!("item {item}: {} {what}: {}", counted(**n, "record"), brief(reason))))
        .collect();
    if most_first.len() > REASONS_MAX {
        sentences.push(format!(
            "item {item}: {} more; the journal has all",
            counted(most_first.len() - REASONS_MAX, "reason")
        ));
    }
    if !sentences.is_empty() {
        sentences.push(format!("    {remedy}"));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_said_once_and_few_are_said_at_all() {
        let mut reasons = BTreeMap::from([("no such field".to_owned(), 12)]);
        insta::assert_snapshot!(sentences("bugs", "refused", &reasons, REFUSED).join("\n"), @r"
        item bugs: 12 records refused: no such field
            `entente parked` names them; `entente doctor` says what is missing, and what to write instead
        ");
        reasons.extend((0..9).map(|n| (format!("reason {n}"), 1)));
        let many = sentences("bugs", "refused", &reasons, REFUSED);
        assert_eq!(many[0], "item bugs: 12 records refused: no such field");
        assert_eq!(many[REASONS_MAX], "item bugs: 5 reasons more; the journal has all");
        assert!(sentences("bugs", "refused", &BTreeMap::new(), REFUSED).is_empty());
    }
}
