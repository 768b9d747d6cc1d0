//! Salesforce rich text (HTML) to a [tree](crate::rich), and a tree to HTML that Salesforce's editor shows alike.
//!
//! The law: `read(write(t)) == t` for every tree `t` without ADF in it, tabs aside. What only Salesforce can hold is kept
//! as it was.

mod read;
mod style;
mod write;

pub use read::{read, to_plain};
pub use write::{from_plain, write};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::plain::canonical;

    #[test]
    fn rich_text_reads_as_people_read_it() {
        let rows = [
            ("paragraphs", "<p>a</p><p>b</p>", "a\n\nb"),
            ("line breaks", "a<br>b<br/>c", "a\nb\nc"),
            ("marks are forgotten", "<p><b>a</b><i> b</i></p>", "a b"),
            ("entities", "a &amp; b &lt;c&gt; &eacute;&nbsp;d", "a & b <c> é d"),
            ("white space between tags", "<p>\n  a\n  b\n</p>\n<p>c</p>", "a b\n\nc"),
            ("a link to another place", "<a href=\"https://x.example\">here</a>", "here (https://x.example)"),
            ("a link that is its own text", "<a href=\"https://x.example\">https://x.example</a>", "https://x.example"),
            ("bullets, nested", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
            ("numbers from their start", "<ol start=\"3\"><li>a</li><li>b</li></ol>", "3. a\n4. b"),
            ("table", "<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
            ("image", "<p><img src=\"x\" alt=\"plan\"></p>", "[attachment: plan]"),
            ("script is no text", "<script>x()</script>a", "a"),
            ("what is not closed", "<p>a<p>b<ul><li>c", "a\n\nb\n\n- c"),
            ("nothing", "<p></p>", ""),
        ];
        for (name, html, expected) in rows {
            assert_eq!(to_plain(html), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn plain_text_survives_the_round_trip(raw in "[a-z &<>\n-]{0,60}|[^\t]{0,40}") {
            let text = canonical(&raw);
            proptest::prop_assert_eq!(to_plain(&from_plain(&text)), text.replace('\u{a0}', " "));
        }

        #[test]
        fn strange_html_does_not_panic(html in "[<>/a-z \"=&;!-]{0,80}|\\PC{0,60}") {
            let _ = to_plain(&html);
        }
    }
}
