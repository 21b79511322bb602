//! Objects that are written as `key: value` lines, as YAML, TOML and Markdown have them.
//!
//! A small part of YAML, guided by the keys of the schema: nested mappings and lists, one-line
//! values, quoted and block texts. Whatever could mean something else is not read at all.

use std::collections::HashSet;

use super::budget::Budget;
use super::candidates;
use super::envelope::trimmed;
use super::error::ParseError;
use super::lists::{bullet, undecorated};
use super::node::{Node, number};
use super::reader::Vocabulary;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 64;

/// The mapping or list of mappings that the whole text is.
pub(super) fn block(
    text: &str,
    known: &Vocabulary,
    budget: &Budget,
) -> Result<Option<Node>, ParseError> {
    budget.spend(text.len() / 2)?;
    let lines: Vec<Line<'_>> = text
        .lines()
        .filter(|line| !matches!(line.trim_end(), "---" | "..."))
        .map(Line::new)
        .collect();
    let mut block = Block { lines: &lines, at: 0, known, budget };
    let Some(indent) = block.next_indent() else { return Ok(None) };
    let node = block.node(indent, 0)?;
    Ok(node.filter(|_| block.next_indent().is_none()))
}

/// One object out of a list of `- key: value` lines, where an object is asked for.
pub(super) fn gathered(node: Node) -> Node {
    let Node::List(items) = &node else { return node };
    let mut entries: Vec<(String, Node)> = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Node::Object { entries: pair, .. } => match pair.as_slice() {
                [(key, value)] if !entries.iter().any(|(other, _)| other == key) => {
                    entries.push((key.clone(), value.clone()));
                }
                _ => return node,
            },
            _ => return node,
        }
    }
    Node::Object { entries, cut: false }
}

#[derive(Clone, Copy, Debug)]
struct Line<'t> {
    indent: usize,
    /// Without the indentation, and without white space at the end.
    content: &'t str,
}

impl<'t> Line<'t> {
    fn new(line: &'t str) -> Self {
        let content = line.trim_start_matches([' ', '\t', '\u{feff}']);
        Self { indent: line.len() - content.len(), content: content.trim_end() }
    }

    fn is_blank(self) -> bool {
        self.content.is_empty() || self.content.starts_with("# ") || self.content == "#"
    }
}

struct Block<'b, 't> {
    lines: &'b [Line<'t>],
    at: usize,
    known: &'b Vocabulary,
    budget: &'b Budget,
}

