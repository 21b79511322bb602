//! Reasons: the evidence for an answer, in a sentence or two.

use super::evidence::Evidence;
use super::extract::{beginning, passages};
use super::pick::Pick;
use super::prompt::Prompt;
use super::span::question_and_context;

/// A demonstration less similar than this is not worth naming.
const WORTH_NAMING: f64 = 0.1;

/// Characters of a text that is cited.
const CITED: usize = 80;

/// Says what speaks for the option chosen next, or which passage the answer rests on.
pub(super) fn reason(pick: Option<&Pick>, prompt: &Prompt, evidence: &Evidence<'_>) -> String {
    let Some(pick) = pick else {
        return passage(prompt);
    };
    if !pick.informed {
        return format!("Nothing in the prompt tells the options apart; {} is a guess.", pick.name);
    }
    let example = pick
        .example
        .filter(|demo| evidence.similarity(*demo) >= WORTH_NAMING)
        .and_then(|demo| prompt.demos.get(demo))
        .map(|demo| format!("“{}”", beginning(&demo.inputs.joined().replace('\n', " "), CITED)));
    let words = listed(&pick.words);
    match (words, example) {
        (Some(words), Some(example)) => format!(
            "{words} for {name}. The most similar example with this answer is {example}.",
            name = pick.name
        ),
        (Some(words), None) => format!("{words} for {}.", pick.name),
        (None, Some(example)) => {
            format!("The most similar example is {example}, and its answer is {}.", pick.name)
        }
        (None, None) => format!("Taken together, the evidence fits {} best.", pick.name),
    }
}

fn listed(words: &[String]) -> Option<String> {
    let (last, before) = words.split_last()?;
    if before.is_empty() {
        return Some(format!("The word `{last}` speaks"));
    }
    let before: Vec<String> = before.iter().map(|word| format!("`{word}`")).collect();
    Some(format!("The words {} and `{last}` speak", before.join(", ")))
}

fn passage(prompt: &Prompt) -> String {
    let (question, context) = question_and_context(prompt);
    let wanted = question.unwrap_or(&prompt.objective);
    let best = passages(&context, wanted).into_iter().rev();
    match best.max_by(|a, b| a.overlap.total_cmp(&b.overlap)) {
        Some(passage) => {
            format!("The passage closest to the request is “{}”.", beginning(passage.text, CITED))
        }
        None => "The inputs hold no text to rest an answer on.".to_owned(),
    }
}
