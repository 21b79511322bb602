//! From words and signs to fields and types, reporting every mistake on the way.
//!
//! A mistake that leaves no doubt about what follows is reported and read over; after any other,
//! the rest of the field is skipped. So one mistake is one fault.

mod brackets;
mod builtins;
mod fields;
mod literal;
mod paths;
mod types;

use std::ops::Range;

use crate::fault::Fault;
use crate::lexer::{Lexeme, Token, lex};

/// The reader's place in a text.
pub(crate) struct Parser<'t> {
    text: &'t str,
    lexemes: Vec<Lexeme<'t>>,
    /// For each lexeme that opens a bracket, the one that closes it.
    closed_by: Vec<Option<usize>>,
    at: usize,
    /// How many types the place is inside of.
    depth: usize,
    faults: Vec<Fault>,
}

/// The rest of the field cannot be made out; why is among the faults.
#[derive(Debug)]
struct Lost;

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let lexemes = lex(text);
        let closed_by = brackets::matched(&lexemes);
        Self { text, lexemes, closed_by, at: 0, depth: 0, faults: Vec::new() }
    }

    /// The mistakes, in the order of the text.
    pub(crate) fn into_faults(mut self) -> Vec<Fault> {
        self.faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
        self.faults
    }

    fn peek(&self) -> Option<&Token<'t>> {
        self.lexemes.get(self.at).map(|lexeme| &lexeme.token)
    }

    fn peek_second(&self) -> Option<&Token<'t>> {
        self.lexemes.get(self.at + 1).map(|lexeme| &lexeme.token)
    }

    /// The bytes of the next lexeme; the end of the text where there is none.
    fn here(&self) -> Range<usize> {
        let end = self.text.trim_end().len();
        self.lexemes.get(self.at).map_or(end..end, |lexeme| lexeme.span.clone())
    }

    /// Where the lexeme before ended.
    fn end_of_last(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|last| self.lexemes.get(last));
        last.map_or(0, |lexeme| lexeme.span.end)
    }

    fn advance(&mut self) {
        self.at += 1;
    }

    /// Steps over the sign where it comes next.
    fn eat(&mut self, token: &Token<'_>) -> bool {
        let found = self.peek() == Some(token);
        if found {
            self.advance();
        }
        found
    }

    /// Whether the field ends here.
    fn is_at_field_end(&self) -> bool {
        matches!(self.peek(), None | Some(Token::Comma | Token::Arrow(_)))
    }

    /// The text of a range.
    fn source(&self, span: Range<usize>) -> &'t str {
        self.text.get(span).unwrap_or_default()
    }

    fn fault(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.faults.push(Fault::new(span, message));
    }

    /// Reports a mistake after which the field cannot be read on.
    fn lose<T>(&mut self, span: Range<usize>, message: impl Into<String>) -> Result<T, Lost> {
        self.fault(span, message);
        Err(Lost)
    }

    /// Reports what comes next as out of place.
    fn lose_unexpected<T>(&mut self, expected: &str) -> Result<T, Lost> {
        let here = self.here();
        let message = match self.peek() {
            None => format!("the text ends where {expected} should come"),
            Some(Token::Unclosed) => {
                let quote: String = self.source(here.clone()).chars().take(1).collect();
                format!(
                    "`{quote}` is never closed on its line: a text stands between two quotes, and \
                     only in `Literal['…']`"
                )
            }
            Some(Token::Close(bracket)) if !self.is_matched(self.at) => {
                format!("`{}` closes nothing: take it away", bracket.close())
            }
            Some(_) => {
                format!("`{}` stands where {expected} should come", self.source(here.clone()))
            }
        };
        self.lose(here, message)
    }
}
