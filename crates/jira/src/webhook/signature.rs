//! `X-Hub-Signature`: HMAC-SHA256 of the raw body, compared in constant time.
//! <https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks>

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The header that carries the signature, if the webhook was registered with a secret.
pub const SIGNATURE_HEADER: &str = "X-Hub-Signature";

/// The only method that is accepted. The header names its method (WebSub), and a weaker one must not be let in.
const METHOD: &str = "sha256";

/// Whether `header` is the signature of `body` under any of `secrets` (two while a secret is being changed).
///
/// An empty secret never matches: whoever forgot to set one must be refused, not let in with a key that all know.
/// The comparison takes the same time wherever the first difference is.
#[must_use]
pub fn verify_signature(secrets: &[SecretString], header: Option<&str>, body: &[u8]) -> bool {
    let Some(claimed) = header.and_then(claimed_digest) else { return false };
    secrets
        .iter()
        .map(|secret| secret.expose_secret().as_bytes())
        .filter(|key| !key.is_empty())
        .any(|key| matches(key, &claimed, body))
}

fn matches(key: &[u8], claimed: &[u8], body: &[u8]) -> bool {
    // HMAC takes keys of any length, so this never fails; refusing is the safe reading if it ever did.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    mac.update(body);
    mac.verify_slice(claimed).is_ok()
}

/// The digest out of `sha256=<hex>`.
fn claimed_digest(header: &str) -> Option<Vec<u8>> {
    let (method, digits) = header.trim().split_once('=')?;
    let digest: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    digest.filter(|_| method.eq_ignore_ascii_case(METHOD))
}

fn byte(pair: &[u8]) -> Option<u8> {
    let [high, low] = pair else { return None };
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(nibble(*high)? * 16 + nibble(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vendor's published example.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello World!";
    const HEADER: &str = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";

    fn verify(secrets: &[&str], header: Option<&str>, body: &[u8]) -> bool {
        let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
        verify_signature(&secrets, header, body)
    }

    #[test]
    fn the_vendors_example_is_accepted() {
        assert!(verify(&[SECRET], Some(HEADER), BODY));
        assert!(verify(&[SECRET], Some(&HEADER.to_uppercase()), BODY), "hexadecimal digits have no case");
    }

    #[test]
    fn either_of_two_secrets_is_accepted_while_one_is_being_changed() {
        assert!(verify(&["the new one", SECRET], Some(HEADER), BODY));
        assert!(verify(&[SECRET, "the old one"], Some(HEADER), BODY));
    }

    #[test]
    fn everything_else_is_refused() {
        let short = &HEADER[..HEADER.len() - 2];
        let long = format!("{HEADER}00");
        let sha1 = HEADER.replacen("sha256", "sha1", 1);
        let bare = HEADER.replacen("sha256=", "", 1);
        let other = format!("{short}ca");
        for (what, secrets, header, body) in [
            ("no header", vec![SECRET], None, BODY),
            ("empty header", vec![SECRET], Some(""), BODY),
            ("no secret", vec![], Some(HEADER), BODY),
            ("another secret", vec!["guess"], Some(HEADER), BODY),
            ("another body", vec![SECRET], Some(HEADER), b"Hello World?".as_slice()),
            ("another digest", vec![SECRET], Some(other.as_str()), BODY),
            ("a shorter digest", vec![SECRET], Some(short), BODY),
            ("a longer digest", vec![SECRET], Some(long.as_str()), BODY),
            ("half a digit", vec![SECRET], Some(&HEADER[..HEADER.len() - 1]), BODY),
            ("no digits", vec![SECRET], Some("sha256="), BODY),
            ("no hexadecimal", vec![SECRET], Some("sha256=zz"), BODY),
            ("a weaker method", vec![SECRET], Some(sha1.as_str()), BODY),
            ("no method", vec![SECRET], Some(bare.as_str()), BODY),
        ] {
            assert!(!verify(&secrets, header, body), "{what}");
        }
    }

    #[test]
    fn an_empty_secret_refuses_even_the_signature_made_with_it() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"").expect("any length is a key");
        mac.update(BODY);
        let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!verify(&[""], Some(&format!("sha256={digits}")), BODY));
    }
}
