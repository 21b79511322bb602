//! [`Postings`]: which passages hold which word, and how often.

use std::collections::HashMap;

use super::super::error::RetrieveError;
use super::super::tokenizer::Tokenizer;

/// An inverted index. Terms are numbered in the order in which they first occur.
#[derive(Debug)]
pub(super) struct Postings {
    numbers: HashMap<Box<str>, u32>,
    /// The number of words of each passage.
    lengths: Vec<u32>,
    /// Where the postings of each term begin; one more at the end.
    starts: Vec<u32>,
    /// The places of the passages, term after term, ascending.
    places: Vec<u32>,
    /// How often the term stands in that passage.
    counts: Vec<u32>,
}

impl Postings {
    pub(super) fn new<'a>(
        texts: impl Iterator<Item = &'a str>,
        tokenizer: &Tokenizer,
    ) -> Result<Self, RetrieveError> {
        let mut forward = Forward::default();
        for text in texts {
            forward.add(text, tokenizer);
        }
        if u32::try_from(forward.terms.len()).is_err() {
            return Err(RetrieveError::Setting {
                message: format!(
                    "the passages hold {} different words in all, and an index takes {}; split them \
                     over several indexes",
                    forward.terms.len(),
                    u32::MAX
                ),
            });
        }
        Ok(forward.inverted())
    }

    /// The parts as they were saved, if they fit each other.
    pub(super) fn of_parts(words: Vec<String>, arrays: Vec<Vec<u32>>) -> Result<Self, String> {
        let [lengths, starts, places, counts] =
            <[Vec<u32>; 4]>::try_from(arrays).map_err(|_| "parts are missing".to_owned())?;
        let passages = lengths.len();
        let ends = (starts.first().copied(), starts.last().map(|last| *last as usize));
        let fits = starts.len() == words.len() + 1
            && ends == (Some(0), Some(places.len()))
            && starts.is_sorted()
            && counts.len() == places.len()
            && places.iter().all(|place| (*place as usize) < passages);
        if !fits {
            return Err("its parts do not fit each other".to_owned());
        }
        let numbers: HashMap<_, _> =
            (0_u32..).zip(words).map(|(number, word)| (word.into_boxed_str(), number)).collect();
        if numbers.len() + 1 != starts.len() {
            return Err("a word stands in it twice".to_owned());
        }
        Ok(Self { numbers, lengths, starts, places, counts })
    }

    /// The arrays to save.
    pub(super) fn arrays(&self) -> [&[u32]; 4] {
        [&self.lengths, &self.starts, &self.places, &self.counts]
    }

    /// The words, by their numbers.
    pub(super) fn words(&self) -> Vec<&str> {
        let mut words: Vec<(&str, u32)> =
            self.numbers.iter().map(|(word, number)| (&**word, *number)).collect();
        words.sort_unstable_by_key(|(_, number)| *number);
        words.into_iter().map(|(word, _)| word).collect()
    }

    pub(super) fn lengths(&self) -> &[u32] {
        &self.lengths
    }

    /// The number of a word that stands in some passage.
    pub(super) fn term(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).copied()
    }

    /// The passages that hold a term, with how often.
    pub(super) fn of(&self, term: u32) -> impl Iterator<Item = (u32, u32)> {
        let start = self.starts.get(term as usize).copied().unwrap_or_default() as usize;
        let end = self.starts.get(term as usize + 1).copied().unwrap_or_default() as usize;
        let places = self.places.get(start..end).unwrap_or_default();
        let counts = self.counts.get(start..end).unwrap_or_default();
        places.iter().copied().zip(counts.iter().copied())
    }

    /// In how many passages each term stands.
    pub(super) fn frequencies(&self) -> impl Iterator<Item = u32> {
        self.starts.iter().zip(self.starts.iter().skip(1)).map(|(start, end)| end - start)
    }
}

/// Which words stand in which passage: what is known while texts are read.
#[derive(Default)]
struct Forward {
    numbers: HashMap<Box<str>, u32>,
    lengths: Vec<u32>,
    /// How many different words each passage has.
    widths: Vec<u32>,
    /// The terms of all passages, one passage after the other, with how often each stands there.
    terms: Vec<(u32, u32)>,
    /// In how many passages each term stands.
    frequencies: Vec<u32>,
    /// The terms of the passage being read.
    present: Vec<u32>,
}

impl Forward {
    fn add(&mut self, text: &str, tokenizer: &Tokenizer) {
        self.present.clear();
        let (numbers, present) = (&mut self.numbers, &mut self.present);
        tokenizer.each(text, &mut |token| {
            let known = numbers.get(token).copied();
            present.push(known.unwrap_or_else(|| {
                let number = numbers.len() as u32;
                numbers.insert(token.into(), number);
                number
            }));
        });
        self.lengths.push(self.present.len() as u32);
        self.frequencies.resize(self.numbers.len(), 0);
        self.present.sort_unstable();
        let before = self.terms.len();
        for same in self.present.chunk_by(|a, b| a == b) {
            let Some(term) = same.first() else { continue };
            self.terms.push((*term, same.len() as u32));
            if let Some(frequency) = self.frequencies.get_mut(*term as usize) {
                *frequency += 1;
            }
        }
        self.widths.push((self.terms.len() - before) as u32);
    }

    fn inverted(self) -> Postings {
        let mut starts = Vec::with_capacity(self.frequencies.len() + 1);
        let mut next = 0;
        for frequency in &self.frequencies {
            starts.push(next);
            next += frequency;
        }
        starts.push(next);
        let mut free = starts.clone();
        let mut places = vec![0; self.terms.len()];
        let mut counts = vec![0; self.terms.len()];
        let mut terms = self.terms.into_iter();
        for (place, width) in (0_u32..).zip(&self.widths) {
            for (term, times) in terms.by_ref().take(*width as usize) {
                let Some(at) = free.get_mut(term as usize) else { continue };
                if let (Some(slot), Some(count)) =
                    (places.get_mut(*at as usize), counts.get_mut(*at as usize))
                {
                    (*slot, *count) = (place, times);
                }
                *at += 1;
            }
        }
        Postings { numbers: self.numbers, lengths: self.lengths, starts, places, counts }
    }
}
