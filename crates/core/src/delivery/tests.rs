use super::{DeliveryStatus::*, *};
use crate::{
    config::{DeliveryTexts, Evaluations, MailServer, Protection},
    transform::Template,
};

fn evaluations() -> Evaluations {
    Evaluations {
        source: "evaluation".into(),
        by_support: false,
        queue_copy: "sales@acme.example".into(),
        subject: Template::parse("{products} for {Company}").unwrap(),
        body: Template::parse("Dear {FirstName} {LastName},\n\n{instructions}").unwrap(),
        mail: MailServer {
            host: "localhost".into(),
            port: 25,
            protection: Protection::None,
            login: None,
            from: "a@b.example".into(),
        },
        texts: DeliveryTexts::default(),
    }
}

fn product(name: &str) -> EvaluationProduct {
    EvaluationProduct {
        name: name.into(),
        version: "2.0".into(),
        url: format!("https://{name}.example"),
        instructions: String::new(),
        is_active: true,
    }
}

fn delivery(status: DeliveryStatus) -> Delivery {
    let fields = [("Company", "Acme\r\nBcc: x@y.example"), ("LastName", "Doe")];
    Delivery {
        shown: DeliveryReport { status, reason: String::new(), answer: String::new() },
        prospect: Some(Prospect {
            name: "Dana Doe".into(),
            email: Some("dana@acme.example".into()),
            owner: LeadOwner::Person(Some("sam@vendor.example".into())),
            fields: fields.map(|(name, text)| (FieldPath::new(name), Value::Text(text.into()))).into(),
        }),
        products: vec![product("server"), product("client")],
    }
}

fn facts(mail: MailState) -> DeliveryFacts {
    DeliveryFacts { has_grant: true, mail, refused: None }
}

/// The status and the reason that a plan shows.
fn shown(steps: &[DeliveryStep]) -> (DeliveryStatus, &str) {
    match steps {
        [DeliveryStep::Report(report)] => (report.status, &report.reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn access_is_requested_before_the_mail_leaves() {
    let facts = DeliveryFacts { has_grant: false, ..facts(MailState::Unsent) };
    assert_eq!(plan(&evaluations(), &delivery(Requested), &facts), [DeliveryStep::RequestAccess]);
}

#[test]
fn the_letter_goes_to_the_lead_with_its_owner_in_copy() {
    let steps = plan(&evaluations(), &delivery(Requested), &facts(MailState::Unsent));
    let [DeliveryStep::Mail(letter)] = steps.as_slice() else { panic!("{steps:?}") };
    assert_eq!((letter.to.as_str(), letter.cc.as_deref()), ("dana@acme.example", Some("sam@vendor.example")));
    assert_eq!(letter.subject, "server 2.0, client 2.0 for Acme Bcc: x@y.example");
    let body = "Dear  Doe,\n\nserver 2.0\nhttps://server.example\n\nclient 2.0\nhttps://client.example";
    assert_eq!(letter.body, body);
    let mut queued = delivery(Requested);
    queued.prospect.as_mut().unwrap().owner = LeadOwner::Queue;
    let steps = plan(&evaluations(), &queued, &facts(MailState::Unsent));
    assert!(
        matches!(&steps[..], [DeliveryStep::Mail(l)] if l.cc.as_deref() == Some("sales@acme.example")),
        "{steps:?}"
    );
}

#[test]
fn what_became_of_the_mail_is_shown() {
    let refused = MailState::Refused { answer: "550 no such mailbox".into() };
    let rows = [
        (
            MailState::PutOff { why: "refused to connect".into() },
            Requested,
            "tried again by itself: refused to connect",
        ),
        (MailState::Unknown, Error, "may or may not have it"),
        (MailState::Accepted { answer: "250 queued".into() }, Delivered, ""),
        (refused, Error, "refused the mail: 550 no such mailbox."),
    ];
    for (mail, status, says) in rows {
        let steps = plan(&evaluations(), &delivery(Requested), &facts(mail.clone()));
        let (found, reason) = shown(&steps);
        assert_eq!(found, status, "{mail:?}");
        assert!(reason.contains(says) && reason.is_empty() == says.is_empty(), "{mail:?}: {reason}");
    }
}

#[test]
fn a_delivery_that_cannot_leave_says_why() {
    let other = |change: fn(&mut Delivery)| {
        let mut delivery = delivery(Requested);
        change(&mut delivery);
        delivery
    };
    let rows = [
        (other(|d| d.prospect = None), Error, "cannot be read"),
        (other(|d| d.prospect.as_mut().unwrap().email = Some("dana".into())), Error, "no usable e-mail"),
        (other(|d| d.products.clear()), Requested, "add at least one"),
        (other(|d| d.products[1].is_active = false), Error, "client cannot be sent today"),
    ];
    for (delivery, status, says) in rows {
        let facts = DeliveryFacts { has_grant: false, ..facts(MailState::Unsent) };
        let steps = plan(&evaluations(), &delivery, &facts);
        let (found, reason) = shown(&steps);
        assert!(found == status && reason.contains(says), "{says}: {steps:?}");
    }
    let refused = DeliveryFacts { has_grant: false, refused: Some("no right".into()), ..facts(MailState::Unsent) };
    let steps = plan(&evaluations(), &delivery(Requested), &refused);
    assert!(shown(&steps).0 == Error && shown(&steps).1.contains("no right"), "{steps:?}");
}

#[test]
fn support_has_a_look_first_where_it_is_asked() {
    let by_support = Evaluations { by_support: true, ..evaluations() };
    let steps = plan(&by_support, &delivery(Requested), &facts(MailState::Unsent));
    assert!(shown(&steps).0 == WithSupport && shown(&steps).1.contains("set the status to Approved"), "{steps:?}");
    let approved = plan(&by_support, &delivery(Approved), &facts(MailState::Unsent));
    assert!(matches!(approved[..], [DeliveryStep::Mail(_)]), "{approved:?}");
    let again = plan(&by_support, &delivery(Requested), &facts(MailState::Accepted { answer: "250".into() }));
    assert_eq!(shown(&again).0, Delivered);
}

#[test]
fn what_is_not_open_or_shows_the_truth_rests() {
    for status in [WithSupport, Delivered, Error] {
        assert_eq!(plan(&evaluations(), &delivery(status), &facts(MailState::Unsent)), [], "{status:?}");
    }
    let put_off = facts(MailState::PutOff { why: "x".repeat(300) });
    let mut waiting = delivery(Requested);
    let steps = plan(&evaluations(), &waiting, &put_off);
    let [DeliveryStep::Report(report)] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!(report.reason.chars().count(), 255);
    waiting.shown = report.clone();
    assert_eq!(plan(&evaluations(), &waiting, &put_off), []);
}
