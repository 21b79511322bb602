//! Evidence: how much the prompt speaks for each option of a closed set.
//!
//! Every source adds to an option's log-probability: demonstrations through a naive Bayes model
//! and through near repetitions, the option's name and description through shared words, and
//! hints in the instruction. Each source but the first is bounded.

use super::chance::coin;
use super::features::{Features, Overlap, stem_key};
use super::field::Choice;
use super::hints::{self, Hint};
use super::prompt::{Demo, Prompt};
use super::words::{content_words, likeness};

/// Smoothing of the counts, in features.
const SMOOTHING: f64 = 0.5;
/// Assumed vocabulary, as a share of the mass of all demonstrations.
const VOCABULARY: f64 = 0.5;
/// Inputs with more mass than this are damped: the words of a long text are not independent.
const LONG_INPUT: f64 = 40.0;
/// What a demonstration with the very same input adds.
const REPETITION: f64 = 4.0;
/// What a word shared with an option's name adds, and the most such words add together.
const NAME: (f64, f64) = (1.5, 3.0);
/// The same for an option's description.
const DESCRIPTION: (f64, f64) = (2.0, 5.0);
/// What a word of a hint adds where it was quoted, and where it was not; and the most together.
const HINT: (f64, f64, f64) = (3.5, 2.0, 8.0);
/// What an option gains if the question holds all runs of three letters of its name. Relatives
/// that no stemmer joins share some; so do strangers, hence the small weight.
const LETTERS: f64 = 2.0;

/// The question of a prompt, compared with its demonstrations.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    prompt: &'a Prompt,
    /// All inputs as one text.
    pub(super) text: String,
    features: Features,
    /// Content words of the question: stem and spelling, each stem once.
    words: Vec<(String, String)>,
    /// Runs of three letters in them, sorted.
    letters: Vec<[u8; 3]>,
    demos: Vec<Known>,
}

/// What a demonstration shares with the question.
#[derive(Debug)]
struct Known {
    overlap: Overlap,
    similarity: f64,
}

/// The options' log-probabilities, up to a constant, and the hints that were used.
#[derive(Debug)]
pub(super) struct Weighed {
    pub(super) scores: Vec<f64>,
    /// Whether any source told the options apart, letters and the tie-break not counted.
    pub(super) informed: bool,
    pub(super) hints: Vec<Hint>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(prompt: &'a Prompt) -> Self {
        let features = Features::of(prompt.question.iter());
        let text = prompt.question.joined();
        let mut words: Vec<(String, String)> = Vec::new();
        for word in content_words(&text) {
            if !words.iter().take(500).any(|(stem, _)| stem == word.stem()) {
                words.push((word.stem().to_owned(), word.raw.to_lowercase()));
            }
        }
        let demos = compare(&features, &prompt.demos);
        let letters = letter_runs(&text);
        Self { prompt, text, features, words, letters, demos }
    }

    /// How alike a demonstration's inputs are to the question's, from 0 to 1.
    pub(super) fn similarity(&self, demo: usize) -> f64 {
        self.demos.get(demo).map_or(0.0, |known| known.similarity)
    }

    /// Weighs the options. `labels` are pairs of a demonstration and the option it answers with;
    /// `about` is what was said of the field besides the instruction.
    pub(super) fn weigh(
        &self,
        choices: &[Choice],
        labels: &[(usize, usize)],
        about: &str,
    ) -> Weighed {
        let mut scores = self.naive_bayes(choices.len(), labels);
        for (score, nearest) in scores.iter_mut().zip(self.nearest(choices.len(), labels)) {
            *score += REPETITION * nearest * nearest;
        }
        let mut hints = hints::read(&self.prompt.objective, choices);
        for text in [about, &self.prompt.feedback] {
            hints.extend(hints::read(text, choices));
        }
        for (_, description) in &self.prompt.inputs {
            hints.extend(hints::read(description, choices));
        }
        let hints = hints::merged(hints);
        let names: Vec<Vec<String>> = choices.iter().map(|choice| stems(&choice.name)).collect();
        let told: Vec<Vec<String>> = choices.iter().map(|c| stems(&c.description)).collect();
        for (option, score) in scores.iter_mut().enumerate() {
            *score += self.shared(&names, option, NAME);
            *score += self.shared(&told, option, DESCRIPTION);
            *score += self.hinted(&hints, option);
        }
        let lowest = scores.iter().copied().fold(f64::INFINITY, f64::min);
        let informed = scores.iter().any(|score| *score > lowest + 1e-9);
        for (score, choice) in scores.iter_mut().zip(choices) {
            *score += LETTERS * self.share_of_letters(&choice.name);
            *score += 1e-6 * coin(&self.text, &choice.name);
        }
        Weighed { scores, informed, hints }
    }

