//! A text under way: lines in colours, wrapped.

use super::Colour;
use super::wrap::lines;

/// What a line is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ink {
    Plain,
    Heading,
    Added,
    Removed,
    Faint,
}

impl Ink {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Heading => Some("1"),
            Self::Added => Some("32"),
            Self::Removed => Some("31"),
            Self::Faint => Some("2"),
        }
    }
}

pub(crate) struct Page {
    in_colour: bool,
    text: String,
}

impl Page {
    pub(crate) fn new(colour: Colour) -> Self {
        Self { in_colour: colour.is_on(), text: String::new() }
    }

    /// A text after a mark such as `+ `, so far in; where it goes on, it stands below its beginning.
    pub(crate) fn put(&mut self, ink: Ink, indent: usize, mark: &str, text: &str) {
        let begin = indent + mark.chars().count();
        let mut mark = format!("{}{mark}", " ".repeat(indent));
        let mut any = false;
        for line in text.lines() {
            // The text's own indent is part of where it stands.
            let own = line.chars().take_while(|c| *c == ' ').count().min(20);
            for piece in lines(line, begin, begin + own) {
                self.line(ink, format!("{mark}{piece}").trim_end());
                mark.clear();
                any = true;
            }
            mark = " ".repeat(begin);
        }
        if !any {
            self.line(ink, mark.trim_end());
        }
    }

    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    fn line(&mut self, ink: Ink, line: &str) {
        match ink.code().filter(|_| self.in_colour && !line.is_empty()) {
            Some(code) => self.text.push_str(&format!("\u{1b}[{code}m{line}\u{1b}[0m\n")),
            None => {
                self.text.push_str(line);
                self.text.push('\n');
            }
        }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}
