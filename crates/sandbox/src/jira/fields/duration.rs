//! Durations as Jira writes them: `1w 2d 3h 4m`, with weeks of five days and days of eight hours.

const UNITS: [(char, u64); 4] = [('w', 5 * 8 * 3600), ('d', 8 * 3600), ('h', 3600), ('m', 60)];

/// Reads `"1w 1d"`; a bare number means minutes.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let mut total = 0u64;
    for word in text.split_whitespace() {
        let (digits, unit) = match word.char_indices().next_back()? {
            (at, unit) if unit.is_ascii_alphabetic() => (&word[..at], unit),
            _ => (word, 'm'),
        };
        let size = UNITS.iter().find(|(name, _)| *name == unit.to_ascii_lowercase())?.1;
        total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(size)?)?;
    }
    (!text.trim().is_empty()).then_some(total)
}

/// Writes seconds as `"1w 1d"`.
pub(crate) fn format(seconds: u64) -> String {
    let mut rest = seconds;
    let mut words = Vec::new();
    for (name, size) in UNITS {
        let n = rest / size;
        if n > 0 {
            words.push(format!("{n}{name}"));
        }
        rest %= size;
    }
    if words.is_empty() { "0m".into() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_durations() {
        for (text, seconds) in [("1w 1d", 172_800), ("4d", 115_200), ("1h 30m", 5_400), ("10m", 600)] {
            assert_eq!(parse(text), Some(seconds), "{text}");
            assert_eq!(format(seconds), text);
        }
        assert_eq!(parse("15"), Some(900));
        assert_eq!(parse("soon"), None);
        assert_eq!(parse(""), None);
    }
}
