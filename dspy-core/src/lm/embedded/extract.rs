//! Extracts: sentences and spans of the inputs.

use super::hints::{quotations, sentences};
use super::words::{Sort, content_words, likeness, words};

/// All sentences of a text, trimmed.
pub(super) fn all_sentences(text: &str) -> Vec<&str> {
    text.lines().flat_map(sentences).map(str::trim).filter(|it| !it.is_empty()).collect()
}

/// A sentence with the share of the wanted words it holds.
#[derive(Clone, Debug)]
pub(super) struct Passage<'a> {
    pub(super) text: &'a str,
    pub(super) overlap: f64,
}

/// The sentences of a text, rated by the words they share with `wanted`; words that stand in many
/// sentences count less.
pub(super) fn passages<'a>(text: &'a str, wanted: &str) -> Vec<Passage<'a>> {
    let mut targets: Vec<String> = content_words(wanted).map(|w| w.stem().to_owned()).collect();
    targets.sort_unstable();
    targets.dedup();
    let read: Vec<(&str, Vec<String>)> = all_sentences(text)
        .into_iter()
        .map(|it| (it, content_words(it).map(|word| word.stem().to_owned()).collect()))
        .collect();
    let holds = |stems: &[String], target: &str| {
        stems.iter().map(|stem| likeness(stem, target)).fold(0.0, f64::max)
    };
    let weights: Vec<f64> = targets
        .iter()
        .map(|target| {
            let holders = read.iter().filter(|(_, stems)| stems.contains(target)).count();
            ((1 + read.len()) as f64 / (1 + holders) as f64).ln() + 0.2
        })
        .collect();
    read.iter()
        .map(|(text, stems)| {
            let each = targets.iter().zip(&weights);
            let sum: f64 = each.map(|(target, weight)| weight * holds(stems, target)).sum();
            Passage { text, overlap: sum / (4.0 + stems.len() as f64).sqrt() }
        })
        .collect()
}

/// The spans of a text that stand in quotation marks or backticks.
pub(super) fn quoted(text: &str) -> Vec<&str> {
    let spans = text.lines().flat_map(|line| {
        quotations(line).into_iter().filter_map(move |(from, to)| line.get(from..to))
    });
    spans.map(str::trim).filter(|span| !span.is_empty()).collect()
}

/// The names of a text: runs of capitalized words. A function word at a sentence's start is none.
pub(super) fn names(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for sentence in all_sentences(text) {
        let mut run: Option<(usize, usize)> = None;
        for word in words(sentence) {
            let end = word.at + word.raw.len();
            let capital = word.raw.starts_with(char::is_uppercase) && word.sort == Sort::Content;
            let joined = run.filter(|(_, until)| {
                sentence.get(*until..word.at).is_some_and(|gap| gap == " " || gap == "-")
            });
            match (capital, joined) {
                (true, Some((from, _))) => run = Some((from, end)),
                (capital, _) => {
                    found.extend(run.take().and_then(|(from, to)| sentence.get(from..to)));
                    run = capital.then_some((word.at, end));
                }
            }
        }
        found.extend(run.and_then(|(from, to)| sentence.get(from..to)));
    }
    let mut seen: Vec<&str> = Vec::new();
    for name in found {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// The numbers of a text, each with the words around it, nearest first.
pub(super) fn numbers(text: &str) -> Vec<(f64, Vec<&str>)> {
    let words = words(text);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| word.sort == Sort::Number) {
        let Ok(mut number) = word.folded.replace(',', "").parse::<f64>() else {
            continue;
        };
        let before = text.get(..word.at).unwrap_or_default();
        let mut signs = before.chars().rev();
        if signs.next() == Some('-') && !signs.next().is_some_and(char::is_alphanumeric) {
            number = -number;
        }
        let places = (1..=3).flat_map(|step| [at.checked_sub(step), Some(at + step)]).flatten();
        let near = places.filter_map(|place| words.get(place)).map(|word| word.raw).collect();
        found.push((number, near));
    }
    found
}

/// Whether two texts share a content word.
pub(super) fn related(a: &str, b: &str) -> bool {
    content_words(a).any(|a| content_words(b).any(|b| likeness(a.stem(), b.stem()) > 0.0))
}

/// Whether `part` stands in `whole` as whole words, whatever the case.
pub(super) fn contains_words(whole: &str, part: &str) -> bool {
    let whole: Vec<String> = words(whole).into_iter().map(|word| word.folded).collect();
    let part: Vec<String> = words(part).into_iter().map(|word| word.folded).collect();
    !part.is_empty() && whole.windows(part.len()).any(|run| run == part)
}

/// The beginning of a text, at most `most` characters, cut at a word where possible.
pub(super) fn beginning(text: &str, most: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let cut = text.get(..end).unwrap_or(text);
    let cut = cut.rsplit_once(char::is_whitespace).map_or(cut, |(before, _)| before);
    format!("{}…", cut.trim_end())
}
