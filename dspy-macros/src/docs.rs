//! Doc comments as constant expressions: docs are prompts, so not a byte more is lost than must be.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

/// The attributes that are docs.
pub(crate) fn doc_attributes(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| is_doc(attribute)).cloned().collect()
}

/// Whether the attribute is a line of docs; `#[doc(hidden)]` is not.
pub(crate) fn is_doc(attribute: &Attribute) -> bool {
    doc_value(attribute).is_some()
}

fn doc_value(attribute: &Attribute) -> Option<&Expr> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(&pair.value),
        _ => None,
    }
}

/// A piece of docs: lines known here, or an expression that the compiler will read.
enum Piece {
    Lines(Vec<String>),
    Expr(Expr),
}

/// The docs as an expression of type `&'static str`; `None` where there are none.
///
/// One leading space and the indentation common to all lines go, blank lines stay. What comes from
/// a macro, such as `#[doc = include_str!("…")]`, is kept as it is.
pub(crate) fn text(attributes: &[Attribute]) -> Option<TokenStream> {
    let mut pieces: Vec<Piece> = attributes.iter().filter_map(doc_value).map(piece).collect();
    if pieces.is_empty() {
        return None;
    }
    dedent(&mut pieces);
    if pieces.iter().all(|piece| matches!(piece, Piece::Lines(_))) {
        let lines: Vec<String> = pieces.into_iter().flat_map(Piece::into_lines).collect();
        return Some(lines.join("\n").to_token_stream());
    }
    let parts = pieces.into_iter().map(|piece| match piece {
        Piece::Lines(lines) => lines.join("\n").to_token_stream(),
        Piece::Expr(expr) => expr.to_token_stream(),
    });
    let mut list = TokenStream::new();
    for (index, part) in parts.enumerate() {
        let newline = (index > 0).then(|| quote!("\n",));
        list.extend(quote!(#newline #part,));
    }
    Some(quote!(::core::concat!(#list)))
}

impl Piece {
    fn into_lines(self) -> Vec<String> {
        match self {
            Self::Lines(lines) => lines,
            Self::Expr(_) => Vec::new(),
        }
    }
}

fn piece(value: &Expr) -> Piece {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value else {
        return Piece::Expr(value.clone());
    };
    if is_block_comment(text) {
        return Piece::Lines(block_lines(&text.value()));
    }
    let value = text.value();
    let value = value.strip_prefix(' ').unwrap_or(&value);
    Piece::Lines(value.split('\n').map(str::to_owned).collect())
}

/// Whether the text was written as `/** … */`, whose `*` at the start of lines are decoration.
fn is_block_comment(text: &LitStr) -> bool {
    text.span().source_text().is_some_and(|source| source.starts_with("/*"))
}

fn block_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let is_decorated = lines.len() > 1
        && lines.iter().skip(1).all(|line| {
            let line = line.trim_start();
            line.is_empty() || line.starts_with('*')
        })
        && lines.iter().skip(1).any(|line| line.trim_start().starts_with('*'));
    if is_decorated {
        for line in lines.iter_mut().skip(1) {
            *line = line.trim_start().trim_start_matches('*');
        }
    }
    // The line breaks beside the delimiters are layout.
    if lines.first().is_some_and(|line| line.trim().is_empty()) {
        lines.remove(0);
    }
    if lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines.into_iter().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect()
}

/// Takes away the indentation that all lines share.
fn dedent(pieces: &mut [Piece]) {
    let indent = |line: &String| line.len() - line.trim_start_matches(' ').len();
    let common = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Lines(lines) => Some(lines),
            Piece::Expr(_) => None,
        })
        .flatten()
        .filter(|line| !line.trim().is_empty())
        .map(indent)
        .min()
        .unwrap_or(0);
    for piece in pieces {
        let Piece::Lines(lines) = piece else { continue };
        for line in lines {
            let cut = common.min(indent(line));
            line.drain(..cut);
        }
    }
}
