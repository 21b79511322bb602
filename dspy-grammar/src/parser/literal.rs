//! `Literal['yes', 'no']`: a closed set of texts.

use std::collections::BTreeSet;
use std::ops::Range;

use super::types::text;
use super::{Lost, Parser};
use crate::lexer::{Bracket, Token};
use crate::types::{Text, Type, TypeKind};

const EXAMPLE: &str = "`Literal['yes', 'no']`";

impl Parser<'_> {
    /// Reads the texts after the word `Literal`, which has been read.
    pub(super) fn literal(&mut self, name: Range<usize>) -> Result<Type, Lost> {
        let Some(Token::Open(bracket @ (Bracket::Angle | Bracket::Square))) = self.peek().cloned()
        else {
            return self
                .lose(name, format!("`Literal` lists texts in square brackets: write {EXAMPLE}"));
        };
        let open = self.here();
        self.open()?;
        let mut texts: Vec<Text> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut is_good = true;
        while !self.eat(&Token::Close(bracket)) {
            let span = self.here();
            if let Some(Token::Quoted(value)) = self.peek().cloned() {
                self.advance();
                if seen.insert(value.clone()) {
                    texts.push(Text { span, value });
                } else {
                    self.fault(span, format!("`'{value}'` is in this `Literal` already"));
                }
            } else {
                is_good = false;
                self.no_text()?;
            }
            self.literal_comma(bracket)?;
        }
        let span = name.start..self.end_of_last();
        if bracket == Bracket::Angle {
            let inner = self.inside(open.start..span.end);
            self.fault(
                span.clone(),
                format!(
                    "`Literal` is a name of Python, which lists texts in square brackets: did you \
                     mean `Literal[{inner}]`?"
                ),
            );
        }
        if texts.is_empty() {
            if is_good {
                self.fault(
                    span.clone(),
                    format!(
                        "this `Literal` has no member, so no value fits it: list texts, as in \
                         {EXAMPLE}"
                    ),
                );
            }
            return Ok(text(span));
        }
        Ok(Type { span, kind: TypeKind::Literal(texts) })
    }

    /// Reports a member that is no text in quotes, and steps over it.
    fn no_text(&mut self) -> Result<(), Lost> {
        let start = self.here().start;
        let (is_word, is_none) = match self.peek() {
            Some(Token::Word(word)) => (true, *word == "None"),
            Some(Token::Number(_)) => (false, false),
            Some(Token::Stray("-")) if matches!(self.peek_second(), Some(Token::Number(_))) => {
                self.advance();
                (false, false)
            }
            _ => return self.lose_unexpected("a text in quotes"),
        };
        self.advance();
        let has_fraction = matches!(self.peek(), Some(Token::Stray(".")));
        if has_fraction && matches!(self.peek_second(), Some(Token::Number(_))) {
            self.advance();
            self.advance();
        }
        let span = start..self.end_of_last();
        let written = self.source(span.clone());
        let advice = match (is_word, is_none) {
            (_, true) => "write `Optional[Literal[…]]` to allow none".to_owned(),
            (true, _) => format!("write `'{written}'`"),
            _ => format!("write `'{written}'`, or a number type in place of the `Literal`"),
        };
        self.fault(
            span,
            format!("`{written}` is no text in quotes, and a `Literal` lists texts: {advice}"),
        );
        Ok(())
    }

    fn literal_comma(&mut self, bracket: Bracket) -> Result<(), Lost> {
        if let Some(Token::Quoted(_)) = self.peek() {
            let here = self.here();
            let next = self.source(here.clone());
            self.fault(
                here.start..here.start,
                format!("`,` is missing before `{next}`: texts stand between commas"),
            );
            return Ok(());
        }
        self.comma(bracket).map(drop)
    }
}
