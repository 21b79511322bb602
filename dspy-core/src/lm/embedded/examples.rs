//! Examples: labelled texts found inside an input, however they are laid out.

use serde_json::Value;

use super::field::name_has;
use super::sections::marker;

/// A text with the answer that is right for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Labelled {
    pub(super) text: String,
    pub(super) label: String,
}

/// Named values that belong together, in order.
type Record = Vec<(String, String)>;

/// Longest label in words.
const LABEL: usize = 8;
const EXPECTED: &[&str] = &["expect", "correct", "gold", "target", "label", "truth"];
/// Values that speak about an answer and are no part of the task's input.
const REMARKS: &[&str] = &[
    "feedback",
    "score",
    "metric",
    "reward",
    "reason",
    "rational",
    "thought",
    "confid",
    "predict",
    "generated",
    "complet",
];
const WRONG: &[&str] = &["incorrect", "wrong", "not correct", "mistake"];

/// Finds labelled texts in JSON, `key: value` lines, marked sections, headings, `input -> output`
/// lines, and feedback that says what was expected.
pub(super) fn labelled(text: &str) -> Vec<Labelled> {
    let records = Scan::records(text);
    let told: Vec<Option<String>> = records.iter().map(expected).collect();
    let key = label_key(&records);
    let own = |record: &Record| {
        let (_, value) = record.iter().find(|(name, _)| Some(name) == key.as_ref())?;
        let judged_wrong = record.iter().any(|(name, value)| {
            name_has(name, &["feedback"]) && WRONG.iter().any(|w| value.to_lowercase().contains(w))
        });
        (!judged_wrong).then(|| bare(value))
    };
    let labels: Vec<Option<String>> =
        records.iter().zip(told).map(|(record, told)| told.or_else(|| own(record))).collect();
    let is_label = |value: &str| labels.iter().flatten().any(|label| label == value);
    records
        .iter()
        .zip(&labels)
        .filter_map(|(record, label)| {
            let inputs = record.iter().filter(|(name, value)| {
                !name_has(name, REMARKS) && !name_has(name, EXPECTED) && !is_label(&bare(value))
            });
            let text = inputs.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ");
            let label = label.clone().filter(|label| label.parse::<f64>().is_err())?;
            (!text.is_empty()).then_some(Labelled { text, label })
        })
        .collect()
}

/// What a record says the right answer is.
fn expected(record: &Record) -> Option<String> {
    let named = record.iter().find(|(name, value)| name_has(name, EXPECTED) && is_short(value));
    let named = named.map(|(_, value)| bare(value)).filter(|value| !value.is_empty());
    named.or_else(|| record.iter().find_map(|(_, value)| said(value)))
}

/// The answer in a statement such as ``the correct answer is `x` ``.
fn said(text: &str) -> Option<String> {
    const PHRASES: &[&str] = &[
        "correct answer",
        "expected answer",
        "right answer",
        "expected output",
        "correct output",
        "correct label",
        "expected label",
        "should have been",
        "should be",
        "expected",
        "correct",
    ];
    // ASCII case only, so that places in both texts agree.
    let lower = text.to_ascii_lowercase();
    for phrase in PHRASES {
        for (at, _) in lower.match_indices(phrase) {
            let starts = lower.get(..at).is_some_and(|b| !b.ends_with(char::is_alphanumeric));
            let rest = text.get(at + phrase.len()..).filter(|_| starts).unwrap_or_default();
            // One word alone says too little without a colon or a quotation after it.
            let pointed = rest.trim_start().starts_with([':', '`', '"', '“']);
            if !pointed && !phrase.contains(' ') {
                continue;
            }
            let rest = rest.trim_start();
            let rest = ["is", "was"].iter().find_map(|w| rest.strip_prefix(w)).unwrap_or(rest);
            let rest = rest.trim_start_matches([':', '=', ' ', '*']);
            let value = match rest.strip_prefix(['`', '"', '“', '\'']) {
                Some(open) => open.split(['`', '"', '”', '\'']).next(),
                None => rest.split([';', ',', '\n']).next().and_then(|r| r.split(". ").next()),
            };
            let value = bare(value.unwrap_or_default());
            if !value.is_empty() && is_short(&value) {
                return Some(value);
            }
        }
    }
    None
}

