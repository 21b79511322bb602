//! Code as the user wrote it, for people to read.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{MacroDelimiter, MetaList};

/// The text of the code at the start of an attribute's list, spaced as in the source, on one line.
/// `None` where the source does not hold the code as it is, such as inside `macro_rules!`.
pub(crate) fn text_of(list: &MetaList, code: &impl ToTokens) -> Option<String> {
    let span = match &list.delimiter {
        MacroDelimiter::Paren(paren) => paren.span,
        MacroDelimiter::Brace(brace) => brace.span,
        MacroDelimiter::Bracket(bracket) => bracket.span,
    };
    let source = span.join().source_text()?;
    let mut reading = Reading { rest: source.get(1..)?, text: String::new() };
    reading.tokens(code.to_token_stream())?;
    Some(reading.text)
}

struct Reading<'s> {
    rest: &'s str,
    text: String,
}

impl Reading<'_> {
    fn tokens(&mut self, tokens: TokenStream) -> Option<()> {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.take(open)?;
                    self.tokens(group.stream())?;
                    self.take(close)?;
                }
                other => self.take(&other.to_string())?,
            }
        }
        Some(())
    }

    /// Takes over what must stand here, after one space where the source has any.
    fn take(&mut self, expected: &str) -> Option<()> {
        let bare = self.rest.trim_start();
        let (gap, _) = self.rest.split_at(self.rest.len() - bare.len());
        // Where a long expression is broken into lines, there need not be a space.
        let is_break = gap.contains('\n')
            && (matches!(expected, "." | ")" | "]") || self.text.ends_with(['(', '[']));
        if !gap.is_empty() && !is_break && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.rest = bare.strip_prefix(expected)?;
        self.text.push_str(expected);
        Some(())
    }
}
