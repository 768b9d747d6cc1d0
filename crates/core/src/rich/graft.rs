//! Writing a document over an older one: what the new one does not touch stays as its side wrote it.
//!
//! Blocks that show the same stay, with all that only this side holds. Of a block that changed, the parts that did not
//! stay: items of a list, paragraphs of a quote, cells of a table, mentions and images in a line. The law: what is made
//! shows exactly what was wanted, else the wanted document is taken as it is.

use super::{Block, Document, Inline, plain};

/// Comparing two sequences costs their product; beyond this only the same beginning and end are found.
const COMPARISONS_MAX: usize = 1_000_000;

/// As much for looking for the old part of which each new one is made.
const PAIRS_MAX: usize = 10_000;

impl Document {
    /// This document, as it comes from the other side, over what this side shows now.
    #[must_use]
    pub fn over(&self, old: &Self) -> Self {
        let wanted = self.shared();
        let made = Self::new(blocks(&wanted.blocks, &old.blocks));
        if made.shared() == wanted { made } else { wanted }
    }

    /// Plain text, as it comes from the other side, over what this side shows now.
    #[must_use]
    pub fn of_plain_over(text: &str, old: &Self) -> Self {
        let made = Self::new(paragraphs(text, &old.blocks));
        if made.plain == text { made } else { Self::of_plain(text) }
    }
}

/// A part of a sequence, and how it comes from what the other side shows of it, `K`.
trait Part<K>: Clone {
    /// The words of what is shown.
    fn words_of(key: &K) -> String;
    /// Its own words.
    fn words(&self) -> String;
    /// Made of nothing but what is shown.
    fn fresh(key: &K) -> Self;
    /// Made of what is shown, with what of this part is still true.
    fn revised(&self, key: &K) -> Self;
}

impl Part<Block> for Block {
    fn words_of(key: &Block) -> String {
        text(key)
    }

    fn words(&self) -> String {
        text(self)
    }

    fn fresh(key: &Block) -> Self {
        key.clone()
    }

    fn revised(&self, key: &Block) -> Self {
        revise(key.clone(), self)
    }
}

/// An item of a list.
impl Part<Vec<Block>> for Vec<Block> {
    fn words_of(key: &Vec<Block>) -> String {
        plain::of_blocks(key)
    }

    fn words(&self) -> String {
        plain::of_blocks(self)
    }

    fn fresh(key: &Vec<Block>) -> Self {
        key.clone()
    }

    fn revised(&self, key: &Vec<Block>) -> Self {
        blocks(key, self)
    }
}

/// Plain text between blank lines.
impl Part<String> for Block {
    fn words_of(key: &String) -> String {
        key.clone()
    }

    fn words(&self) -> String {
        text(self)
    }

    fn fresh(key: &String) -> Self {
        paragraph(key)
    }

    fn revised(&self, key: &String) -> Self {
        let made = match (reread(key, self), self) {
            (Self::List { first, items }, Self::List { items: old, .. }) => {
                Self::List { first, items: same_words(items, old) }
            }
            (read, old) => revise(read, old),
        };
        if text(&made) == *key { made } else { paragraph(key) }
    }
}

/// Items, those of the old list where they say the same.
fn same_words(mut items: Vec<Vec<Block>>, old: &[Vec<Block>]) -> Vec<Vec<Block>> {
    let words: Vec<String> = items.iter().map(|item| plain::of_blocks(item)).collect();
    let shown: Vec<_> = old.iter().map(|item| vec![plain::of_blocks(item)]).collect();
    for (unit, at) in standing(&words, &shown) {
        items[at].clone_from(&old[unit]);
    }
    items
}

fn text(block: &Block) -> String {
    plain::of_blocks(std::slice::from_ref(block))
}

fn blocks(new: &[Block], old: &[Block]) -> Vec<Block> {
    let shown: Vec<Vec<Block>> = old.iter().map(|block| shown(std::slice::from_ref(block))).collect();
    merge(new, &shown, old)
}

fn shown(blocks: &[Block]) -> Vec<Block> {
    Document::new(blocks.to_vec()).shared().blocks
}

/// The paragraphs of a text over blocks that show the same text, or nearly.
fn paragraphs(text: &str, old: &[Block]) -> Vec<Block> {
    let chunks = |text: &str| -> Vec<String> {
        text.split("\n\n").filter(|chunk| !chunk.is_empty()).map(str::to_owned).collect()
    };
    let shown: Vec<_> = old.iter().map(|block| chunks(&self::text(block))).collect();
    merge(&chunks(text), &shown, old)
}

