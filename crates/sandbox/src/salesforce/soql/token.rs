//! Words, numbers, strings and signs of a query, each with its place.

use super::super::cell::parse_stamp;
use super::super::refusal::{Answered, Refusal};
use super::complaint;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name with its dots, or a keyword, or a date literal such as `LAST_N_DAYS:3`.
    Word(String),
    /// The text between quotes; the second text keeps `\%` and `\_` for LIKE.
    Text {
        plain: String,
        pattern: String,
    },
    Number(f64),
    Date(jiff::civil::Date),
    Stamp(i64),
    Sign(&'static str),
    End,
}

impl Token {
    /// The token as an error names it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::Text { plain, .. } => format!("'{plain}'"),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Stamp(ms) => super::super::cell::stamp(*ms),
            Self::Sign(sign) => (*sign).to_owned(),
            Self::End => "<EOF>".to_owned(),
        }
    }

    pub(super) fn is_word(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

const SIGNS: &[&str] = &["<=", ">=", "!=", "<>", "(", ")", ",", "=", "<", ">"];

/// All tokens of a text with their byte offsets, the end included.
pub(super) fn tokens(text: &str) -> Answered<Vec<(Token, usize)>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let (token, length) = one(text, at)?;
        tokens.push((token, at));
        at += length;
    }
    tokens.push((Token::End, text.len()));
    Ok(tokens)
}

fn one(text: &str, at: usize) -> Answered<(Token, usize)> {
    let rest = &text[at..];
    let next = rest.chars().next().unwrap_or(' ');
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Token::Sign(if *sign == "<>" { "!=" } else { sign }), sign.len()));
    }
    if next == '\'' {
        return quoted(text, at);
    }
    if next.is_ascii_digit() || (matches!(next, '-' | '+' | '.') && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
    {
        return number_or_time(text, at);
    }
    if next.is_alphabetic() || next == '_' {
        let length = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | ':'))).unwrap_or(rest.len());
        return Ok((Token::Word(rest[..length].to_owned()), length));
    }
    Err(complaint::unexpected(text, at, &next.to_string()))
}

fn number_or_time(text: &str, at: usize) -> Answered<(Token, usize)> {
    let rest = &text[at..];
    let length =
        rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.' | '+'))).unwrap_or(rest.len());
    let word = &rest[..length];
    let token = match word.parse::<f64>() {
        Ok(number) => Some(Token::Number(number)),
        Err(_) if word.len() == 10 => word.parse().ok().map(Token::Date),
        Err(_) if word.contains(['T', 't']) => parse_stamp(word).map(Token::Stamp),
        Err(_) => None,
    };
    token.map(|token| (token, length)).ok_or_else(|| complaint::unexpected(text, at, word))
}

/// Escapes: `\' \\ \" \n \r \t \b \f \uXXXX`, and `\% \_` for LIKE; anything else is an error.
fn quoted(text: &str, at: usize) -> Answered<(Token, usize)> {
    let (mut plain, mut pattern) = (String::new(), String::new());
    let mut letters = text[at + 1..].char_indices();
    while let Some((offset, letter)) = letters.next() {
        match letter {
            '\'' => return Ok((Token::Text { plain, pattern }, offset + 2)),
            '\\' => {
                let (_, escaped) = letters.next().ok_or_else(|| unclosed(text, at))?;
                let meant = match escaped {
                    'n' | 'N' => '\n',
                    'r' | 'R' => '\r',
                    't' | 'T' => '\t',
                    'b' | 'B' => '\u{8}',
                    'f' | 'F' => '\u{c}',
                    'u' | 'U' => unicode(&mut letters).ok_or_else(|| illegal_escape(text, at, "\\u"))?,
                    '\'' | '"' | '\\' | '%' | '_' => escaped,
                    other => return Err(illegal_escape(text, at, &format!("\\{other}"))),
                };
                plain.push(meant);
                if matches!(escaped, '%' | '_' | '\\') {
                    pattern.push('\\');
                }
                pattern.push(meant);
            }
            other => {
                plain.push(other);
                pattern.push(other);
            }
        }
    }
    Err(unclosed(text, at))
}

fn unicode(letters: &mut std::str::CharIndices<'_>) -> Option<char> {
    let digits: String = letters.by_ref().take(4).map(|(_, digit)| digit).collect();
    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
}

fn illegal_escape(text: &str, at: usize, escape: &str) -> Refusal {
    let message =
        format!("Invalid string literal '{escape}'. Illegal character sequence '{escape}' in string literal.");
    complaint::at(text, at, "MALFORMED_QUERY", &message)
}

fn unclosed(text: &str, at: usize) -> Refusal {
    complaint::unexpected(text, at, "<EOF>")
}