    /// Half multinomial, half complement naive Bayes, over the features of the question.
    fn naive_bayes(&self, options: usize, labels: &[(usize, usize)]) -> Vec<f64> {
        let slots = self.features.entries().len();
        let mut total = vec![0.0; slots];
        let mut within = vec![vec![0.0; slots]; options];
        let mut mass = vec![0.0; options];
        let known = |(demo, option): &(usize, usize)| Some((self.demos.get(*demo)?, *option));
        for (demo, option) in labels.iter().filter_map(known) {
            let (Some(counts), Some(mass)) = (within.get_mut(option), mass.get_mut(option)) else {
                continue;
            };
            *mass += demo.overlap.mass;
            for (slot, weight) in &demo.overlap.shared {
                for counts in [&mut *counts, &mut total] {
                    if let Some(count) = counts.get_mut(*slot) {
                        *count += weight;
                    }
                }
            }
        }
        let all: f64 = mass.iter().sum();
        if all == 0.0 {
            return vec![0.0; options];
        }
        let spread = SMOOTHING * VOCABULARY * all;
        let damping = (LONG_INPUT / self.features.mass()).min(1.0).sqrt();
        within
            .iter()
            .zip(&mass)
            .map(|(counts, mass)| {
                let (inside, outside) = ((mass + spread).ln(), (all - mass + spread).ln());
                let each = self.features.entries().iter().zip(counts).zip(&total);
                let sum: f64 = each
                    .filter(|(_, total)| **total > 0.0)
                    .map(|(((_, weight), count), total)| {
                        let multinomial = (count + SMOOTHING).ln() - inside;
                        let complement = (total - count + SMOOTHING).ln() - outside;
                        weight * 0.5 * (multinomial - complement)
                    })
                    .sum();
                sum * damping
            })
            .collect()
    }

    /// The similarity of the demonstration nearest to the question, per option.
    fn nearest(&self, options: usize, labels: &[(usize, usize)]) -> Vec<f64> {
        let mut nearest = vec![0.0_f64; options];
        for (demo, option) in labels {
            if let Some(best) = nearest.get_mut(*option) {
                *best = best.max(self.similarity(*demo));
            }
        }
        nearest
    }

    /// Words an option's own text shares with the question. Words that several options have count
    /// the less.
    fn shared(&self, texts: &[Vec<String>], option: usize, (each, most): (f64, f64)) -> f64 {
        let stems = texts.get(option).map(Vec::as_slice).unwrap_or_default();
        let sum: f64 = stems
            .iter()
            .map(|stem| {
                let holders = texts.iter().filter(|other| other.contains(stem)).count().max(1);
                each * self.occurs(stem) / holders as f64
            })
            .sum();
        sum.min(most)
    }

    fn hinted(&self, hints: &[Hint], option: usize) -> f64 {
        let (quoted, told, most) = HINT;
        let of_option = hints.iter().filter(|hint| hint.choice == option);
        let sum: f64 = of_option
            .map(|hint| {
                let each = if hint.quoted { quoted } else { told };
                each * self.occurs(&hint.stem) / hint.holders.max(1) as f64
            })
            .sum();
        sum.min(most)
    }

    /// The share of a name's runs of three letters that the question holds too.
    fn share_of_letters(&self, name: &str) -> f64 {
        let runs = letter_runs(name);
        let held = runs.iter().filter(|run| self.letters.binary_search(run).is_ok()).count();
        held as f64 / runs.len().max(1) as f64
    }

    /// How well the question's most similar word matches a stem.
    fn occurs(&self, stem: &str) -> f64 {
        self.words.iter().map(|(word, _)| likeness(word, stem)).fold(0.0, f64::max)
    }

