//! What each dialect accepts.

use serde_json::{Map, Value};

use super::Dialect;

/// What the root of a schema may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Root {
    Object,
    ObjectOrList,
    Anything,
}

/// Which recursive types there may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Recursion {
    Any,
    /// Where a field that may be left out breaks the circle.
    ThroughOptional,
    None,
}

/// What the members of a closed set may be.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum Members {
    Texts,
    TextsAndNumbers,
    Scalars,
    All,
}

/// What a dialect accepts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) root: Root,
    pub(super) recursion: Recursion,
    pub(super) members: Members,
    /// Every field has to be required.
    pub(super) requires_all: bool,
    /// An alternative that is null is dear where the field may be left out as well.
    pub(super) counts_nulls: bool,
    pub(super) has_maps: bool,
    pub(super) has_tuples: bool,
    pub(super) has_anything: bool,
    pub(super) has_references: bool,
    /// Whether `{"$ref": "#"}` is known.
    pub(super) has_root_reference: bool,
    /// Null as a type, and objects without fields.
    pub(super) has_null: bool,
}

/// Repetitions above this make sampling slow or are refused by grammars.
const MAX_REPETITIONS: u64 = 1000;

impl Rules {
    pub(super) fn of(dialect: Dialect) -> Self {
        let open = Self {
            root: Root::Anything,
            recursion: Recursion::Any,
            members: Members::All,
            requires_all: false,
            counts_nulls: false,
            has_maps: true,
            has_tuples: true,
            has_anything: true,
            has_references: true,
            has_root_reference: true,
            has_null: true,
        };
        let closed = Self {
            root: Root::Object,
            members: Members::Scalars,
            has_maps: false,
            has_tuples: false,
            has_anything: false,
            ..open
        };
        match dialect {
            Dialect::OpenAiStrict => Self { requires_all: true, ..closed },
            Dialect::Anthropic => Self { recursion: Recursion::None, counts_nulls: true, ..closed },
            Dialect::Gemini => Self {
                root: Root::ObjectOrList,
                recursion: Recursion::ThroughOptional,
                members: Members::TextsAndNumbers,
                has_anything: false,
                ..open
            },
            Dialect::GeminiOpenApi => Self {
                root: Root::Anything,
                recursion: Recursion::None,
                members: Members::Texts,
                has_references: false,
                has_root_reference: false,
                has_null: false,
                ..closed
            },
            Dialect::LlamaCpp => Self { has_tuples: false, has_root_reference: false, ..open },
            Dialect::Ollama => Self {
                recursion: Recursion::None,
                has_tuples: false,
                has_root_reference: false,
                ..open
            },
            Dialect::Vllm => open,
        }
    }
}

/// The limits of a type, as keywords: those that the dialect knows, and the others.
pub(super) fn split_limits(
    dialect: Dialect,
    kind: &str,
    limits: &Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut kept, mut others) = (Map::new(), Map::new());
    for (keyword, value) in limits {
        let known = match kind {
            "string" => knows_of_text(dialect, keyword, value),
            "integer" | "number" => knows_of_number(dialect, kind, keyword),
            "array" => knows_of_list(dialect, keyword, value),
            _ => false,
        };
        let into = if known { &mut kept } else { &mut others };
        into.insert(keyword.clone(), value.clone());
    }
    // Grammars made of a pattern or a format count no characters.
    let formed = kept.contains_key("pattern") || kept.contains_key("format");
    if formed && matches!(dialect, Dialect::Vllm | Dialect::LlamaCpp | Dialect::Ollama) {
        for keyword in ["minLength", "maxLength"] {
            if let Some(value) = kept.shift_remove(keyword) {
                others.insert(keyword.to_owned(), value);
            }
        }
        if kept.contains_key("pattern")
            && let Some(value) = kept.shift_remove("format")
        {
            others.insert("format".to_owned(), value);
        }
    }
    (kept, others)
}

fn knows_of_text(dialect: Dialect, keyword: &str, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match (dialect, keyword) {
        (_, "format") => formats(dialect).contains(&text),
        (Dialect::OpenAiStrict | Dialect::Anthropic, "pattern") => is_plain_pattern(text),
        (Dialect::Vllm, "pattern") => true,
        (Dialect::LlamaCpp, "pattern") => {
            text.starts_with('^') && text.ends_with('$') && is_plain_pattern(text)
        }
        (Dialect::Vllm, "minLength" | "maxLength") => true,
        (Dialect::LlamaCpp | Dialect::Ollama, "minLength" | "maxLength") => is_small(value),
        _ => false,
    }
}

/// Whether a pattern does without looking around, word boundaries and references back.
fn is_plain_pattern(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('(', Some('?')) => return false,
            ('\\', Some('b' | 'B' | 'k' | '1'..='9')) => return false,
            ('\\', _) => drop(chars.next()),
            _ => {}
        }
    }
    true
}

fn formats(dialect: Dialect) -> &'static [&'static str] {
    const COMMON: &[&str] = &[
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uuid",
        "uri",
    ];
    match dialect {
        // All but `uri`.
        Dialect::OpenAiStrict => COMMON.get(..9).unwrap_or_default(),
        Dialect::Anthropic | Dialect::Vllm => COMMON,
        Dialect::Gemini => &["date-time", "date", "time"],
        Dialect::GeminiOpenApi => &["date-time"],
        Dialect::Ollama | Dialect::LlamaCpp => &["date", "time", "date-time", "uuid"],
    }
}

fn knows_of_number(dialect: Dialect, kind: &str, keyword: &str) -> bool {
    let is_bound = keyword.contains("inimum") || keyword.contains("aximum");
    match dialect {
        Dialect::OpenAiStrict => is_bound || keyword == "multipleOf",
        Dialect::Anthropic => false,
        Dialect::Gemini | Dialect::GeminiOpenApi => matches!(keyword, "minimum" | "maximum"),
        Dialect::Ollama | Dialect::LlamaCpp => is_bound && kind == "integer",
        Dialect::Vllm => is_bound,
    }
}

fn knows_of_list(dialect: Dialect, keyword: &str, value: &Value) -> bool {
    let is_count = matches!(keyword, "minItems" | "maxItems");
    match dialect {
        Dialect::Anthropic => {
            keyword == "minItems" && value.as_u64().is_some_and(|least| least <= 1)
        }
        Dialect::Ollama | Dialect::LlamaCpp => is_count && is_small(value),
        _ => is_count,
    }
}

fn is_small(value: &Value) -> bool {
    value.as_u64().is_some_and(|count| count <= MAX_REPETITIONS)
}
