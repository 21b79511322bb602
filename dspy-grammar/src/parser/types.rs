//! Types: one word, brackets, unions, and those that no field can have.

use std::ops::Range;

use super::{Lost, Parser};
use crate::lexer::{Bracket, Token};
use crate::types::{Scalar, Type, TypeKind};

/// How deep types may stand in one another. More is no signature that a person wrote.
const MAX_DEPTH: usize = 32;
/// The most items that serde reads into an array.
const MAX_ARRAY: usize = 32;
/// The most items that serde reads into a tuple.
const MAX_TUPLE: usize = 16;

pub(super) const A_TYPE: &str = "a type";

/// A type, or the word for no value, which only means something beside a type.
#[derive(Debug)]
pub(super) enum Member {
    Type(Type),
    None(Range<usize>),
}

impl Parser<'_> {
    /// Reads a type, with all that `|` joins to it.
    pub(super) fn ty(&mut self) -> Result<Type, Lost> {
        let start = self.here().start;
        let mut members = vec![self.member()?];
        while self.eat(&Token::Bar) {
            members.push(self.member()?);
        }
        let span = start..self.end_of_last();
        Ok(self.union(span, members))
    }

    /// Reads a type that may be `None`, up to a `|`.
    pub(super) fn member(&mut self) -> Result<Member, Lost> {
        if self.depth >= MAX_DEPTH {
            return self.lose(
                self.here(),
                format!(
                    "types stand in one another more than {MAX_DEPTH} deep here: give the inner \
                     part a name, as a struct with `#[dspy::data]`"
                ),
            );
        }
        self.depth += 1;
        let member = self.member_inside();
        self.depth -= 1;
        member
    }

    fn member_inside(&mut self) -> Result<Member, Lost> {
        let here = self.here();
        let ty = match self.peek() {
            Some(Token::Word(word @ ("fn" | "dyn" | "impl" | "unsafe" | "extern"))) => {
                let word = *word;
                return self.lose_code(word);
            }
            Some(Token::Word(_) | Token::PathSep) => return self.path(),
            Some(Token::Open(Bracket::Round)) => self.tuple()?,
            Some(Token::Open(Bracket::Square)) => self.array()?,
            Some(Token::And) => self.reference()?,
            Some(Token::Stray(sign)) if sign.starts_with('*') => {
                return self.lose(
                    here,
                    "a field cannot hold a pointer, for its value outlives the call and is \
                     written as JSON: own the value",
                );
            }
            Some(Token::Quoted(_)) => {
                let text = self.source(here.clone());
                return self.lose(
                    here,
                    format!(
                        "a text is no type: for a closed set of texts, write `Literal[{text}]`"
                    ),
                );
            }
            _ => return self.lose_unexpected(A_TYPE),
        };
        Ok(Member::Type(ty))
    }

    /// What the members of a union come to: a type, or an optional one.
    pub(super) fn union(&mut self, span: Range<usize>, members: Vec<Member>) -> Type {
        let is_optional = members.iter().any(|member| matches!(member, Member::None(_)));
        let mut types = members.into_iter().filter_map(|member| match member {
            Member::Type(ty) => Some(ty),
            Member::None(_) => None,
        });
        let (first, others) = (types.next(), types.count());
        let Some(first) = first else {
            self.fault(
                span.clone(),
                "`None` alone holds nothing: name a type beside it, as in `str | None`, or leave \
                 the field out",
            );
            return text(span);
        };
        if others > 0 {
            self.fault(
                span.clone(),
                "a value of one of several types has no type in Rust: declare an enum with \
                 `#[dspy::data]` that has a variant for each, and name it here",
            );
        }
        let is_option = matches!(first.kind, TypeKind::Option(_));
        if is_optional && !is_option {
            return Type { span, kind: TypeKind::Option(Box::new(first)) };
        }
        first
    }

    /// `(A, B)`, or a type in parentheses.
    fn tuple(&mut self) -> Result<Type, Lost> {
        let open = self.here();
        self.open()?;
        let mut items = Vec::new();
        let mut has_comma = false;
        while !self.eat(&Token::Close(Bracket::Round)) {
            items.push(self.ty()?);
            has_comma |= self.comma(Bracket::Round)?;
        }
        let span = open.start..self.end_of_last();
        if items.len() == 1
            && !has_comma
            && let Some(only) = items.pop()
        {
            return Ok(only);
        }
        if items.is_empty() {
            self.fault(
                span.clone(),
                "`()` holds nothing: name a type, or leave the field out; a signature without \
                 inputs is written `-> answer`",
            );
            return Ok(text(span));
        }
        Ok(self.tuple_of(span, items))
    }

    pub(super) fn tuple_of(&mut self, span: Range<usize>, items: Vec<Type>) -> Type {
        if items.len() > MAX_TUPLE {
            self.fault(
                span.clone(),
                format!(
                    "a tuple of {} items cannot be read: serde stops at {MAX_TUPLE}; declare a \
                     struct with `#[dspy::data]`, whose fields have names",
                    items.len()
                ),
            );
            return text(span);
        }
        Type { span, kind: TypeKind::Tuple(items) }
    }

    /// `[T; 3]`.
    fn array(&mut self) -> Result<Type, Lost> {
        let open = self.here();
        self.open()?;
        let item = self.ty()?;
        if self.eat(&Token::Close(Bracket::Square)) {
            let span = open.start..self.end_of_last();
            let inner = self.source(item.span.clone());
            self.fault(
                span.clone(),
                format!(
                    "a list in brackets alone has no length: did you mean `list[{inner}]`, \
                     `Vec<{inner}>` or `[{inner}; 3]`?"
                ),
            );
            return Ok(item);
        }
        if !self.eat(&Token::Semicolon) {
            return self.lose_unexpected("`]`, or `;` and a length,");
        }
        let here = self.here();
        let written = match self.peek() {
            Some(Token::Number(digits)) => digits.parse::<usize>().ok(),
            _ => None,
        };
        let length = match written {
            Some(length @ 1..=MAX_ARRAY) => length,
            Some(0) => {
                self.fault(here, "an array of length 0 holds nothing: leave the field out");
                1
            }
            Some(_) => {
                let item = self.source(item.span.clone());
                let message =
                    format!("serde reads no arrays longer than {MAX_ARRAY}: write `Vec<{item}>`");
                self.fault(here, message);
                1
            }
            None => return self.lose(here, "the length of an array is a number: `[f32; 3]`"),
        };
        self.advance();
        if !self.eat(&Token::Close(Bracket::Square)) {
            return self.lose_unexpected("`]`");
        }
        let span = open.start..self.end_of_last();
        Ok(Type { span, kind: TypeKind::Array(Box::new(item), length) })
    }

    /// `&T`, which is refused; the type behind it stands in.
    fn reference(&mut self) -> Result<Type, Lost> {
        let start = self.here();
        self.advance();
        if self.peek() == Some(&Token::Lifetime) {
            self.advance();
        }
        if self.peek() == Some(&Token::Word("mut")) {
            self.advance();
        }
        let behind = self.here();
        let is_slice = self.peek() == Some(&Token::Open(Bracket::Square));
        let known = self.faults.len();
        let Member::Type(mut ty) = self.member()? else {
            return self.lose(start, "`&None` is no type: write `None` beside another type");
        };
        // What is said of a bare `[T]` is said here.
        let is_bare_slice = is_slice && !matches!(ty.kind, TypeKind::Array(..));
        let owned = if is_bare_slice {
            self.faults.truncate(known);
            format!("Vec<{}>", self.source(ty.span.clone()))
        } else if self.source(behind) == "str" {
            "String".to_owned()
        } else {
            self.source(ty.span.clone()).to_owned()
        };
        ty.span = start.start..self.end_of_last();
        self.fault(
            ty.span.clone(),
            format!(
                "a field cannot borrow, for its value outlives the call: write `{owned}`, which owns \
                 it"
            ),
        );
        Ok(ty)
    }

    /// A type of code, whose values no model can write.
    fn lose_code<T>(&mut self, word: &str) -> Result<T, Lost> {
        let start = self.here().start;
        self.skip_type();
        let span = start..self.end_of_last();
        let message = match word {
            "dyn" | "impl" => format!(
                "`{word}` types have no JSON Schema, by which a prompt describes a value: name a \
                 type with `#[dspy::data]`, such as an enum of the cases"
            ),
            _ => "a function is no value that a prompt can hold or a model can write: name a type \
                  of data"
                .to_owned(),
        };
        self.lose(span, message)
    }

    /// Steps to where the type ends, over brackets and the arrows of function types.
    fn skip_type(&mut self) {
        while let Some(token) = self.peek() {
            match token {
                Token::Comma | Token::Arrow(_) | Token::Close(_) | Token::Bar => break,
                Token::Open(_) => match self.closed_by.get(self.at).copied().flatten() {
                    Some(close) => self.at = close,
                    None => break,
                },
                _ => {}
            }
            self.advance();
        }
    }

    /// Steps over an open bracket that has a partner.
    pub(super) fn open(&mut self) -> Result<(), Lost> {
        if self.is_matched(self.at) {
            self.advance();
            return Ok(());
        }
        let here = self.here();
        if let Some(quote) = self.unclosed_after(self.at) {
            self.at = quote;
            return self.lose_unexpected(A_TYPE);
        }
        let close = match self.peek() {
            Some(Token::Open(bracket)) => bracket.close(),
            _ => return self.lose_unexpected("a bracket"),
        };
        let open = self.source(here.clone());
        self.lose(here, format!("`{open}` is never closed: write `{close}` after what is inside"))
    }

    /// Steps over the comma between two items; gives whether there is one. The bracket's end stays.
    pub(super) fn comma(&mut self, bracket: Bracket) -> Result<bool, Lost> {
        if self.eat(&Token::Comma) {
            return Ok(true);
        }
        if self.peek() == Some(&Token::Close(bracket)) {
            return Ok(false);
        }
        self.lose_unexpected(&format!("`,` or `{}`", bracket.close()))
    }

    /// An unclosed quote before the field's end, which hides the end of the bracket.
    fn unclosed_after(&self, at: usize) -> Option<usize> {
        let until_arrow = self
            .lexemes
            .iter()
            .skip(at)
            .take_while(|lexeme| !matches!(lexeme.token, Token::Arrow(_)));
        let found = until_arrow.map(|lexeme| &lexeme.token).position(|t| *t == Token::Unclosed);
        found.map(|distance| at + distance)
    }
}

/// What stands in for a type that cannot be made out.
pub(super) fn text(span: Range<usize>) -> Type {
    Type { span, kind: TypeKind::Scalar(Scalar::String) }
}
