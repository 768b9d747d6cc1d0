use super::*;

fn key(record: &str) -> SourceKey {
    SourceKey { org: "00D".into(), record: record.into() }
}

fn organization(id: &str, name: &str) -> Organization {
    Organization { id: id.into(), name: name.into() }
}

fn seen(id: &str, name: &str, owner: Owner) -> OrganizationSeen {
    OrganizationSeen { organization: organization(id, name), owner, has_members: false }
}

fn full(mut seen: OrganizationSeen) -> OrganizationSeen {
    seen.has_members = true;
    seen
}

fn grant(wish: Wish) -> AccessGrant {
    let shown = GrantReport {
        status: GrantStatus::Requested,
        reason: String::new(),
        organization: None,
        account: None,
        customer: None,
    };
    AccessGrant { wish, shown }
}

/// Dana may have access to Testing, and everything is there.
fn complete() -> Facts {
    Facts {
        source: Some(SourceRecord { desk: "SUP".into(), account: None, shown: SourceReport::of(Some("7".into()), 1) }),
        person: Some(Person { name: "Dana Doe".into(), email: Some("dana@acme.test".into()) }),
        domain: DomainRule::Allowed,
        standing: Standing::Ours(organization("7", "Testing")),
        on_desk: true,
        customer: Some(Customer { account: "qm:1".into(), is_member: true }),
        shared_with: None,
        n_members: 1,
        is_unheard: false,
        refusal: None,
        delay: None,
    }
}

fn steps(wish: Wish, change: impl FnOnce(&mut Facts)) -> Vec<AccessStep> {
    let mut facts = complete();
    change(&mut facts);
    plan(&grant(wish), &facts)
}

fn reported(steps: &[AccessStep]) -> Option<&GrantReport> {
    steps.iter().find_map(|step| match step {
        AccessStep::ReportStatus { report } => Some(report),
        _ => None,
    })
}

