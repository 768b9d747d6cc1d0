//! What `style` attributes say that a tree can hold: colours, weight, fonts, alignment.

/// To which side lines stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Center,
    Right,
    Justify,
}

impl Align {
    pub(super) fn of(value: &str) -> Option<Self> {
        match value.trim().to_ascii_lowercase().as_str() {
            "center" => Some(Self::Center),
            "right" => Some(Self::Right),
            "justify" => Some(Self::Justify),
            _ => None,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Center => "center",
            Self::Right => "right",
            Self::Justify => "justify",
        }
    }
}

/// The declarations of a style attribute, names in lower case.
pub(super) fn declarations(style: &str) -> impl Iterator<Item = (String, &str)> {
    let parts = style.split(';').filter_map(|part| part.split_once(':'));
    parts.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
}

/// A colour as `#rrggbb`; none for what is written in another way than editors do.
pub(super) fn colour(value: &str) -> Option<String> {
    let value = value.trim().to_ascii_lowercase();
    if let Some(digits) = value.strip_prefix('#') {
        let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        return match digits.len() {
            6 if is_hex => Some(value),
            3 if is_hex => Some(digits.chars().fold("#".to_owned(), |hex, digit| format!("{hex}{digit}{digit}"))),
            _ => None,
        };
    }
    let inner = value.strip_prefix("rgb(").or_else(|| value.strip_prefix("rgba("))?.strip_suffix(')')?;
    let parts: Vec<u8> = inner.split(',').take(3).map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [red, green, blue] => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        _ => None,
    }
}

/// The declaration of a font, when it says nothing but a font.
pub(super) fn font(name: &str, value: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | '.' | '-' | '%' | '\'');
    let is_font = matches!(name, "font-family" | "font-size") && value.len() <= 200 && value.chars().all(is_plain);
    is_font.then(|| format!("{name}: {value};"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_as_editors_write_them() {
        let rows = [
            ("#FF0000", Some("#ff0000")),
            ("#f00", Some("#ff0000")),
            ("rgb(255, 0, 10)", Some("#ff000a")),
            ("rgba(1,2,3,0.5)", Some("#010203")),
            ("rgb(256,0,0)", None),
            ("red", None),
            ("#ff00", None),
            ("url(x)", None),
        ];
        for (written, expected) in rows {
            assert_eq!(colour(written).as_deref(), expected, "{written}");
        }
        assert_eq!(font("font-family", "Arial, 'Segoe UI'").as_deref(), Some("font-family: Arial, 'Segoe UI';"));
        assert_eq!(font("font-family", "x; background: url(y)"), None);
    }
}
