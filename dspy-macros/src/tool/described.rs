//! A function's docs: what it does, and what its arguments are.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, LitStr};

use crate::docs;

/// A function's docs, taken apart.
#[derive(Default)]
pub(super) struct Described {
    /// An expression of type `&'static str`; `None` without docs.
    pub(super) description: Option<TokenStream>,
    /// What the list under `# Arguments` says of each.
    pub(super) arguments: BTreeMap<String, String>,
}

/// Takes docs apart. What a macro makes of them is kept as it is.
pub(super) fn read(attributes: &[Attribute]) -> Described {
    let Some(text) = docs::text(attributes) else { return Described::default() };
    let Ok(literal) = syn::parse2::<LitStr>(text.clone()) else {
        return Described { description: Some(text), arguments: BTreeMap::new() };
    };
    let (kept, arguments) = split(&literal.value());
    let description = Some(kept.to_token_stream());
    Described { description, arguments }
}

/// The text without the list of arguments, and the list.
fn split(text: &str) -> (String, BTreeMap<String, String>) {
    let mut kept: Vec<&str> = Vec::new();
    let mut arguments = BTreeMap::new();
    let mut last: Option<String> = None;
    let mut is_inside = false;
    for line in text.lines() {
        if let Some(heading) = heading(line) {
            is_inside = heading.eq_ignore_ascii_case("arguments");
            if is_inside {
                continue;
            }
        }
        if !is_inside {
            kept.push(line);
        } else if let Some((name, words)) = entry(line) {
            arguments.insert(name.clone(), words);
            last = Some(name);
        } else if let Some(words) = last.as_ref().and_then(|name| arguments.get_mut(name)) {
            // A description goes on until the next one.
            if !line.trim().is_empty() {
                words.push(' ');
                words.push_str(line.trim());
            }
        }
    }
    (kept.join("\n").trim_end().to_owned(), arguments)
}

fn heading(line: &str) -> Option<&str> {
    let bare = line.trim_start_matches('#');
    (bare.len() < line.len() && bare.starts_with(' ')).then(|| bare.trim())
}

/// ``- `name` - words`` or ``* `name`: words``.
fn entry(line: &str) -> Option<(String, String)> {
    let item = line.trim_start().strip_prefix(['-', '*'])?.trim_start();
    let (name, words) = match item.strip_prefix('`') {
        Some(rest) => rest.split_once('`')?,
        None => item.split_once([' ', ':'])?,
    };
    let words = words.trim_start_matches([' ', ':', '-', '–', '—']);
    (!name.is_empty()).then(|| (name.to_owned(), words.trim_end().to_owned()))
}