#[test]
fn a_step_follows_from_what_is_missing() {
    type Change = fn(&mut Facts);
    let nobody: Change = |facts| {
        facts.customer = None;
        facts.n_members = 0;
    };
    let rows: [(&str, Wish, Change, &[&str]); 11] = [
        ("everything is there", Wish::Access, |_| {}, &["ReportStatus"]),
        (
            "no organization",
            Wish::Access,
            |f| f.standing = Standing::Missing("Testing".into()),
            &["EnsureOrganization"],
        ),
        (
            "an organization that was announced",
            Wish::Access,
            |f| f.standing = Standing::ToClaim(organization("7", "Testing")),
            &["ClaimOrganization"],
        ),
        (
            "the source does not show it",
            Wish::Access,
            |f| {
                f.source = Some(SourceRecord { desk: "SUP".into(), account: None, shown: SourceReport::default() });
            },
            &["ReportSource", "ReportStatus"],
        ),
        (
            "not on the desk, no customer",
            Wish::Access,
            |f| {
                f.on_desk = false;
                f.customer = None;
            },
            &["AddToDesk", "EnsureCustomer"],
        ),
        (
            "a customer who is no member",
            Wish::Access,
            |f| {
                f.customer = Some(Customer { account: "qm:1".into(), is_member: false });
            },
            &["AddMember"],
        ),
        ("revoked, still a member", Wish::NoAccess, |_| {}, &["RemoveMember"]),
        (
            "revoked, and another record of the person has access",
            Wish::NoAccess,
            |f| f.shared_with = Some("000002".into()),
            &["ReportStatus"],
        ),
        ("revoked, and the last one gone", Wish::NoAccess, nobody, &["ReportSource", "ReportStatus"]),
        (
            "revoked before the organization was marked as the record's",
            Wish::NoAccess,
            |f| {
                f.customer = None;
                f.standing = Standing::ToClaim(organization("7", "Testing"));
            },
            &["ReportStatus"],
        ),
        (
            "revoked, and nothing was ever made",
            Wish::NoAccess,
            |f| {
                f.standing = Standing::Missing("Testing".into());
                f.source = Some(SourceRecord { desk: "SUP".into(), account: None, shown: SourceReport::of(None, 0) });
            },
            &["ReportStatus"],
        ),
    ];
    for (situation, wish, change, expected) in rows {
        let found = steps(wish, change);
        let names: Vec<String> = found
            .iter()
            .map(|step| format!("{step:?}").split([' ', '{']).next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(names, expected, "{situation}");
    }
}

/// A request of which nobody has heard may let the person in, or out, or report an end, after all that follows now.
#[test]
fn while_a_lost_request_may_still_take_effect_nobody_is_let_in_and_nothing_ends() {
    let rows = [
        ("in already", Wish::Access, true, "waits"),
        ("not in yet", Wish::Access, false, "waits"),
        ("revoked, still in", Wish::NoAccess, true, "goes out"),
        ("revoked, and out", Wish::NoAccess, false, "waits"),
    ];
    for (situation, wish, is_member, expected) in rows {
        let customer = Customer { account: "qm:1".into(), is_member };
        let facts = Facts { is_unheard: true, customer: Some(customer), ..complete() };
        let mut grant = grant(wish);
        let found = plan(&grant, &facts);
        let told = match (found.as_slice(), reported(&found)) {
            ([AccessStep::RemoveMember { .. }], None) => "goes out",
            ([AccessStep::ReportStatus { .. }], Some(report)) if report.status == GrantStatus::Requested => "waits",
            _ => panic!("{situation}: {found:?}"),
        };
        assert_eq!(told, expected, "{situation}");
        if let Some(report) = reported(&found) {
            assert!(report.reason.contains("nobody has heard"), "{}", report.reason);
            grant.shown = report.clone();
            assert_eq!(plan(&grant, &facts), [], "{situation}: once is enough");
        }
    }
}

#[test]
fn what_cannot_go_on_says_why_and_what_to_do() {
    type Change = fn(&mut Facts);
    let rows: [(&str, Change, GrantStatus, &str); 7] = [
        ("no source", |f| f.source = None, GrantStatus::Error, "record from which access was granted"),
        ("no person", |f| f.person = None, GrantStatus::Error, "name a Contact or Lead"),
        (
            "no address",
            |f| f.person = Some(Person { name: "Dana Doe".into(), email: None }),
            GrantStatus::Error,
            "Dana Doe has no usable e-mail address",
        ),
        (
            "a domain that waits",
            |f| {
                let task = DomainTask { name: "ITS-4".into(), owner: Some("Ola Ops".into()), is_closed: false };
                f.domain = DomainRule::Missing(Some(task));
            },
            GrantStatus::Requested,
            "Waits until acme.test is on Entente's list of domains (ITS-4, with Ola Ops)",
        ),
        (
            "a task that was closed, and nothing else",
            |f| {
                let task = DomainTask { name: "ITS-4".into(), owner: None, is_closed: true };
                f.domain = DomainRule::Missing(Some(task));
            },
            GrantStatus::Requested,
            "ITS-4 was closed, and acme.test is not on Entente's list",
        ),
        (
            "the site refuses the domain",
            |f| {
                let doing = "Making dana@acme.test a customer".into();
                let words = "Email doesn't belong to domains allowed in customer access settings".into();
                f.refusal = Some(Refusal { doing, words });
            },
            GrantStatus::Error,
            "Customer access, then request again",
        ),
        (
            "a refusal as long as a book",
            |f| {
                let doing = "Creating it".into();
                f.refusal = Some(Refusal { doing, words: "no ".repeat(500) });
            },
            GrantStatus::Error,
            "Request again once that is mended.",
        ),
    ];
    for (situation, change, status, reason) in rows {
        let found = steps(Wish::Access, change);
        let report = reported(&found).unwrap_or_else(|| panic!("{situation}: {found:?}"));
        assert_eq!((found.len(), report.status), (1, status), "{situation}");
        assert!(report.reason.contains(reason), "{situation}: {}", report.reason);
        assert!(report.reason.chars().count() <= 255, "{situation}");
    }
}

#[test]
fn a_grant_that_shows_the_truth_has_nothing_left_to_do() {
    for wish in [Wish::Access, Wish::NoAccess] {
        let mut facts = complete();
        if wish == Wish::NoAccess {
            facts.customer = Some(Customer { account: "qm:1".into(), is_member: false });
        }
        let mut grant = grant(wish);
        let first = plan(&grant, &facts);
        grant.shown = reported(&first).expect("a report").clone();
        assert_eq!(plan(&grant, &facts), []);
    }
}

#[test]
fn nothing_is_made_in_jira_for_a_domain_that_is_not_on_the_list() {
    let found = steps(Wish::Access, |facts| {
        facts.domain = DomainRule::Missing(None);
        facts.standing = Standing::Missing("Testing".into());
    });
    assert_eq!(found, [AccessStep::AwaitDomain { domain: Domain::parse("acme.test").unwrap() }]);
}

/// What the row is about, the organization of the stored id, those of the name, the name announced, and where that leaves us.
type StandingRow<'a> = (&'a str, Option<OrganizationSeen>, Vec<OrganizationSeen>, Option<&'a str>, Standing);

#[test]
fn an_organization_belongs_to_a_record_by_ids() {
    let (ours, others) = (Owner::Record(key("a01")), Owner::Record(key("a02")));
    let testing = |owner: &Owner| seen("7", "Testing", owner.clone());
    let missing = |name: &str| Standing::Missing(name.into());
    let own = "Testing (a01)";
    let (none, announced) = (None, Some("Testing"));
    let stored = |owner: &Owner| Some(seen("9", "Some name", owner.clone()));
    let rows: [StandingRow<'_>; 11] = [
        ("nothing there", None, vec![], none, missing("Testing")),
        ("both name each other", stored(&ours), vec![], none, Standing::Ours(organization("9", "Some name"))),
        ("the record lost the id", None, vec![testing(&ours)], none, Standing::Ours(organization("7", "Testing"))),
        (
            "an id that a person wrote",
            stored(&Owner::Nobody),
            vec![],
            none,
            Standing::ToClaim(organization("9", "Some name")),
        ),
        ("a copied record", stored(&others), vec![], none, missing("Testing")),
        ("the name belongs to another record", None, vec![testing(&others)], none, missing(own)),
        ("the name was there before", None, vec![testing(&Owner::Nobody)], none, missing(own)),
        ("a property that is none of ours", None, vec![testing(&Owner::Unknown)], announced, missing(own)),
        (
            "announced, the answer lost",
            None,
            vec![testing(&Owner::Nobody)],
            announced,
            Standing::ToClaim(organization("7", "Testing")),
        ),
        ("announced, but somebody is in it", None, vec![full(testing(&Owner::Nobody))], announced, missing(own)),
        (
            "its id is in its name",
            None,
            vec![testing(&others), full(seen("8", own, Owner::Nobody))],
            none,
            Standing::ToClaim(organization("8", own)),
        ),
    ];
    for (situation, stored, named, announced, expected) in rows {
        let found = standing(&key("a01"), "Testing", stored.as_ref(), &named, announced);
        assert_eq!(found, expected, "{situation}");
    }
}

#[test]
fn a_long_name_keeps_the_id_behind_it() {
    let name = distinguished(&"x".repeat(300), "a0B000000000001AAA");
    assert_eq!((name.chars().count(), name.ends_with("x (a0B000000000001AAA)")), (200, true));
}

#[test]
fn the_button_follows_the_facts() {
    let rows = [
        (None, 0, AccessState::AddToJsm),
        (None, 3, AccessState::AddToJsm),
        (Some("7"), 0, AccessState::OrganizationInJsm),
        (Some("7"), 1, AccessState::JsmAccess),
    ];
    for (organization, n_members, state) in rows {
        assert_eq!(SourceReport::of(organization.map(str::to_owned), n_members).state, Some(state));
    }
}

#[test]
fn access_that_jira_took_away_is_told_and_not_given_back() {
    let mut given = grant(Wish::Access);
    given.shown.status = GrantStatus::HasAccess;
    let seen = |has_source, has_organization, is_member| AtRest { has_source, has_organization, is_member };
    let told = |given: &AccessGrant, seen| {
        let steps = settle_grant(given, seen);
        reported(&steps).map(|report| (report.status, report.reason.clone()))
    };
    assert_eq!(told(&given, seen(true, true, true)), None);
    for (seen, status, words) in [
        (seen(true, true, false), GrantStatus::Error, "taken out"),
        (seen(true, false, false), GrantStatus::Error, "deleted in Jira"),
        (seen(false, true, false), GrantStatus::Error, "taken out"),
        (seen(false, true, true), GrantStatus::HasAccess, "tick Revoke"),
    ] {
        let (shown, reason) = told(&given, seen).expect("a report");
        assert_eq!((shown, reason.contains(words)), (status, true), "{reason}");
        given.shown.reason = reason;
        given.shown.status = shown;
        assert_eq!(told(&given, seen), None, "once is enough");
        given.shown.status = GrantStatus::HasAccess;
    }
    assert_eq!(
        told(&given, seen(true, true, true)),
        Some((GrantStatus::HasAccess, String::new())),
        "the record is back"
    );
    assert_eq!(settle_grant(&grant(Wish::Access), seen(true, true, false)), [], "one that is open is not at rest");
}

#[test]
fn a_domain_is_what_stands_behind_the_at() {
    let of = |email| Domain::of_email(email).map(|domain| domain.to_string());
    assert_eq!(of("Dana@Acme.Test"), Some("acme.test".to_owned()));
    assert_eq!(of(" dana@mail.acme.test "), Some("mail.acme.test".to_owned()));
    for wrong in
        ["dana", "@acme.test", "dana@", "dana@acme", "a b@acme.test", "dana@@acme.test", "dana@-x.test", "d@a..b"]
    {
        assert_eq!(of(wrong), None, "{wrong}");
    }
    assert_eq!(Domain::parse("@acme.test"), Domain::parse("ACME.test"));
}
