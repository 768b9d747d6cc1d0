//! Rich text of both sides: any JSON and any HTML is read to an end, and what was read can be written and read again
//! unchanged, whatever stood there before.
#![no_main]

use entente_core::{
    codec::{adf, html, plain},
    rich::Document,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let of_salesforce = html::read(&text);
    let of_jira = match serde_json::from_slice::<serde_json::Value>(data) {
        Ok(document) => adf::read(&document),
        Err(_) => Document::of_plain(&plain::canonical(&text)),
    };
    for document in [&of_salesforce, &of_jira] {
        assert_eq!(&Document::new(document.blocks().to_vec()), document);
        let shared = document.shared();
        assert_eq!(html::read(&html::write(&shared)), shared);
        assert_eq!(adf::read(&adf::write(&shared)), shared);
    }
    assert_eq!(of_salesforce.over(&of_jira).shared(), of_salesforce.shared());
    let words = plain::canonical(of_salesforce.plain());
    assert_eq!(Document::of_plain_over(&words, &of_jira).plain(), words);
    assert_eq!(plain::canonical(&words), words);
});