fn paragraph(chunk: &str) -> Block {
    Block::Paragraph(plain::to_inlines(chunk))
}

/// The new sequence, in which parts that `old` shows already are taken from there. In between, what stands in the same
/// place is revised.
fn merge<K: PartialEq, B: Part<K>>(new: &[K], shown: &[Vec<K>], old: &[B]) -> Vec<B> {
    let mut out = Vec::new();
    let (mut next_new, mut next_old) = (0, 0);
    for (unit, begins) in standing(new, shown) {
        out.extend(gap(&new[next_new..begins], &shown[next_old..unit], &old[next_old..unit]));
        out.push(old[unit].clone());
        (next_new, next_old) = (begins + shown[unit].len(), unit + 1);
    }
    out.extend(gap(&new[next_new..], &shown[next_old..], &old[next_old..]));
    out
}

/// What is new between two parts that stand, where something else stood before.
fn gap<K, B: Part<K>>(new: &[K], shown: &[Vec<K>], old: &[B]) -> Vec<B> {
    // What shows nothing on the other side cannot have been taken away there.
    let is_unseen = |n: &usize| shown[*n].is_empty();
    let n_first = (0..old.len()).take_while(is_unseen).count();
    let unseen = (n_first..old.len()).filter(is_unseen).map(|n| old[n].clone());
    let replaced: Vec<&B> = (0..old.len()).filter(|n| !is_unseen(n)).map(|n| &old[n]).collect();
    // As many as before, or too many to compare: each follows the one in its place.
    let in_place = new.len() == replaced.len() || new.len() * replaced.len() > PAIRS_MAX;
    let is_alike = |key: &K, old: &B| in_place || share_a_word(&B::words_of(key), &old.words());
    let mut rest = replaced.iter();
    let made = new.iter().map(|key| {
        let found = rest.clone().position(|old| is_alike(key, old));
        found.and_then(|at| rest.nth(at)).map_or_else(|| B::fresh(key), |old| old.revised(key))
    });
    let made: Vec<B> = made.collect();
    old[..n_first].iter().cloned().chain(made).chain(unseen).collect()
}

fn share_a_word(one: &str, other: &str) -> bool {
    let words = |text: &'_ str| -> std::collections::HashSet<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    !words(one).is_disjoint(&words(other))
}

/// The old units that the new sequence still shows, each with the place where it begins there, in both orders.
fn standing<K: PartialEq>(new: &[K], shown: &[Vec<K>]) -> Vec<(usize, usize)> {
    let flat: Vec<(usize, &K)> =
        shown.iter().enumerate().flat_map(|(unit, keys)| keys.iter().map(move |key| (unit, key))).collect();
    let places = common(new, &flat.iter().map(|(_, key)| *key).collect::<Vec<_>>());
    let mut first = 0;
    let mut found = Vec::new();
    for (unit, keys) in shown.iter().enumerate().filter(|(_, keys)| !keys.is_empty()) {
        let at = &places[first..first + keys.len()];
        first += keys.len();
        if let Some(begins) = at[0].filter(|begins| (*begins..).zip(at).all(|(n, place)| *place == Some(n))) {
            found.push((unit, begins));
        }
    }
    found
}

