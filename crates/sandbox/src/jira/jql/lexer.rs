//! Words, quoted strings and signs, with the column of each for the error messages.

/// One token and the column (from 1) where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) column: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A bare word: name, number, keyword.
    Word(String),
    /// In quotes; never a keyword.
    Quoted(String),
    /// `=`, `!=`, `<=`, `(`, ...
    Sign(&'static str),
}

const SIGNS: [&str; 14] = ["!=", "!~", "<=", ">=", "&&", "||", "=", "~", "<", ">", "(", ")", ",", "!"];

/// Cuts a query into tokens.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at].is_whitespace() {
            at += 1;
            continue;
        }
        let column = at + 1;
        let kind = if matches!(chars[at], '"' | '\'') {
            quoted(&chars, &mut at)?
        } else if let Some(sign) = sign(&chars[at..]) {
            at += sign.len();
            Kind::Sign(sign)
        } else {
            word(&chars, &mut at)
        };
        tokens.push(Token { kind, column });
    }
    Ok(tokens)
}

fn sign(rest: &[char]) -> Option<&'static str> {
    SIGNS.into_iter().find(|sign| sign.chars().enumerate().all(|(n, c)| rest.get(n) == Some(&c)))
}

fn quoted(chars: &[char], at: &mut usize) -> Result<Kind, String> {
    let (quote, start) = (chars[*at], *at + 1);
    let mut text = String::new();
    *at += 1;
    while let Some(c) = chars.get(*at) {
        *at += 1;
        match c {
            '\\' => {
                let Some(escaped) = chars.get(*at) else { break };
                *at += 1;
                text.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '\'' | '"' | '\\' | ' ' => *escaped,
                    'u' => unicode(chars, at).ok_or_else(|| illegal_escape('u', *at))?,
                    other => return Err(illegal_escape(*other, *at)),
                });
            }
            c if *c == quote => return Ok(Kind::Quoted(text)),
            c => text.push(*c),
        }
    }
    Err(format!(
        "Error in the JQL Query: The quoted string '{text}' has not been completed. (line 1, character {start})"
    ))
}

/// The character of four hexadecimal digits; one beyond the first 65,536 takes two such escapes.
fn unicode(chars: &[char], at: &mut usize) -> Option<char> {
    let unit = four_digits(chars, at)?;
    let is_low = chars.get(*at..*at + 2) == Some(&['\\', 'u']) && (0xd800..0xdc00).contains(&unit);
    let units = if is_low {
        *at += 2;
        vec![unit, four_digits(chars, at)?]
    } else {
        vec![unit]
    };
    char::decode_utf16(units).next()?.ok()
}

fn four_digits(chars: &[char], at: &mut usize) -> Option<u16> {
    let digits: String = chars.get(*at..*at + 4)?.iter().collect();
    *at += 4;
    u16::from_str_radix(&digits, 16).ok()
}

fn illegal_escape(escaped: char, at: usize) -> String {
    format!(
        "Error in the JQL Query: '\\{escaped}' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", \
         \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX. (line 1, character {at})"
    )
}

fn word(chars: &[char], at: &mut usize) -> Kind {
    let start = *at;
    // `cf[10010]` and `issue.property[key].path` are words; so is a date without blanks.
    while *at < chars.len()
        && !chars[*at].is_whitespace()
        && sign(&chars[*at..]).is_none()
        && !matches!(chars[*at], '"' | '\'')
    {
        *at += 1;
    }
    Kind::Word(chars[start..*at].iter().collect())
}
