//! XML as far as SOAP needs it: elements by their local names.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

/// Deeper messages are refused.
const DEPTH_MAX: usize = 32;

/// One element with the text in it, or its children.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Element {
    /// Without its prefix.
    pub(super) name: String,
    pub(super) text: String,
    /// `xsi:nil="true"`.
    pub(super) is_nil: bool,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of a child that is there and not nil.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.child(name).filter(|child| !child.is_nil && !child.text.is_empty()).map(|child| child.text.as_str())
    }

    /// All children of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// The outermost element of a document; nothing where it is not well formed, or brings a document type.
pub(super) fn parse(xml: &str) -> Option<Element> {
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if open.len() < DEPTH_MAX => open.push(begun(&start)),
            Event::Empty(start) => open.last_mut()?.children.push(begun(&start)),
            Event::End(_) => {
                let done = open.pop()?;
                open.last_mut()?.children.push(done);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
            Event::CData(text) => open.last_mut()?.text.push_str(&text),
            Event::GeneralRef(reference) => open.last_mut()?.text.push(character(&reference)?),
            Event::Start(_) | Event::DocType(_) => return None,
            Event::Eof => break,
            _ => {}
        }
    }
    let document = open.pop().filter(|_| open.is_empty())?;
    document.children.into_iter().next()
}

fn begun(start: &BytesStart<'_>) -> Element {
    let mut attributes = start.attributes().flatten();
    let is_nil = attributes.any(|each| each.key.local_name().as_ref() == "nil" && each.value.as_ref() == "true");
    Element { name: start.local_name().as_ref().to_owned(), is_nil, ..Element::default() }
}

fn character(reference: &BytesRef<'_>) -> Option<char> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        return Some(character);
    }
    quick_xml::escape::resolve_xml_entity(reference).and_then(|text| text.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_whatever_their_prefix() {
        let xml =
            "<?xml version=\"1.0\"?><e:A xmlns:e=\"x\"><b>p&amp;q &#228;<![CDATA[<]]></b><n:b i:nil=\"true\"/></e:A>";
        let root = parse(xml).expect("well formed");
        assert_eq!(root.name, "A");
        let texts: Vec<_> = root.all("b").map(|each| (each.text.as_str(), each.is_nil)).collect();
        assert_eq!(texts, [("p&q \u{e4}<", false), ("", true)]);
        assert_eq!(root.value("b"), Some("p&q \u{e4}<"));
    }

    #[test]
    fn what_is_not_well_formed_is_nothing() {
        for xml in ["", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a>&unknown;</a>", "plain"] {
            assert_eq!(parse(xml), None, "{xml}");
        }
    }
}
