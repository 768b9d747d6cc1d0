//! An outbound message of Salesforce: any body is read or refused, and one that is read has what it needs.
#![no_main]

use entente_salesforce::outbound;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| match outbound::parse(data) {
    Ok(message) => assert!((1..=100).contains(&message.notifications.len())),
    Err(error) => assert!(!error.to_string().is_empty()),
});