/// The key whose values repeat over the records, as labels do; the last of several.
fn label_key(records: &[Record]) -> Option<String> {
    let mut keys: Vec<&String> = Vec::new();
    for (name, _) in records.iter().take(50).flatten() {
        if !keys.contains(&name) {
            keys.push(name);
        }
    }
    let repeats = |key: &&&String| {
        let own = records.iter().flatten().filter(|(name, _)| name == **key);
        let mut values: Vec<String> = own.map(|(_, value)| bare(value)).collect();
        let count = values.len();
        let short = values.iter().all(|value| is_short(value) && value.parse::<f64>().is_err());
        values.sort_unstable();
        values.dedup();
        short && count * 2 >= records.len() && count > 1 && values.len() * 10 <= count * 7
    };
    let mut usable = keys.iter().filter(|key| !name_has(key, REMARKS)).filter(repeats);
    usable.next_back().map(|key| (*key).clone())
}

fn is_short(value: &str) -> bool {
    (1..=LABEL).contains(&value.split_whitespace().count())
}

/// A value without quotation marks, emphasis, and a full stop.
fn bare(value: &str) -> String {
    value.trim().trim_matches(['`', '"', '*', '“', '”', '.', ' ']).to_owned()
}

#[derive(Default)]
struct Scan {
    records: Vec<Record>,
    record: Record,
    open: Option<(String, String)>,
}

impl Scan {
    fn records(text: &str) -> Vec<Record> {
        let mut scan = Self::default();
        match serde_json::from_str::<Value>(text.trim()) {
            Ok(value @ (Value::Array(_) | Value::Object(_))) => scan.json(&value),
            _ => text.lines().for_each(|line| scan.line(line)),
        }
        scan.end_record();
        scan.records
    }

    fn line(&mut self, line: &str) {
        let plain = without_bullet(line.trim());
        let json = plain.trim_end_matches(',');
        if json.starts_with('{')
            && let Ok(value) = serde_json::from_str::<Value>(json)
        {
            self.end_record();
            self.json(&value);
            return;
        }
        if let Some((name, rest)) = marker(plain.trim_start_matches('\\')) {
            self.start(name, rest);
        } else if let Some(title) = line.strip_prefix('#') {
            self.start(title.trim_matches(['#', ' ', '*', ':']), "");
        } else if let Some((name, rest)) = key_value(plain) {
            self.start(name, rest);
        } else if let Some((left, right)) =
            ["->", "=>", "→"].iter().find_map(|arrow| plain.split_once(arrow))
        {
            self.end_record();
            self.records.push(vec![
                ("input".to_owned(), left.trim().to_owned()),
                ("output".to_owned(), right.trim().to_owned()),
            ]);
        } else if let Some((_, value)) = &mut self.open {
            value.push('\n');
            value.push_str(line);
        }
    }

    /// Every object that holds a text is a record; objects inside it belong to it.
    fn json(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.json(item)),
            Value::Object(_) => {
                let mut record = Vec::new();
                flatten("", value, &mut record);
                self.records.push(record);
            }
            Value::String(text) => {
                self.end_record();
                text.lines().for_each(|line| self.line(line));
                self.end_record();
            }
            _ => {}
        }
    }

    /// Opens a value; a key that the record already has starts the next record.
    fn start(&mut self, name: &str, rest: &str) {
        self.close();
        let name = name.to_lowercase();
        let counted = name.ends_with(|c: char| c.is_ascii_digit());
        if counted || self.record.iter().any(|(known, _)| *known == name) {
            self.end_record();
        }
        self.open = Some((name, rest.trim().to_owned()));
    }

    fn close(&mut self) {
        if let Some((name, value)) = self.open.take() {
            let value = value.trim();
            if !value.is_empty() {
                self.record.push((name, value.to_owned()));
            }
        }
    }

    fn end_record(&mut self) {
        self.close();
        if !self.record.is_empty() {
            self.records.push(std::mem::take(&mut self.record));
        }
    }
}

fn flatten(name: &str, value: &Value, into: &mut Record) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| flatten(key, value, into)),
        Value::Array(items) => items.iter().for_each(|item| flatten(name, item, into)),
        Value::Null => {}
        Value::String(text) => into.push((name.to_lowercase(), text.clone())),
        other => into.push((name.to_lowercase(), other.to_string())),
    }
}

fn without_bullet(line: &str) -> &str {
    let rest = line.trim_start_matches(['-', '*', '•']).trim_start();
    match rest.split_once(['.', ')']) {
        Some((count, rest)) if !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) => {
            rest.trim_start()
        }
        _ => rest,
    }
}

/// A line of the form `key: value`, where the key looks like a field's name.
fn key_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_matches(['*', '`', '"', ' ']);
    let named = key.starts_with(char::is_alphabetic)
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '))
        && key.split_whitespace().count() <= 3
        && key.len() <= 40;
    named.then(|| (key, value.trim_start_matches("**").trim()))
}
