//! The standard types: what their words and the brackets after them come to.

use std::ops::Range;

use super::paths::Arguments;
use super::types::{Member, text};
use super::{Lost, Parser};
use crate::builtin::{Builtin, Style};
use crate::lexer::{Bracket, Token};
use crate::types::{List, Type, TypeKind};

impl Parser<'_> {
    /// The type that a standard word, which has been read, and the brackets after it name.
    pub(super) fn builtin(
        &mut self,
        builtin: Builtin,
        style: Style,
        word: &str,
        name: Range<usize>,
    ) -> Result<Member, Lost> {
        match builtin {
            Builtin::None => return Ok(Member::None(name)),
            Builtin::Literal => return self.literal(name).map(Member::Type),
            Builtin::Scalar(_) | Builtin::Json => {
                if let Some(Token::Open(Bracket::Angle | Bracket::Square)) = self.peek() {
                    self.open()?;
                    let message = format!("`{word}` takes no types in brackets: write `{word}`");
                    return self.lose(name, message);
                }
            }
            _ => {}
        }
        let arguments = self.arguments()?;
        let span = name.start..self.end_of_last();
        self.check_brackets(style, word, &span, &arguments);
        let is_tuple = builtin == Builtin::Tuple && arguments.members.len() == 1;
        if let Some(ellipsis) = arguments.ellipsis.clone().filter(|_| !is_tuple) {
            return self.lose(
                ellipsis,
                "`...` means more of the same in `tuple[T, ...]` alone: write `list[T]`",
            );
        }
        let is_bare = arguments.brackets.is_none() && style == Style::Python;
        let word = Word { word, style, span: span.clone() };
        let any = || Type { span: name.clone(), kind: TypeKind::Json };
        let kind = match builtin {
            Builtin::Scalar(scalar) => TypeKind::Scalar(scalar),
            Builtin::Union => {
                if arguments.members.is_empty() {
                    return self.lose(span, "`Union` takes types: write `Union[str, None]`");
                }
                return Ok(Member::Type(self.union(span, arguments.members)));
            }
            Builtin::Tuple => {
                return self.python_tuple(&word, arguments).map(Member::Type);
            }
            // Python's bare lists and maps hold anything.
            Builtin::List(list) if is_bare => TypeKind::List(list, Box::new(any())),
            Builtin::Map(map) if is_bare => {
                TypeKind::Map(map, Box::new(text(name.clone())), Box::new(any()))
            }
            Builtin::List(list) => TypeKind::List(list, self.one(&word, arguments)?),
            Builtin::Set(set) => {
                let item = self.one(&word, arguments)?;
                TypeKind::Set(set, Box::new(self.checked_item(*item)))
            }
            Builtin::Map(map) => {
                let (key, value) = self.two(&word, arguments)?;
                TypeKind::Map(map, Box::new(self.checked_key(*key)), value)
            }
            Builtin::Boxed => TypeKind::Boxed(self.one(&word, arguments)?),
            Builtin::Option => {
                let inner = self.one(&word, arguments)?;
                match inner.kind {
                    // In Python, an optional optional type is that type.
                    TypeKind::Option(_) if style == Style::Python => inner.kind,
                    _ => TypeKind::Option(inner),
                }
            }
            Builtin::Json | Builtin::None | Builtin::Literal => TypeKind::Json,
        };
        Ok(Member::Type(Type { span, kind }))
    }

    /// `tuple[int, str]`, or `tuple[int, ...]`, which is a list.
    fn python_tuple(&mut self, word: &Word<'_>, arguments: Arguments) -> Result<Type, Lost> {
        let span = word.span.clone();
        let is_list = arguments.ellipsis.is_some();
        let mut items = self.types(arguments.members);
        if items.is_empty() {
            let name = word.word;
            return self.lose(
                span,
                format!("`{name}` takes the types of its items: write `{name}[int, str]`"),
            );
        }
        match items.pop() {
            Some(item) if is_list => {
                Ok(Type { span, kind: TypeKind::List(List::Vec, Box::new(item)) })
            }
            last => {
                items.extend(last);
                Ok(self.tuple_of(span, items))
            }
        }
    }

    /// Rust's names take angle brackets, Python's take square ones.
    fn check_brackets(
        &mut self,
        style: Style,
        word: &str,
        span: &Range<usize>,
        arguments: &Arguments,
    ) {
        let Some((bracket, brackets)) = &arguments.brackets else { return };
        let inner = self.inside(brackets.clone());
        let message = match (style, bracket) {
            (Style::Rust, Bracket::Square) => format!(
                "`{word}` is a name of Rust, which puts types in angle brackets: did you mean \
                 `{word}<{inner}>`?"
            ),
            (Style::Python, Bracket::Angle) => format!(
                "`{word}` is a name of Python, which puts types in square brackets: did you mean \
                 `{word}[{inner}]`?"
            ),
            _ => return,
        };
        self.fault(span.clone(), message);
    }

    fn one(&mut self, word: &Word<'_>, arguments: Arguments) -> Result<Box<Type>, Lost> {
        let count = arguments.members.len();
        match self.types(arguments.members).pop() {
            Some(only) if count == 1 => Ok(Box::new(only)),
            _ => {
                let example = match word.style {
                    Style::Rust => format!("{}<String>", word.word),
                    Style::Python => format!("{}[str]", word.word),
                };
                self.lose(
                    word.span.clone(),
                    format!("`{}` takes one type, not {count}: write `{example}`", word.word),
                )
            }
        }
    }

    fn two(
        &mut self,
        word: &Word<'_>,
        arguments: Arguments,
    ) -> Result<(Box<Type>, Box<Type>), Lost> {
        let count = arguments.members.len();
        let mut types = self.types(arguments.members).into_iter();
        match (types.next(), types.next()) {
            (Some(key), Some(value)) if count == 2 => Ok((Box::new(key), Box::new(value))),
            _ => {
                let example = match word.style {
                    Style::Rust => format!("{}<String, i64>", word.word),
                    Style::Python => format!("{}[str, int]", word.word),
                };
                self.lose(
                    word.span.clone(),
                    format!(
                        "`{}` takes two types, of keys and of values, not {count}: write \
                         `{example}`",
                        word.word
                    ),
                )
            }
        }
    }

    /// The item of a set; where it can be none, which is reported, a text stands in.
    fn checked_item(&mut self, item: Type) -> Type {
        if item.is_sortable() {
            return item;
        }
        let written = self.source(item.span.clone());
        let message = format!(
            "a set must tell its items apart, and Rust cannot compare `{written}` for that: write \
             `list[{written}]`"
        );
        self.fault(item.span.clone(), message);
        text(item.span)
    }

    /// The key of a map; where it can be none, which is reported, a text stands in.
    fn checked_key(&mut self, key: Type) -> Type {
        if key.is_key() {
            return key;
        }
        let written = self.source(key.span.clone());
        let message = format!(
            "`{written}` cannot be the key of a map, for JSON has texts as keys: write `str`, an \
             integer type or an enum"
        );
        self.fault(key.span.clone(), message);
        text(key.span)
    }
}

/// A standard word as it was written.
struct Word<'w> {
    word: &'w str,
    style: Style,
    /// The word and its brackets.
    span: Range<usize>,
}
