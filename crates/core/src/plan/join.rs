//! Two edits of one field as one value: sets are united, texts put one behind the other. Nothing that a person wrote is
//! lost, so nothing has to be asked.

use crate::{item::ConflictPolicy, side::Sides, value::Value};

/// The joined value. `agreed` is what both sides showed before their edits, if they ever agreed.
pub(super) fn join(policy: ConflictPolicy, agreed: Option<&Sides<Value>>, now: Sides<&Value>) -> Value {
    match policy {
        ConflictPolicy::Append => append(agreed.map(|agreed| &agreed.jira), now),
        _ => union(agreed, now),
    }
}

/// What either side has, without what either side took away.
fn union(agreed: Option<&Sides<Value>>, now: Sides<&Value>) -> Value {
    let removed = |value: &Value| {
        agreed.is_some_and(|agreed| {
            let gone = |before: &Value, now: &Value| before.members().contains(value) && !now.members().contains(value);
            gone(&agreed.salesforce, now.salesforce) || gone(&agreed.jira, now.jira)
        })
    };
    let all = now.salesforce.members().iter().chain(now.jira.members());
    Value::set(all.filter(|value| !removed(value)).cloned().collect())
}

/// What both sides began with, what Salesforce added, what Jira added. Texts that do not begin alike stand whole.
fn append(agreed: Option<&Value>, now: Sides<&Value>) -> Value {
    let (salesforce, jira) = (now.salesforce.to_string(), now.jira.to_string());
    let before = agreed.map(ToString::to_string).unwrap_or_default();
    let begins_alike = salesforce.starts_with(&before);
    let added = jira.strip_prefix(&before).filter(|_| begins_alike).unwrap_or(&jira);
    if salesforce.ends_with(added) {
        return Value::text(&salesforce);
    }
    if jira.starts_with(&salesforce) {
        return Value::text(&jira);
    }
    let between = if added.starts_with(char::is_whitespace) { "" } else { "\n\n" };
    Value::text(&format!("{salesforce}{between}{added}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_edits_are_in_it() {
        let set = |texts: &str| Value::listed(texts);
        let text = Value::text;
        use ConflictPolicy::{Append, Union};
        let rows = [
            ("both added", Union, Some(set("a")), set("a,b"), set("a,c"), set("a,b,c")),
            ("one added, one took away", Union, Some(set("a,b")), set("b"), set("a,b,c"), set("b,c")),
            ("both took away", Union, Some(set("a,b")), set("a"), set("b"), Value::Empty),
            ("never agreed", Union, None, set("a"), set("b"), set("a,b")),
            ("both added lines", Append, Some(text("x")), text("x\na"), text("x\nb"), text("x\na\nb")),
            ("one rewrote it", Append, Some(text("x")), text("y"), text("x\nb"), text("y\n\nx\nb")),
            ("never agreed", Append, None, text("a"), text("b"), text("a\n\nb")),
            ("one holds the other", Append, None, text("a"), text("a\nb"), text("a\nb")),
            ("Salesforce shows it already", Append, Some(text("x")), text("x\na\nb"), text("x\nb"), text("x\na\nb")),
            ("Salesforce was cleared", Append, Some(text("x")), text(""), text("x\nb"), text("x\nb")),
            ("it was joined already", Append, Some(text("x")), text("x\na"), text("x\na\nb"), text("x\na\nb")),
        ];
        for (name, policy, before, salesforce, jira, expected) in rows {
            let agreed = before.map(|before| Sides::new(before.clone(), before));
            let joined = join(policy, agreed.as_ref(), Sides::new(&salesforce, &jira));
            assert_eq!(joined, expected, "{name}");
            // Once one side shows it, the other gets the same.
            assert_eq!(join(policy, agreed.as_ref(), Sides::new(&salesforce, &joined)), expected, "{name}, again");
        }
    }
}
