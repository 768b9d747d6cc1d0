//! A webhook of Jira: any body is read or refused, and no signature fits by chance.
#![no_main]

use entente_jira::webhook::{parse, verify_signature};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Err(problem) = parse(data) {
        assert!(!problem.to_string().is_empty());
    }
    let (header, body) = data.split_at(data.len().min(80));
    let secrets = ["secret".into(), "".into()];
    assert!(!verify_signature(&secrets, std::str::from_utf8(header).ok(), body));
});