/// For each old key the place of its partner in a longest common sequence.
fn common<K: PartialEq>(new: &[K], old: &[&K]) -> Vec<Option<usize>> {
    let head = new.iter().zip(old).take_while(|(new, old)| new == *old).count();
    let tail = new[head..].iter().rev().zip(old[head..].iter().rev()).take_while(|(new, old)| new == *old).count();
    let (n, m) = (new.len() - head - tail, old.len() - head - tail);
    let mut places: Vec<Option<usize>> = vec![None; old.len()];
    (0..head).for_each(|at| places[at] = Some(at));
    (1..=tail).for_each(|back| places[old.len() - back] = Some(new.len() - back));
    if n * m == 0 || n * m > COMPARISONS_MAX {
        return places;
    }
    let (new, old) = (&new[head..head + n], &old[head..head + m]);
    // `length[i][j]`: how much the ends from there on have in common.
    let mut length = vec![vec![0_u32; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            length[i][j] =
                if new[i] == *old[j] { length[i + 1][j + 1] + 1 } else { length[i + 1][j].max(length[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < n && j < m {
        if new[i] == *old[j] {
            places[head + j] = Some(head + i);
            (i, j) = (i + 1, j + 1);
        } else if length[i + 1][j] >= length[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    places
}

/// A changed block, with the parts of the old one that did not change.
fn revise(new: Block, old: &Block) -> Block {
    match (new, old) {
        (Block::List { first, items }, Block::List { items: old, .. }) => {
            let shown: Vec<_> = old.iter().map(|item| vec![self::shown(item)]).collect();
            Block::List { first, items: merge(&items, &shown, old) }
        }
        (Block::Quote(new), Block::Quote(old)) => Block::Quote(blocks(&new, old)),
        (Block::Table(mut rows), Block::Table(old)) => {
            for (row, old) in rows.iter_mut().zip(old) {
                for (cell, old) in row.iter_mut().zip(old) {
                    cell.content = blocks(&cell.content, &old.content);
                }
            }
            Block::Table(rows)
        }
        (Block::Paragraph(new), Block::Paragraph(old)) => Block::Paragraph(inlines(new, old)),
        (Block::Heading { level, content }, Block::Heading { content: old, .. }) => {
            Block::Heading { level, content: inlines(content, old) }
        }
        (new, _) => new,
    }
}

/// A changed line, in which what only this side holds stands again wherever the other side still shows it.
fn inlines(new: Vec<Inline>, old: &[Inline]) -> Vec<Inline> {
    let mut rest: std::collections::VecDeque<Inline> = new.into();
    let mut out = Vec::new();
    for kept in old.iter().filter(|inline| matches!(inline, Inline::Kept(_))) {
        let Inline::Kept(original) = kept else { continue };
        let [Inline::Text { text: shown, marks: alike }] = original.shown.as_slice() else { continue };
        let found = rest.iter().position(
            |inline| matches!(inline, Inline::Text { text, marks } if marks == alike && text.contains(shown.as_str())),
        );
        let Some(at) = found else { continue };
        out.extend(rest.drain(..at));
        if let Some(Inline::Text { text, marks }) = rest.pop_front()
            && let Some((before, after)) = text.split_once(shown.as_str())
        {
            out.extend([Inline::Text { text: before.to_owned(), marks: marks.clone() }, kept.clone()]);
            rest.push_front(Inline::Text { text: after.to_owned(), marks });
        }
    }
    out.extend(rest);
    out
}

/// A changed text in the form of the block whose place it takes.
fn reread(chunk: &str, old: &Block) -> Block {
    match old {
        Block::Heading { level, .. } => Block::Heading { level: *level, content: plain::to_inlines(chunk) },
        Block::Code(_) => Block::Code(chunk.to_owned()),
        Block::Quote(_) => Block::Quote(vec![paragraph(chunk)]),
        Block::List { first, .. } => list(chunk, first.is_some()),
        Block::Paragraph(_) | Block::Rule | Block::Table(_) | Block::Kept(_) => paragraph(chunk),
    }
}

/// Lines with markers as a list; what is indented belongs to the item above it.
fn list(chunk: &str, is_numbered: bool) -> Block {
    let mut items: Vec<Vec<&str>> = Vec::new();
    let mut first = None;
    for line in chunk.split('\n') {
        match (marker(line), items.last_mut()) {
            (Some((number, rest)), _) if number.is_some() == is_numbered => {
                first = first.or(number);
                items.push(vec![rest]);
            }
            (_, Some(item)) => item.push(line),
            (_, None) => return paragraph(chunk),
        }
    }
    let indent = |lines: &[&str]| lines.iter().map(|line| line.len() - line.trim_start_matches(' ').len()).min();
    let item = |lines: Vec<&str>| {
        let below = &lines[1..];
        let cut = indent(below).unwrap_or_default();
        let mut blocks = vec![paragraph(lines[0])];
        if !below.is_empty() {
            let text = below.iter().map(|line| &line[cut..]).collect::<Vec<_>>().join("\n");
            let numbered = marker(&text).map(|(number, _)| number.is_some());
            blocks.push(numbered.map_or_else(|| paragraph(&text), |numbered| list(&text, numbered)));
        }
        blocks
    };
    Block::List { first, items: items.into_iter().map(item).collect() }
}

/// The marker at the beginning of a line, and what follows it.
fn marker(line: &str) -> Option<(Option<u32>, &str)> {
    if let Some(rest) = line.strip_prefix("- ") {
        return Some((None, rest));
    }
    let (number, rest) = line.split_once(". ")?;
    Some((Some(number.parse().ok()?), rest))
}
