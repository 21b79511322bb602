//! Spans: an answer in the words of the inputs.

use super::chance::Chance;
use super::evidence::Evidence;
use super::extract::{Passage, beginning, contains_words, names, numbers, passages, quoted};
use super::field::{Field, name_has};
use super::prompt::Prompt;

/// Beginnings of words that name an input as the question.
const QUESTIONS: &[&str] = &["question", "query"];

/// Longest answer in characters.
const LONGEST: usize = 400;

/// Words of an answer that counts as short.
const SHORT: usize = 5;

/// How far noise at temperature 1 moves a passage's rating.
const NOISE: f64 = 0.2;

/// The question among the inputs, and the rest to find its answer in.
pub(super) fn question_and_context(prompt: &Prompt) -> (Option<&str>, String) {
    let inputs: Vec<(&str, &str)> = prompt.question.iter().collect();
    let named = inputs.iter().position(|(name, _)| name_has(name, QUESTIONS));
    let asked = named.or_else(|| inputs.iter().position(|(_, value)| value.ends_with('?')));
    let rest = inputs.iter().enumerate().filter(|(at, _)| Some(*at) != asked);
    let context: Vec<&str> = rest.map(|(_, (_, value))| *value).collect();
    let question = asked.and_then(|at| inputs.get(at)).map(|(_, value)| *value);
    match question {
        Some(question) if context.is_empty() => (None, question.to_owned()),
        question => (question, context.join("\n")),
    }
}

/// The sentence of the inputs that fits best: to the question, where there is one, else to what
/// the prompt says of the field.
pub(super) fn best_passage<'a>(
    context: &'a str,
    wanted: &str,
    chance: &Chance,
    past: Option<&str>,
) -> Option<Passage<'a>> {
    let mut all = passages(context, wanted);
    if all.len() > 1 {
        all.retain(|passage| Some(passage.text) != past);
    }
    for passage in &mut all {
        passage.overlap += NOISE * chance.gumbel("passage", passage.text);
    }
    // The first of equals: texts tend to open with what matters.
    all.into_iter().rev().max_by(|a, b| a.overlap.total_cmp(&b.overlap))
}

/// Answers a text field with a sentence of the inputs, or with a name or number in it where the
/// demonstrations answer so shortly.
pub(super) fn span(
    field: &Field,
    known: &[(usize, &str)],
    prompt: &Prompt,
    evidence: &Evidence<'_>,
    chance: &Chance,
) -> String {
    let (question, context) = question_and_context(prompt);
    let about = format!("{} {}", field.name.replace('_', " "), field.description);
    let wanted = question.map_or_else(|| about.clone(), str::to_owned);
    let past = prompt.past_answer(&field.name);
    let Some(passage) = best_passage(&context, &wanted, chance, past) else {
        return beginning(&evidence.text, LONGEST);
    };
    let copied = known.iter().filter(|(demo, value)| {
        let inputs = prompt.demos.get(*demo).map(|demo| demo.inputs.joined()).unwrap_or_default();
        value.split_whitespace().count() <= SHORT && contains_words(&inputs, value)
    });
    if copied.count() * 2 > known.len() {
        let numeric = known.iter().filter(|(_, value)| value.parse::<f64>().is_ok()).count();
        let short = if numeric * 2 > known.len() {
            numbers(passage.text).first().map(|(number, _)| number.to_string())
        } else {
            let spans = names(passage.text).into_iter().chain(quoted(passage.text));
            let mut fresh =
                spans.filter(|span| !contains_words(&wanted, span) && Some(*span) != past);
            fresh.next().map(str::to_owned)
        };
        if let Some(short) = short {
            return short;
        }
    }
    if question.is_none()
        && passage.overlap <= 0.0
        && let [only] = quoted(&context).as_slice()
    {
        return (*only).to_owned();
    }
    beginning(passage.text, LONGEST)
}
