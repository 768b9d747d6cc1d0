//! Record ids, always in their 18-character form.
//!
//! A 15-character id is case-sensitive; the 18-character form adds three characters that say which letters are
//! capitals, so it survives systems that fold case.
//! <https://help.salesforce.com/s/articleView?id=000385585>

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

const SUFFIX: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// The id of a Salesforce record: 18 characters, checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordId([u8; 18]);

/// Why a text is no record id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordIdError {
    /// Neither 15 nor 18 letters and digits.
    #[error("a Salesforce record id has 15 or 18 letters and digits")]
    Shape,
    /// The last three characters do not fit the others.
    #[error("this Salesforce record id is mistyped: its last three characters do not fit the others")]
    Checksum,
}

impl RecordId {
    /// Reads an id of 15 or 18 characters. An 18-character id whose case was folded is restored.
    pub fn parse(text: &str) -> Result<Self, RecordIdError> {
        let bytes = text.trim().as_bytes();
        if !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err(RecordIdError::Shape);
        }
        if let Ok(short) = <[u8; 15]>::try_from(bytes) {
            return Ok(Self::complete(short));
        }
        let full = <[u8; 18]>::try_from(bytes).map_err(|_| RecordIdError::Shape)?;
        let mut short = [0; 15];
        short.copy_from_slice(&full[..15]);
        let given = Self::complete(short);
        if given.0[15..].eq_ignore_ascii_case(&full[15..]) {
            return Ok(given);
        }
        restore(&full).map(Self::complete).ok_or(RecordIdError::Checksum)
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        // Only ASCII letters and digits get in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The first three characters, which name the object within one org.
    pub fn key_prefix(&self) -> &str {
        self.as_str().get(..3).unwrap_or_default()
    }

    fn complete(short: [u8; 15]) -> Self {
        let mut full = [0; 18];
        full[..15].copy_from_slice(&short);
        for (block, letters) in short.chunks_exact(5).enumerate() {
            let capitals = letters.iter().enumerate().filter(|(_, letter)| letter.is_ascii_uppercase());
            full[15 + block] = SUFFIX[capitals.fold(0, |bits, (place, _)| bits | 1 << place)];
        }
        Self(full)
    }
}

/// The case of a folded id, as its suffix tells it; `None` if it was not folded or the suffix makes no sense.
fn restore(full: &[u8; 18]) -> Option<[u8; 15]> {
    let folded = !full.iter().any(u8::is_ascii_uppercase) || !full.iter().any(u8::is_ascii_lowercase);
    if !folded {
        return None;
    }
    let mut short = [0; 15];
    for (place, letter) in full[..15].iter().enumerate() {
        let code = full[15 + place / 5].to_ascii_uppercase();
        let bits = SUFFIX.iter().position(|known| *known == code)?;
        let capital = bits >> (place % 5) & 1 == 1;
        if capital && !letter.is_ascii_alphabetic() {
            return None;
        }
        short[place] = if capital { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
    }
    Some(short)
}

impl FromStr for RecordId {
    type Err = RecordIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for RecordId {
    type Error = RecordIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_become_eighteen() {
        let table = [
            ("0015f00002J9YYE", "0015f00002J9YYEAA3"),
            ("500410000021Zt4", "500410000021Zt4AAE"),
            ("00541000000KCeF", "00541000000KCeFAAW"),
            ("0055f000005mc66", "0055f000005mc66AAA"),
        ];
        for (short, full) in table {
            assert_eq!(RecordId::parse(short).map(String::from), Ok(full.to_owned()));
            assert_eq!(RecordId::parse(full).map(String::from), Ok(full.to_owned()));
        }
    }

    #[test]
    fn a_folded_id_gets_its_case_back() {
        for folded in ["0015f00002j9yyeaa3", "0015F00002J9YYEAA3"] {
            assert_eq!(RecordId::parse(folded).map(String::from), Ok("0015f00002J9YYEAA3".to_owned()));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "500", "500410000021Zt4A", "500410000021Zt-", "50041000002 1Zt4AAE", "ééééééééé"] {
            assert_eq!(RecordId::parse(text), Err(RecordIdError::Shape), "{text}");
        }
        assert_eq!(
            RecordId::parse("500410000021zT4AAE"),
            Err(RecordIdError::Checksum),
            "mixed case, wrong suffix: a typing error"
        );
    }
}
