//! Users with a token and a role of their own.

use serde_json::json;

use super::company::Company;
use crate::process::{Ended, get, run};

const ITEM: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
"
);

/// S2-70, S1-83: viewers look, operators work, and only administrators dissolve a link that its item made; the journal
/// names who it was. There need be no other token.
#[test]
fn users_do_what_their_role_allows_and_the_journal_names_them() {
    let company = Company::new();
    let case = company.create("Case", &json!({ "Subject": "By itself" }));
    company.sync(ITEM);
    let key = company.twin("Case", &case).unwrap();
    let file = company.configure(ITEM, "triggers: { push: false }\n");
    let add = |name: &str, role: &str| {
        let added = run(&["users", "add", name, "--role", role, "--config", &file]);
        assert_eq!(added.code, 0, "{added:?}");
        assert!(added.stderr.contains("shown once"), "{added:?}");
        added.stdout.trim().to_owned()
    };
    let [vera, otto, ada] =
        [("vera", "viewer"), ("otto", "operator"), ("ada", "administrator")].map(|(n, r)| add(n, r));
    let listed = run(&["users", "list", "--config", &file]);
    assert!(listed.stdout.contains("otto  operator, since ") && listed.stdout.contains("3 users."), "{listed:?}");
    assert!([&vera, &otto, &ada].iter().all(|token| !listed.stdout.contains(*token)));

    let (_running, server) = company.serve(&file);
    let by = |token: &str, arguments: &[&str]| -> Ended {
        run(&[arguments, &["--server", &server, "--token", token]].concat())
    };

    assert_eq!(by(&vera, &["status"]).code, 0);
    let refused = by(&vera, &["refresh", &key]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("vera is a viewer, and this needs an operator"), "{refused:?}");
    assert_eq!(by(&otto, &["retry", "--all"]).code, 0);
    let refused = by(&otto, &["users", "list"]);
    assert!(refused.stderr.contains("otto is an operator, and this needs an administrator"), "{refused:?}");
    let refused = by(&otto, &["unlink", &key, "--yes"]);
    assert!(refused.code == 1 && refused.stderr.contains("this needs an administrator"), "{refused:?}");
    assert_eq!(by(&ada, &["unlink", &key, "--yes"]).code, 0);
    let journal = get(&format!("{server}/api/v1/journal?limit=1000"), &vera).unwrap().to_string();
    assert!(journal.contains("ada dissolved the link of"), "{journal}");

    assert_eq!(by(&ada, &["users", "remove", "vera"]).code, 0);
    assert_eq!(by(&vera, &["status"]).code, 2, "the token opens nothing any more");
    let unknown = by(&ada, &["users", "remove", "vera"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("There is no user vera."), "{unknown:?}");
}
