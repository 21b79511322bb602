//! Head, policy and order of a page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::results::Table;

/// What a page is made of.
pub(super) struct Page<'a> {
    /// What is reported on: `Evaluation`.
    pub(super) kind: &'static str,
    /// A line below the title.
    pub(super) facts: Vec<String>,
    pub(super) warnings: &'a [String],
    pub(super) summary: Markup,
    pub(super) sections: Vec<Section>,
    /// The items, for the script.
    pub(super) table: Option<&'a Table>,
}

/// A part with a heading of its own.
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) body: Markup,
}

impl Section {
    pub(super) fn new(id: &'static str, title: &'static str, body: Markup) -> Self {
        Self { id, title, body }
    }
}

pub(super) fn html(title: &str, page: &Page<'_>) -> String {
    // Checked out with any ends of lines, the hashes are of what browsers see.
    let style = include_str!("style.css").replace("\r\n", "\n");
    let script = include_str!("report.js").replace("\r\n", "\n");
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(&style),
        hash(&script)
    );
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "dspy " (env!("CARGO_PKG_VERSION")) };
                title { (title) }
                style { (PreEscaped(&style)) }
            }
            body {
                a .skip href="#main" { "Skip to the report" }
                header .top {
                    p .kind { (page.kind) }
                    h1 { (title) }
                    @if !page.facts.is_empty() {
                        ul .facts { @for fact in &page.facts { li { (fact) } } }
                    }
                    nav aria-label="Parts of this report" {
                        @for section in &page.sections {
                            a href={ "#" (section.id) } { (section.title) }
                        }
                    }
                }
                main #main {
                    (page.summary)
                    @for warning in page.warnings {
                        p .warning role="note" { strong { "Note: " } (warning) }
                    }
                    @for section in &page.sections {
                        section #(section.id) aria-labelledby={ (section.id) "-title" } {
                            h2 #{ (section.id) "-title" } { (section.title) }
                            (section.body)
                        }
                    }
                }
                footer { p { "Written by dspy " (env!("CARGO_PKG_VERSION")) ". This file stands alone and loads nothing." } }
                @if let Some(table) = page.table {
                    script #data type="application/json" { (PreEscaped(data(table))) }
                }
                script { (PreEscaped(&script)) }
            }
        }
    };
    markup.into_string()
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// The items as JSON that no HTML parser can take for anything else.
fn data(table: &Table) -> String {
    // Strings, numbers and maps with text keys: this has a form in JSON.
    let json = serde_json::to_string(table).unwrap_or_else(|_| "{}".to_owned());
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}