impl<'t> Block<'_, 't> {
    /// The next line that says something.
    fn peek(&mut self) -> Option<Line<'t>> {
        while let Some(line) = self.lines.get(self.at) {
            if !line.is_blank() {
                return Some(*line);
            }
            self.at += 1;
        }
        None
    }

    fn next_indent(&mut self) -> Option<usize> {
        self.peek().map(|line| line.indent)
    }

    /// The list or mapping whose lines are indented like this.
    fn node(&mut self, indent: usize, depth: usize) -> Result<Option<Node>, ParseError> {
        if depth > MAX_DEPTH {
            return Ok(None);
        }
        match self.peek() {
            Some(line) if bullet_width(line.content).is_some() => self.list(indent, depth),
            Some(_) => self.mapping(indent, None, depth),
            None => Ok(None),
        }
    }

    fn list(&mut self, indent: usize, depth: usize) -> Result<Option<Node>, ParseError> {
        let mut items = Vec::new();
        while let Some(line) = self.peek().filter(|line| line.indent == indent) {
            let Some(width) = bullet_width(line.content) else { break };
            let rest = line.content.get(width..).unwrap_or_default();
            self.at += 1;
            let item = match self.key(rest) {
                Some(first) => self.mapping(indent + width, Some(first), depth + 1)?,
                None if rest.is_empty() => match self.next_indent() {
                    Some(inner) if inner > indent => self.node(inner, depth + 1)?,
                    _ => None,
                },
                None => self.scalar(rest, line.indent)?,
            };
            match item {
                Some(item) => items.push(item),
                None => return Ok(None),
            }
        }
        // A line that belongs to no item.
        let stray = self.next_indent().is_some_and(|next| next > indent);
        Ok((!items.is_empty() && !stray).then_some(Node::List(items)))
    }

    /// A mapping; its first key may stand behind a bullet, on a line that has been taken already.
    fn mapping(
        &mut self,
        indent: usize,
        behind_bullet: Option<(String, &'t str)>,
        depth: usize,
    ) -> Result<Option<Node>, ParseError> {
        if depth > MAX_DEPTH {
            return Ok(None);
        }
        let mut entries: Vec<(String, Node)> = Vec::new();
        let mut seen = HashSet::new();
        let mut next = behind_bullet.or_else(|| self.next_key(indent));
        while let Some((key, rest)) = next {
            if !seen.insert(key.clone()) {
                return Ok(None);
            }
            let value = if rest.is_empty() {
                self.below(indent, depth)?
            } else if let Some(style) = block_style(rest) {
                self.block_text(indent, style)
            } else {
                self.scalar(rest, indent)?
            };
            let Some(value) = value else { return Ok(None) };
            entries.push((key, value));
            next = self.next_key(indent);
        }
        let stray = self.next_indent().is_some_and(|next| next > indent);
        Ok((!entries.is_empty() && !stray).then_some(Node::Object { entries, cut: false }))
    }

    /// Takes the next line if it is a key with this indentation.
    fn next_key(&mut self, indent: usize) -> Option<(String, &'t str)> {
        let line = self.peek().filter(|line| line.indent == indent)?;
        let pair = self.key(line.content)?;
        self.at += 1;
        Some(pair)
    }

    /// What stands below a key without a value: a list may be indented like the key itself.
    fn below(&mut self, indent: usize, depth: usize) -> Result<Option<Node>, ParseError> {
        match self.peek() {
            Some(line) if line.indent > indent => self.node(line.indent, depth + 1),
            Some(line) if line.indent == indent && bullet_width(line.content).is_some() => {
                self.list(indent, depth + 1)
            }
            _ => Ok(Some(Node::Null)),
        }
    }

    /// A known key and what follows it on its line.
    fn key(&self, content: &'t str) -> Option<(String, &'t str)> {
        let (name, rest) = content.split_once([':', '='])?;
        let rest = match rest.strip_prefix("**").or_else(|| rest.strip_prefix("__")) {
            Some(after) if name.starts_with(['*', '_']) => after,
            _ => rest,
        };
        let colon = content.get(name.len()..).is_some_and(|mark| mark.starts_with(':'));
        let separated = rest.is_empty() || rest.starts_with([' ', '\t']) || !colon;
        let name = undecorated(name);
        let name = name.trim_matches(['"', '\'']);
        (separated && !name.is_empty() && self.known.recognises(name))
            .then(|| (name.to_owned(), trimmed(rest)))
    }

    /// A value on one line, of a key or item whose line is indented like this.
    fn scalar(&mut self, text: &'t str, indent: usize) -> Result<Option<Node>, ParseError> {
        // A text that goes on in the next line could end anywhere.
        if self.next_indent().is_some_and(|next| next > indent) {
            return Ok(None);
        }
        if text.starts_with(['{', '[']) {
            let read = candidates::whole(uncommented(text), self.known, self.budget)?;
            return Ok(read.map(|read| read.node));
        }
        if let Some(rest) = text.strip_prefix('"') {
            let text = uncommented_after_quote(text, rest, '"');
            return Ok(serde_json::from_str(text).ok().map(Node::Text));
        }
        if let Some(rest) = text.strip_prefix('\'') {
            let text = uncommented_after_quote(text, rest, '\'');
            let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            let inner = inner.filter(|inner| !inner.replace("''", "").contains('\''));
            return Ok(inner.map(|inner| Node::Text(inner.replace("''", "'"))));
        }
        let text = uncommented(text);
        // Another key on the same line would be swallowed, and some signs mean something else.
        if text.contains(": ") || text.ends_with(':') || text.starts_with(['|', '>', '&', '!', '@'])
        {
            return Ok(None);
        }
        Ok(Some(match text {
            "null" | "~" | "" => Node::Null,
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            _ if number(text).is_some() => Node::Number(text.to_owned()),
            _ => Node::Text(text.to_owned()),
        }))
    }

    /// The lines of a block text, which are indented more than its key.
    fn block_text(&mut self, indent: usize, style: Style) -> Option<Node> {
        let start = self.at;
        let belongs = |line: &Line<'_>| line.content.is_empty() || line.indent > indent;
        while self.lines.get(self.at).is_some_and(belongs) {
            self.at += 1;
        }
        let mut lines = self.lines.get(start..self.at)?;
        while let [rest @ .., last] = lines
            && last.content.is_empty()
        {
            lines = rest;
        }
        let inner = lines.iter().filter(|line| !line.content.is_empty()).map(|line| line.indent);
        let inner = inner.min()?;
        let mut text = String::new();
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                text.push(if style.folded { ' ' } else { '\n' });
            }
            if style.folded && (line.content.is_empty() || line.indent > inner) {
                return None;
            }
            text.extend(std::iter::repeat_n(' ', line.indent.saturating_sub(inner)));
            text.push_str(line.content);
        }
        if !style.stripped {
            text.push('\n');
        }
        Some(Node::Text(text))
    }
}

#[derive(Clone, Copy, Debug)]
struct Style {
    folded: bool,
    stripped: bool,
}

/// `|`, `>`, `|-`, `>-`
fn block_style(rest: &str) -> Option<Style> {
    match rest {
        "|" | "|+" => Some(Style { folded: false, stripped: false }),
        "|-" => Some(Style { folded: false, stripped: true }),
        ">" | ">+" => Some(Style { folded: true, stripped: false }),
        ">-" => Some(Style { folded: true, stripped: true }),
        _ => None,
    }
}

/// How many bytes the bullet of an item takes.
fn bullet_width(content: &str) -> Option<usize> {
    match content {
        "-" => Some(1),
        _ => bullet(content).map(|item| content.len() - item.len()),
    }
}

fn uncommented(text: &str) -> &str {
    text.split_once(" #").map_or(text, |(before, _)| before).trim_end()
}

/// A quoted text without the comment after its last quote.
fn uncommented_after_quote<'t>(text: &'t str, rest: &str, quote: char) -> &'t str {
    match rest.rfind(quote) {
        Some(end) => {
            let after = rest.get(end + 1..).unwrap_or_default();
            let comment = after.trim_start().starts_with('#');
            if comment { text.get(..end + 2).unwrap_or(text) } else { text }
        }
        None => text,
    }
}
