//! Plain text in canonical form: what survives both vendors unchanged.

/// Line feeds only, nothing around it, no trailing white space on a line, at most one blank line in a row.
///
/// Salesforce trims text fields and may answer CRLF; ADF knows paragraphs and line breaks and nothing between them.
/// `canonical(canonical(x)) == canonical(x)`.
#[must_use]
pub fn canonical(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut blank_lines = 0_usize;
    for line in raw.replace("\r\n", "\n").split(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let line = line.trim_end_matches(|c: char| c.is_whitespace() || is_dropped(c));
        if line.chars().all(|c| c.is_whitespace() || is_dropped(c)) {
            blank_lines += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blank_lines > 0 { "\n\n" } else { "\n" });
        }
        blank_lines = 0;
        out.extend(line.chars().filter(|c| !is_dropped(*c)));
    }
    out.trim().to_owned()
}

/// Control characters that neither ADF nor XML can carry.
fn is_dropped(c: char) -> bool {
    c.is_control() && c != '\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_text() {
        let rows = [
            ("line ends", "a\r\nb\rc\nd", "a\nb\nc\nd"),
            ("white space around", "  \n a b \n\n", "a b"),
            ("trailing white space on a line", "a  \nb", "a\nb"),
            ("many blank lines", "a\n\n \n\nb", "a\n\nb"),
            ("control characters", "a\u{0}b\u{7}", "ab"),
            ("tabs and indentation stay", "a\n\tb\n  c", "a\n\tb\n  c"),
            ("only white space", " \r\n\t", ""),
        ];
        for (name, raw, expected) in rows {
            assert_eq!(canonical(raw), expected, "{name}");
            assert_eq!(canonical(&canonical(raw)), expected, "{name}, twice");
        }
    }
}
