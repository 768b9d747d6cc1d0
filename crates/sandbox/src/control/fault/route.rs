//! Where a fault strikes: `*`, `METHOD *`, `/path` or `METHOD /path`, with `{..}` for any one segment.

use serde::{Serialize, Serializer};

use super::Call;

/// A method and a path, either of which may be left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutePattern {
    method: Option<String>,
    /// `None`: any path.
    segments: Option<Vec<String>>,
}

impl RoutePattern {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (method, path) = match text.trim().split_once(' ') {
            Some((method, path)) => (Some(method), path.trim()),
            None => (None, text.trim()),
        };
        let segments = match path {
            "*" => None,
            _ if path.starts_with('/') => Some(segments(path).map(str::to_owned).collect()),
            _ => {
                return Err(format!("route `{text}` is neither `*` nor `METHOD /path/{{..}}`"));
            }
        };
        let method = method.filter(|method| *method != "*").map(str::to_ascii_uppercase);
        Ok(Self { method, segments })
    }

    /// A segment of the pattern fits the same segment of the template or of the path, so that both
    /// `/sobjects/{..}/{..}` and `/sobjects/Case/{..}` mean what they say.
    pub(super) fn matches(&self, call: &Call<'_>) -> bool {
        self.method.as_ref().is_none_or(|method| method == call.method)
            && self.segments.as_ref().is_none_or(|wanted| fits(wanted, call))
    }
}

fn fits(wanted: &[String], call: &Call<'_>) -> bool {
    let path: Vec<_> = segments(call.path).collect();
    let template: Vec<_> = segments(call.route).collect();
    wanted.len() == path.len()
        && wanted.iter().enumerate().all(|(at, segment)| {
            segment == "{..}" || segment == path[at] || template.get(at).is_some_and(|known| known == segment)
        })
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

impl Serialize for RoutePattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let method = self.method.as_deref();
        let path = self.segments.as_ref().map_or_else(|| "*".to_owned(), |segments| format!("/{}", segments.join("/")));
        serializer.serialize_str(&method.map_or_else(|| path.clone(), |method| format!("{method} {path}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_calls() {
        let call = Call {
            method: "PUT",
            route: "/rest/api/3/issue/{..}",
            path: "/rest/api/3/issue/OPS-7",
            body: b"",
            in_composite: false,
        };
        let cases = [
            ("*", true),
            ("PUT *", true),
            ("GET *", false),
            ("PUT /rest/api/3/issue/{..}", true),
            ("put /rest/api/3/issue/OPS-7", true),
            ("/rest/api/{..}/issue/{..}", true),
            ("PUT /rest/api/3/issue/OPS-8", false),
            ("PUT /rest/api/3/issue", false),
            ("PUT /rest/api/3/issue/{..}/comment", false),
        ];
        for (pattern, expected) in cases {
            let parsed = RoutePattern::parse(pattern).expect("a pattern");
            assert_eq!(parsed.matches(&call), expected, "{pattern}");
        }
    }
}
