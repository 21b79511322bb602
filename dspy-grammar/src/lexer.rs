//! The words and signs of a signature's text.

use std::ops::Range;

/// A word or sign, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lexeme<'t> {
    pub(crate) token: Token<'t>,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'t> {
    /// Letters, digits and `_`, not beginning with a digit; `r#` may stand before.
    Word(&'t str),
    /// A digit and what follows it directly.
    Number(&'t str),
    /// A text between quotes.
    Quoted(String),
    /// A quote that is not closed on its line, and all that follows there.
    Unclosed,
    Lifetime,
    Comma,
    Colon,
    PathSep,
    /// `->`; another spelling of it carries what was written.
    Arrow(Option<&'t str>),
    /// The `->` before the return type of a function type.
    Returns,
    Open(Bracket),
    Close(Bracket),
    Bar,
    Semicolon,
    Ellipsis,
    And,
    /// Signs that mean nothing here.
    Stray(&'t str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bracket {
    Angle,
    Square,
    Round,
}

impl Bracket {
    pub(crate) fn close(self) -> char {
        match self {
            Self::Angle => '>',
            Self::Square => ']',
            Self::Round => ')',
        }
    }
}

/// Spellings of the arrow that are not `->`, longest first.
const ARROWS: [&str; 6] = ["-->", "==>", "=>", "→", "⇒", "—>"];

/// Takes the text apart. Every character that is no white space ends up in a lexeme.
pub(crate) fn lex(text: &str) -> Vec<Lexeme<'_>> {
    let mut lexer = Lexer { text, at: 0, lexemes: Vec::new(), literal: None };
    while lexer.step() {}
    let mut lexemes = lexer.lexemes;
    mark_returns(&mut lexemes);
    mark_bare_arrow(&mut lexemes);
    lexemes
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    lexemes: Vec<Lexeme<'t>>,
    /// The bracket that closes the `Literal` around the place; only in there, `'` is no lifetime.
    literal: Option<Bracket>,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads one lexeme; `false` at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return false };
        if first.is_whitespace() {
            self.at += first.len_utf8();
            return true;
        }
        let (token, length) = self.read(rest, first);
        match token {
            Token::Open(bracket) if self.follows_literal() => self.literal = Some(bracket),
            Token::Close(bracket) if self.literal == Some(bracket) => self.literal = None,
            Token::Arrow(_) => self.literal = None,
            _ => {}
        }
        let span = self.at..self.at + length;
        self.at = span.end;
        self.lexemes.push(Lexeme { token, span });
        true
    }

    fn follows_literal(&self) -> bool {
        self.lexemes.last().is_some_and(|last| last.token == Token::Word("Literal"))
    }

    fn read(&self, rest: &'t str, first: char) -> (Token<'t>, usize) {
        let other = ARROWS.iter().find(|arrow| rest.starts_with(**arrow));
        if let Some(arrow) = other.and_then(|arrow| rest.get(..arrow.len())) {
            return (Token::Arrow(Some(arrow)), arrow.len());
        }
        for (sign, token) in [
            ("->", Token::Arrow(None)),
            ("::", Token::PathSep),
            ("...", Token::Ellipsis),
            ("…", Token::Ellipsis),
            (",", Token::Comma),
            (":", Token::Colon),
            (";", Token::Semicolon),
            ("|", Token::Bar),
            ("&", Token::And),
            ("<", Token::Open(Bracket::Angle)),
            ("[", Token::Open(Bracket::Square)),
            ("(", Token::Open(Bracket::Round)),
            (">", Token::Close(Bracket::Angle)),
            ("]", Token::Close(Bracket::Square)),
            (")", Token::Close(Bracket::Round)),
        ] {
            if rest.starts_with(sign) {
                return (token, sign.len());
            }
        }
        if is_word_start(first) {
            let raw = rest.strip_prefix("r#").filter(|rest| rest.starts_with(is_word_start));
            let skipped = if raw.is_some() { 2 } else { 0 };
            let length = skipped + word_length(rest.get(skipped..).unwrap_or_default());
            return (Token::Word(rest.get(..length).unwrap_or_default()), length);
        }
        if first.is_numeric() {
            let length = word_length(rest);
            return (Token::Number(rest.get(..length).unwrap_or_default()), length);
        }
        match first {
            '"' => self.quoted(rest, '"'),
            '\'' => {
                let word = word_length(rest.get(1..).unwrap_or_default());
                let is_closed = rest.get(1 + word..).is_some_and(|rest| rest.starts_with('\''));
                if self.literal.is_none() && word > 0 && !is_closed {
                    return (Token::Lifetime, 1 + word);
                }
                self.quoted(rest, '\'')
            }
            _ => {
                let length = rest.find(|c| !is_stray(c)).unwrap_or(rest.len());
                let length = length.max(first.len_utf8());
                (Token::Stray(rest.get(..length).unwrap_or_default()), length)
            }
        }
    }

    /// A text in quotes, in which a backslash keeps a quote or a backslash.
    fn quoted(&self, rest: &'t str, quote: char) -> (Token<'t>, usize) {
        let mut value = String::new();
        let mut chars = rest.char_indices().skip(1).peekable();
        while let Some((index, c)) = chars.next() {
            match c {
                c if c == quote => return (Token::Quoted(value), index + 1),
                '\n' => return (Token::Unclosed, index),
                '\\' => match chars.peek() {
                    Some((_, kept @ ('\\' | '\'' | '"'))) => {
                        value.push(*kept);
                        chars.next();
                    }
                    _ => value.push('\\'),
                },
                c => value.push(c),
            }
        }
        (Token::Unclosed, rest.len())
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// The bytes of the letters, digits and `_` that the text begins with.
fn word_length(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// Whether the character begins nothing that means something.
fn is_stray(c: char) -> bool {
    let is_sign = matches!(
        c,
        ',' | ':' | ';' | '|' | '&' | '<' | '>' | '[' | ']' | '(' | ')' | '"' | '\'' | '…'
    );
    let may_begin_arrow = matches!(c, '-' | '=' | '→' | '⇒' | '—' | '.');
    !is_sign && !may_begin_arrow && !c.is_whitespace() && !c.is_alphanumeric() && c != '_'
}

/// Tells the arrows of function types from the signature's own, which is the last at the latest.
fn mark_returns(lexemes: &mut [Lexeme<'_>]) {
    let is_arrow = |lexeme: &Lexeme<'_>| matches!(lexeme.token, Token::Arrow(_));
    let Some(last) = lexemes.iter().rposition(is_arrow) else { return };
    // For each open bracket, whether it holds the arguments of a function type.
    let mut open: Vec<bool> = Vec::new();
    let (mut after_function, mut after_arguments) = (false, false);
    for lexeme in lexemes.iter_mut().take(last) {
        let mut ended_arguments = false;
        match lexeme.token {
            Token::Open(Bracket::Round) => open.push(after_function),
            Token::Close(Bracket::Round) => ended_arguments = open.pop().unwrap_or(false),
            Token::Arrow(None) if after_arguments => lexeme.token = Token::Returns,
            _ => {}
        }
        after_function = matches!(lexeme.token, Token::Word("fn" | "Fn" | "FnMut" | "FnOnce"));
        after_arguments = ended_arguments;
    }
}

/// Where there is no arrow, a `>` that closes nothing was meant as one.
fn mark_bare_arrow(lexemes: &mut [Lexeme<'_>]) {
    if lexemes.iter().any(|lexeme| matches!(lexeme.token, Token::Arrow(_))) {
        return;
    }
    let mut open = 0_usize;
    for lexeme in lexemes {
        match lexeme.token {
            Token::Open(Bracket::Angle) => open += 1,
            Token::Close(Bracket::Angle) if open > 0 => open -= 1,
            Token::Close(Bracket::Angle) => {
                lexeme.token = Token::Arrow(Some(">"));
                return;
            }
            _ => {}
        }
    }
}
