//! Names of types, and the types in brackets after them.

use std::ops::Range;

use super::types::Member;
use super::{Lost, Parser};
use crate::builtin::{Style, builtin, meant_type};
use crate::lexer::{Bracket, Token};
use crate::name::is_keyword;
use crate::types::{Segment, Type, TypeKind};

/// What stands in brackets after a name.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) members: Vec<Member>,
    /// Python's `...` after the only type of a tuple.
    pub(super) ellipsis: Option<Range<usize>>,
    /// The brackets, and where they stand.
    pub(super) brackets: Option<(Bracket, Range<usize>)>,
}

impl Parser<'_> {
    /// Reads a standard type, or a path of names.
    pub(super) fn path(&mut self) -> Result<Member, Lost> {
        let start = self.here().start;
        let is_absolute = self.eat(&Token::PathSep);
        let mut segments: Vec<Segment> = Vec::new();
        loop {
            let name = self.here();
            let Some(Token::Word(word)) = self.peek().cloned() else {
                return self.lose_unexpected("the name of a type");
            };
            let is_first = segments.is_empty() && !is_absolute;
            self.check_word(word, &name)?;
            let meant = if is_first { self.meant(word) } else { None };
            if let Some(meant) = meant {
                let message = format!("there is no type `{word}`: did you mean `{meant}`?");
                self.fault(name.clone(), message);
            }
            let word = meant.unwrap_or(word);
            self.advance();
            let is_last = self.peek() != Some(&Token::PathSep);
            let is_standard = is_first || is_std(&segments);
            if let Some((builtin, style)) = builtin(word).filter(|_| is_last && is_standard) {
                let style =
                    if meant.is_some() { self.style_ahead().unwrap_or(style) } else { style };
                return self.builtin(builtin, style, word, start..name.end);
            }
            let arguments = self.arguments()?;
            if let Some((Bracket::Square, brackets)) = &arguments.brackets {
                let message = self.square_brackets(word, brackets.clone());
                self.fault(name.start..brackets.end, message);
            }
            let arguments = self.types(arguments.members);
            segments.push(Segment { name: word.to_owned(), arguments });
            if !self.eat(&Token::PathSep) {
                break;
            }
        }
        if matches!(self.peek(), Some(Token::Stray("."))) {
            let here = self.here();
            return self.lose(
                here,
                "a path is written with `::`, and the types of Python's `typing` without a path",
            );
        }
        let span = start..self.end_of_last();
        Ok(Member::Type(Type { span, kind: TypeKind::Path { is_absolute, segments } }))
    }

    /// Reports a word that cannot be a type or a part of a path.
    fn check_word(&mut self, word: &str, span: &Range<usize>) -> Result<(), Lost> {
        let message = match word {
            "_" => "`_` leaves the type open, and a prompt must name it".to_owned(),
            "Self" => "`Self` means nothing in a signature's text: name the type".to_owned(),
            "crate" | "self" | "super" if self.peek_second() == Some(&Token::PathSep) => {
                return Ok(());
            }
            word if is_keyword(word) => {
                format!("`{word}` is a word of Rust itself and names no type")
            }
            _ => return Ok(()),
        };
        self.lose(span.clone(), message)
    }

    /// The standard type that a word misspells. Types of the user's own begin with a capital
    /// letter, and are left to the compiler.
    fn meant(&self, word: &str) -> Option<&'static str> {
        let is_alone = self.peek_second() != Some(&Token::PathSep);
        if !is_alone || !word.starts_with(char::is_lowercase) || builtin(word).is_some() {
            return None;
        }
        meant_type(word)
    }

    /// The language of the brackets that come next.
    fn style_ahead(&self) -> Option<Style> {
        match self.peek() {
            Some(Token::Open(Bracket::Angle)) => Some(Style::Rust),
            Some(Token::Open(Bracket::Square)) => Some(Style::Python),
            _ => None,
        }
    }

    /// What is wrong with square brackets after a name that is no type of Python.
    fn square_brackets(&self, word: &str, brackets: Range<usize>) -> String {
        match meant_type(word) {
            Some(meant) => format!("there is no type `{word}`: did you mean `{meant}`?"),
            None => format!(
                "a type of Rust takes types in angle brackets: did you mean `{word}<{}>`?",
                self.inside(brackets)
            ),
        }
    }

    /// Reads the brackets after a name, if there are any.
    pub(super) fn arguments(&mut self) -> Result<Arguments, Lost> {
        let Some(Token::Open(bracket @ (Bracket::Angle | Bracket::Square))) = self.peek().cloned()
        else {
            return Ok(Arguments::default());
        };
        let start = self.here().start;
        self.open()?;
        let mut arguments = Arguments::default();
        while !self.eat(&Token::Close(bracket)) {
            let here = self.here();
            match self.peek() {
                Some(Token::Lifetime) => {
                    return self.lose(
                        here,
                        "a field cannot borrow, for its value outlives the call: name a type \
                         without a lifetime, such as `String`",
                    );
                }
                Some(Token::Ellipsis) => {
                    self.advance();
                    arguments.ellipsis = Some(here);
                }
                _ => arguments.members.push(self.joined_member()?),
            }
            self.comma(bracket)?;
        }
        arguments.brackets = Some((bracket, start..self.end_of_last()));
        Ok(arguments)
    }

    /// A member with all that `|` joins to it; a lone `None` stays one.
    fn joined_member(&mut self) -> Result<Member, Lost> {
        let start = self.here().start;
        let first = self.member()?;
        if self.peek() != Some(&Token::Bar) {
            return Ok(first);
        }
        let mut members = vec![first];
        while self.eat(&Token::Bar) {
            members.push(self.member()?);
        }
        let span = start..self.end_of_last();
        Ok(Member::Type(self.union(span, members)))
    }

    /// The members as types; a lone `None` is refused.
    pub(super) fn types(&mut self, members: Vec<Member>) -> Vec<Type> {
        let mut types = Vec::with_capacity(members.len());
        for member in members {
            types.push(match member {
                Member::Type(ty) => ty,
                Member::None(span) => self.union(span.clone(), vec![Member::None(span)]),
            });
        }
        types
    }

    /// What stands between two brackets.
    pub(super) fn inside(&self, brackets: Range<usize>) -> String {
        let mut chars = self.source(brackets).chars();
        chars.next();
        chars.next_back();
        chars.as_str().trim().to_owned()
    }
}

/// Whether what follows these names is of Rust's standard library, or is JSON's `Value`.
fn is_std(segments: &[Segment]) -> bool {
    let library = segments.first().map(|first| first.name.as_str());
    matches!(library, Some("std" | "core" | "alloc" | "serde_json"))
}
