//! The variants of the enum that stands for a `Literal` in Rust.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::types::Text;

/// The names of the variants for these texts, in order, in Rust's spelling: `very good` is
/// `VeryGood`, `1969` is `_1969`.
///
/// # Errors
/// The texts that have no letter or digit, and those whose variant another text has.
pub fn variants(texts: &[Text]) -> Result<Vec<String>, Vec<Fault>> {
    const CURE: &str = "declare an enum with `#[dspy::data]` whose variants say \
                        `#[serde(rename = \"…\")]`, and name it here";
    let mut faults = Vec::new();
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut names = Vec::new();
    for Text { span, value } in texts {
        let Some(name) = variant(value) else {
            faults.push(Fault::new(
                span.clone(),
                format!(
                    "`'{value}'` has no letter or digit to name a variant of the enum by: {CURE}"
                ),
            ));
            continue;
        };
        match taken.get(name.as_str()) {
            Some(other) => faults.push(Fault::new(
                span.clone(),
                format!("`'{value}'` and `'{other}'` would both be the variant `{name}`: {CURE}"),
            )),
            None => drop(taken.insert(name.clone(), value)),
        }
        names.push(name);
    }
    if faults.is_empty() { Ok(names) } else { Err(faults) }
}

/// The text in the spelling of variants; `None` where nothing is left of it.
fn variant(text: &str) -> Option<String> {
    let mut name = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut chars = word.chars();
        name.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        // What follows keeps its case: `USA` stays `USA`.
        name.push_str(chars.as_str());
    }
    match name.chars().next()? {
        first if !first.is_alphabetic() => Some(format!("_{name}")),
        _ if name == "Self" => Some("Self_".to_owned()),
        _ => Some(name),
    }
}

#[cfg(test)]
mod tests {
    use super::variants;
    use crate::types::Text;

    fn texts(values: &[&str]) -> Vec<Text> {
        values.iter().map(|value| Text { span: 0..0, value: (*value).to_owned() }).collect()
    }

    #[test]
    fn texts_become_variants() {
        let names = variants(&texts(&["very good", "bad", "USA", "1969", "self", "größer-als"]));
        let expected = ["VeryGood", "Bad", "USA", "_1969", "Self_", "GrößerAls"];
        assert_eq!(names, Ok(expected.map(str::to_owned).to_vec()));
    }

    #[test]
    fn every_text_that_cannot_be_one_is_told() {
        let faults = variants(&texts(&["a b", "+", "ab", "a-B", "-"])).err().unwrap_or_default();
        let told: Vec<_> = faults.iter().map(|fault| fault.message.split(' ').next()).collect();
        assert_eq!(told, [Some("`'+'`"), Some("`'a-B'`"), Some("`'-'`")]);
    }
}