    /// Up to three words of the question that speak most for an option.
    pub(super) fn telling(
        &self,
        choice: &Choice,
        option: usize,
        labels: &[(usize, usize)],
        hints: &[Hint],
    ) -> Vec<&str> {
        let mut own = stems(&choice.name);
        own.extend(stems(&choice.description));
        let mut rated: Vec<(f64, &str)> = Vec::new();
        for (stem, spelling) in &self.words {
            let (mut inside, mut outside) = (0.0, 0.0);
            if let Some(slot) = self.features.place(stem_key(stem)) {
                for (demo, of) in labels {
                    let shared = self.demos.get(*demo).map(|known| known.overlap.shared.as_slice());
                    let found = shared.unwrap_or_default().binary_search_by_key(&slot, |(s, _)| *s);
                    match found {
                        Ok(_) if *of == option => inside += 1.0,
                        Ok(_) => outside += 1.0,
                        Err(_) => {}
                    }
                }
            }
            let hinted = hints.iter().any(|h| h.choice == option && likeness(&h.stem, stem) > 0.0);
            let named = own.iter().any(|other| likeness(other, stem) > 0.0);
            let rating = inside - outside / 2.0 + 3.0 * f64::from(hinted) + f64::from(named);
            if rating > 0.0 {
                rated.push((rating, spelling));
            }
        }
        rated.sort_by(|a, b| b.0.total_cmp(&a.0));
        rated.into_iter().take(3).map(|(_, spelling)| spelling).collect()
    }

    /// The demonstration nearest to the question among those of an option.
    pub(super) fn closest(&self, labels: &[(usize, usize)], option: usize) -> Option<usize> {
        let of_option = labels.iter().filter(|(_, of)| *of == option).map(|(demo, _)| *demo);
        of_option.max_by(|a, b| self.similarity(*a).total_cmp(&self.similarity(*b)))
    }
}

/// Turns log-probabilities into probabilities that add up to 1.
pub(super) fn probabilities(scores: &[f64]) -> Vec<f64> {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = scores.iter().map(|score| (score - top).exp()).collect();
    let sum: f64 = odds.iter().sum();
    odds.into_iter().map(|odds| odds / sum).collect()
}

/// The stems of a text's content words, each once.
fn stems(text: &str) -> Vec<String> {
    let mut stems: Vec<String> = content_words(text).map(|word| word.stem().to_owned()).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

/// The runs of three letters within content words, sorted, each once.
fn letter_runs(text: &str) -> Vec<[u8; 3]> {
    let mut runs: Vec<[u8; 3]> = content_words(text)
        .flat_map(|word| {
            let letters = word.folded.into_bytes();
            let run = |run: &[u8]| <[u8; 3]>::try_from(run).ok();
            letters.windows(3).filter_map(run).collect::<Vec<_>>()
        })
        .collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// What each demonstration shares with the question, and their cosine similarity, in which rare
/// features count more.
fn compare(question: &Features, demos: &[Demo]) -> Vec<Known> {
    let overlaps: Vec<Overlap> =
        demos.iter().map(|demo| question.overlap(demo.inputs.iter())).collect();
    let mut holders = vec![0_usize; question.entries().len()];
    for (place, _) in overlaps.iter().flat_map(|overlap| &overlap.shared) {
        if let Some(count) = holders.get_mut(*place) {
            *count += 1;
        }
    }
    let rarity = |count: usize| ((1 + demos.len()) as f64 / (1 + count) as f64).ln() + 1.0;
    let weights: Vec<(f64, f64)> = question
        .entries()
        .iter()
        .zip(&holders)
        .map(|((_, weight), holders)| (*weight, rarity(*holders)))
        .collect();
    let length: f64 = weights.iter().map(|(weight, rarity)| (weight * rarity).powi(2)).sum();
    let known = |overlap: Overlap| {
        let (mut product, mut common) = (0.0, 0.0);
        for (place, own) in &overlap.shared {
            let (weight, rarity) = weights.get(*place).copied().unwrap_or_default();
            product += weight * own * rarity * rarity;
            common += (own * rarity).powi(2);
        }
        // Features that the question lacks are taken for rare ones.
        let other = overlap.other_squares * rarity(1).powi(2);
        let lengths = (length * (common + other)).sqrt();
        let similarity = if lengths > 0.0 { (product / lengths).min(1.0) } else { 0.0 };
        Known { overlap, similarity }
    };
    overlaps.into_iter().map(known).collect()
}
