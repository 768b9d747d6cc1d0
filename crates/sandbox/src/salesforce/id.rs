//! Record ids: 15 case-sensitive characters, or 18 with a suffix that restores the case.
//!
//! Vendor page: "ID Field Type", SOAP API Developer Guide.

const SUFFIX: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The three characters after the key prefix tell the vendor's instance; all sandboxes share one.
const INSTANCE: &str = "5g0";

/// The record id with this number among its object's.
pub(super) fn make(prefix: &str, number: u64) -> String {
    let mut digits = [b'0'; 9];
    let mut left = number;
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[usize::try_from(left % 62).unwrap_or_default()];
        left /= 62;
    }
    let mut id = format!("{prefix}{INSTANCE}{}", String::from_utf8_lossy(&digits));
    id.push_str(&suffix(&id));
    id
}

/// The 18 characters of a well-formed id of 15 or 18 characters.
pub(super) fn normalise(text: &str) -> Option<String> {
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    match text.len() {
        15 => Some(format!("{text}{}", suffix(text))),
        18 => restore(text),
        _ => None,
    }
}

/// The suffix says which letters are capitals, so an id whose case was lost is as good as any.
fn restore(text: &str) -> Option<String> {
    let mut id = String::with_capacity(18);
    for (block, code) in text.as_bytes()[..15].chunks(5).zip(&text.as_bytes()[15..]) {
        let bits = SUFFIX.iter().position(|known| known.eq_ignore_ascii_case(code))?;
        id.extend(block.iter().enumerate().map(|(at, byte)| match bits >> at & 1 {
            1 => char::from(byte.to_ascii_uppercase()),
            _ => char::from(byte.to_ascii_lowercase()),
        }));
    }
    let code = suffix(&id);
    code.eq_ignore_ascii_case(&text[15..]).then(|| id + &code)
}

fn suffix(first: &str) -> String {
    let code = |block: &[u8]| {
        let bits =
            block.iter().enumerate().map(|(at, byte)| usize::from(byte.is_ascii_uppercase()) << at).sum::<usize>();
        char::from(SUFFIX[bits])
    };
    first.as_bytes()[..15].chunks(5).map(code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ids_get_their_suffix() {
        let known = ["0015f00002J9YYEAA3", "500410000021Zt4AAE", "00541000000KCeFAAW", "0055f000005mc66AAA"];
        for id in known {
            assert_eq!(normalise(&id[..15]).as_deref(), Some(id));
            assert_eq!(normalise(id).as_deref(), Some(id));
            assert_eq!(normalise(&id.to_ascii_lowercase()).as_deref(), Some(id), "case restored");
        }
        for wrong in ["", "500", "0015f00002J9YY-", "0015f00002J9YYEAA", "0015f00002J9YYE???"] {
            assert_eq!(normalise(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn made_ids_are_well_formed_and_differ() {
        let (first, second) = (make("500", 61), make("500", 62));
        assert_eq!(first, "5005g000000000zAAA");
        assert_ne!(first, second);
        assert_eq!(normalise(&second), Some(second));
    }
}
