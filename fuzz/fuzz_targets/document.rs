//! Rich text of Jira: any JSON is read to an end, and what was read can be written and read again unchanged.
#![no_main]

use entente_core::codec::{adf, plain};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = match serde_json::from_slice::<serde_json::Value>(data) {
        Ok(document) => adf::to_plain(&document),
        Err(_) => String::from_utf8_lossy(data).into_owned(),
    };
    let text = plain::canonical(&text);
    assert_eq!(plain::canonical(&text), text);
    assert_eq!(plain::canonical(&adf::to_plain(&adf::from_plain(&text))), text);
});
