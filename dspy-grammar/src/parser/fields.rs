//! Fields, and the two sides they stand on.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Lost, Parser};
use crate::builtin::builtin;
use crate::lexer::Token;
use crate::name::{check_field_name, close_name};
use crate::task::{Task, TaskField};
use crate::types::{Scalar, Type, TypeKind};

const AN_END: &str = "a `,`, `->` or the end";

impl Parser<'_> {
    /// Reads a whole signature.
    pub(crate) fn task(&mut self) -> Task {
        let mut task = Task::default();
        if self.lexemes.is_empty() {
            self.fault(
                0..0,
                "the signature is empty: write its inputs, `->` and its outputs, as in \
                 `question -> answer`",
            );
            return task;
        }
        let mut names = BTreeSet::new();
        let mut arrow: Option<Range<usize>> = None;
        let (mut has_input, mut has_output) = (false, false);
        while let Some(token) = self.peek() {
            match *token {
                Token::Arrow(written) => {
                    self.arrow(arrow.is_some(), written);
                    arrow.get_or_insert(self.here());
                    self.advance();
                }
                Token::Comma => {
                    let here = self.here();
                    self.fault(here, "there is no field before this `,`: take it away");
                    self.advance();
                }
                _ => {
                    has_input |= arrow.is_none();
                    has_output |= arrow.is_some();
                    let side = if arrow.is_some() { &mut task.outputs } else { &mut task.inputs };
                    let field = self.field();
                    if let Some(field) = self.unless_taken(field, &mut names) {
                        side.push(field);
                    }
                    self.separator();
                }
            }
        }
        self.check_sides(arrow, has_input, has_output);
        task
    }

    /// Reads a text that is one field.
    pub(crate) fn only_field(&mut self) -> Option<TaskField> {
        if self.lexemes.is_empty() {
            self.fault(0..0, "there is no field: write a name, or a name, `:` and a type");
            return None;
        }
        let field = self.field();
        if self.at < self.lexemes.len() && self.faults.is_empty() {
            return self.lose_unexpected("the end of the field").ok();
        }
        field
    }

    /// Reads a text that is one type.
    pub(crate) fn only_type(&mut self) -> Option<Type> {
        let ty = self.ty().ok()?;
        if self.at < self.lexemes.len() {
            return self.lose_unexpected("the end of the type").ok();
        }
        Some(ty)
    }

    /// Reports an arrow that is not the first, or is spelled in another way.
    fn arrow(&mut self, is_further: bool, written: Option<&str>) {
        let here = self.here();
        if is_further {
            self.fault(
                here,
                "this is a second `->`: a signature has one, between its inputs and its outputs; \
                 put `,` between fields",
            );
        } else if let Some(written) = written {
            self.fault(here, format!("`{written}` is no arrow: did you mean `->`?"));
        }
    }

    fn check_sides(&mut self, arrow: Option<Range<usize>>, has_input: bool, has_output: bool) {
        let is_unclosed = self.lexemes.iter().any(|lexeme| lexeme.token == Token::Unclosed);
        match arrow {
            // The quote may have swallowed it.
            None if is_unclosed => {}
            None => {
                let start = self.lexemes.first().map_or(0, |first| first.span.start);
                self.fault(
                    start..self.text.trim_end().len(),
                    "there is no `->`, which stands between the inputs and the outputs: write \
                     `question -> answer`",
                );
            }
            Some(arrow) => {
                if !has_input {
                    self.fault(
                        arrow.start..arrow.start,
                        "there is no input before `->`, so every call would ask the same: name \
                         one, as in `question -> answer`",
                    );
                }
                if !has_output {
                    self.fault(
                        arrow.end..arrow.end,
                        "there is no output after `->`, so a model would be asked for nothing: \
                         name one, as in `question -> answer`",
                    );
                }
            }
        }
    }

    /// The field, unless another one has its name.
    fn unless_taken(
        &mut self,
        field: Option<TaskField>,
        names: &mut BTreeSet<String>,
    ) -> Option<TaskField> {
        let field = field?;
        if names.insert(field.name.clone()) {
            return Some(field);
        }
        self.fault(
            field.span,
            format!(
                "there is a field `{}` already: every name stands for one field, whether input or \
                 output; choose another",
                field.name
            ),
        );
        None
    }

    /// Steps over the comma after a field, or reports what stands in its place.
    fn separator(&mut self) {
        if self.eat(&Token::Comma) || self.is_at_field_end() {
            return;
        }
        let here = self.here();
        if let Some(Token::Word(_)) = self.peek() {
            let next = self.source(here.clone());
            if next == "of" {
                self.fault(here, "the types inside a type stand in brackets: write `list[str]`");
                self.skip_field(self.at);
                self.eat(&Token::Comma);
                return;
            }
            let message = format!("`,` is missing before `{next}`: fields stand between commas");
            return self.fault(here.start..here.start, message);
        }
        let start = self.at;
        let expected = match self.peek() {
            Some(Token::Stray(sign)) if sign.starts_with('=') => {
                self.fault(
                    here,
                    "a signature's text holds no defaults: set them in code, with \
                     `#[output(default = …)]` under the derive or `Field::with_default`",
                );
                None
            }
            Some(Token::Stray(sign)) if sign.starts_with('?') => {
                self.fault(here, "`?` makes no type optional: write `Option<…>` or `Optional[…]`");
                None
            }
            _ => Some(AN_END),
        };
        if let Some(expected) = expected {
            let _: Result<(), Lost> = self.lose_unexpected(expected);
        }
        self.skip_field(start);
        self.eat(&Token::Comma);
    }

    /// Reads a field up to what separates it from the next; `None` where it has no good name.
    fn field(&mut self) -> Option<TaskField> {
        let start = self.at;
        match self.name_and_type() {
            Ok(field) => field,
            Err(Lost) => {
                self.skip_field(start);
                None
            }
        }
    }

    fn name_and_type(&mut self) -> Result<Option<TaskField>, Lost> {
        let name = self.name()?;
        let Some(first) = self.lexemes.get(self.at.saturating_sub(1)) else { return Ok(None) };
        let span = first.span.clone();
        let colon = self.here();
        if self.eat(&Token::PathSep) {
            self.fault(colon.clone(), "a field has one `:` between its name and its type");
        } else if let Some(next) = self.standard_type_ahead() {
            let label = name.as_deref().unwrap_or("name");
            let message =
                format!("`:` is missing before the type `{next}`: write `{label}: {next}`");
            self.fault(colon.start..colon.start, message);
        } else if !self.eat(&Token::Colon) {
            let ty = Type { span: span.clone(), kind: TypeKind::Scalar(Scalar::String) };
            return Ok(name.map(|name| TaskField { name, span, ty }));
        }
        if self.is_at_field_end() {
            let label = name.as_deref().unwrap_or("name");
            return self.lose(
                colon.end..colon.end,
                format!(
                    "the type of `{label}` is missing after `:`: write one, as in `{label}: str`, \
                     or take the `:` away, which makes it a text"
                ),
            );
        }
        let ty = self.ty()?;
        Ok(name.map(|name| TaskField { name, span, ty }))
    }

    /// A standard type that comes next, where a `:` should stand before it.
    fn standard_type_ahead(&self) -> Option<String> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        let ends = matches!(
            self.peek_second(),
            None | Some(Token::Comma | Token::Arrow(_) | Token::Open(_) | Token::Bar)
        );
        (ends && builtin(word).is_some()).then(|| (*word).to_owned())
    }

    /// Reads a name; `None` where it cannot be one, which is reported, but ends where a name would.
    fn name(&mut self) -> Result<Option<String>, Lost> {
        let here = self.here();
        match self.peek() {
            Some(Token::Word(_)) => {}
            Some(Token::Colon | Token::PathSep) => {
                return self.lose(
                    here,
                    "the name of the field is missing before `:`: write it, as in `answer: str`",
                );
            }
            Some(Token::Quoted(text)) => {
                let message = match check_field_name(text) {
                    Ok(name) => format!("a name stands without quotes: write `{name}`"),
                    Err(_) => "a field begins with its name, without quotes".to_owned(),
                };
                self.fault(here, message);
                self.advance();
                return Ok(None);
            }
            Some(Token::Number(_) | Token::Stray(_)) => {}
            _ => return self.lose_unexpected("the name of a field"),
        }
        self.advance();
        // What touches the word was meant as a part of the name.
        while self.here().start == self.end_of_last()
            && matches!(
                self.peek(),
                Some(Token::Word(_) | Token::Number(_) | Token::Stray(_) | Token::Lifetime)
            )
        {
            self.advance();
        }
        let span = here.start..self.end_of_last();
        let written = self.source(span.clone());
        let is_one_word = span == here && !written.starts_with(|c: char| !is_name_start(c));
        let fault = if is_one_word {
            match check_field_name(written) {
                Ok(name) => return Ok(Some(name.to_owned())),
                Err(message) => message,
            }
        } else {
            let advice =
                close_name(written).map_or_else(String::new, |close| format!("; write `{close}`"));
            format!(
                "`{written}` is no name: a field's name is made of letters, digits and `_`, and \
                 begins with no digit{advice}"
            )
        };
        self.fault(span, fault);
        Ok(None)
    }
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}
