//! Parts of a YAML document, cut out by their indentation.

/// Which part of the complete example is shown.
#[derive(Debug)]
pub(super) enum Excerpt {
    /// Whatever stands under this path of keys; a member of a list is named by its beginning.
    Whole(&'static [&'static str]),
    /// The same, without what has sections of its own: only keys whose value stands on their line.
    Shallow(&'static [&'static str]),
    /// Several of the first kind.
    Both(&'static [&'static str], &'static [&'static str]),
}

impl Excerpt {
    pub(super) fn of(&self, text: &str) -> String {
        match self {
            Self::Whole(path) => flush_left(&block(text, path)),
            Self::Shallow(path) => shallow(&block(text, path)),
            Self::Both(one, other) => format!("{}{}", flush_left(&block(text, one)), flush_left(&block(text, other))),
        }
    }
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The line on which the last step of the path stands, and all that is indented below it.
fn block<'a>(text: &'a str, path: &[&str]) -> Vec<&'a str> {
    let mut lines: Vec<&str> = text.lines().collect();
    for step in path {
        let begins = |line: &&str| {
            line.trim_start().strip_prefix(step).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ' ']))
        };
        let at = lines.iter().position(begins).unwrap_or_else(|| panic!("the example has no {path:?}"));
        let below = |line: &&&str| line.is_empty() || depth(line) > depth(lines[at]);
        let n_below = lines[at + 1..].iter().take_while(below).count();
        lines = lines[at..=at + n_below].to_vec();
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
    }
    lines
}

fn shallow(block: &[&str]) -> String {
    let inner = block.get(1).map(|line| depth(line)).unwrap_or_default();
    let has_value = |line: &&&str| {
        let (_, value) = line.split_once(':').unwrap_or_default();
        depth(line) == inner && !value.split('#').next().unwrap_or_default().trim().is_empty()
    };
    let kept = block.iter().take(1).chain(block.iter().skip(1).filter(has_value));
    flush_left(&kept.copied().collect::<Vec<_>>())
}

/// A block without its margin. Remarks stand in a column of the whole example, which one line alone does not need.
fn flush_left(block: &[&str]) -> String {
    if let [line] = block
        && let Some((line, remark)) = line.split_once(" #")
    {
        return format!("{}   #{remark}\n", line.trim());
    }
    let margin = block.first().map(|line| depth(line)).unwrap_or_default();
    block.iter().map(|line| format!("{}\n", line.get(margin..).unwrap_or_default())).collect()
}

#[test]
fn a_part_is_cut_out_with_all_that_belongs_to_it_and_nothing_else() {
    let text = "a:\n  b: 1 # one\n  c:\n    d: 2\n    - { e: 3 }\n\n  f: 4\nb: 5\n";
    assert_eq!(Excerpt::Whole(&["a", "c"]).of(text), "c:\n  d: 2\n  - { e: 3 }\n");
    assert_eq!(Excerpt::Whole(&["a", "c", "- { e"]).of(text), "- { e: 3 }\n");
    assert_eq!(
        Excerpt::Shallow(&["a"]).of("a:\n  b: 1 # one\n  c:\n    d: 2\n  e: # none\n    f: 3\n"),
        "a:\n  b: 1 # one\n"
    );
}
