//! The command `retrieval`: how long it takes to index texts by their words and to search them, and
//! what is found in texts of others.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use dspy::retrieve::{Bm25, Bm25Index, Passage, Tokenizer};
use serde::Deserialize;
use serde_json::json;

#[cfg(unix)]
use crate::overhead::peak_rss_mb;

/// Different words of the generated language.
const WORDS: u64 = 50_000;
/// Words of a generated text, on average.
const LENGTH: u64 = 100;
/// Words of a query.
const QUERY: u64 = 5;
const QUERIES: usize = 500;
/// Of Knuth's linear congruential generator of 64 bits.
const MULTIPLIER: u64 = 6_364_136_223_846_793_005;
const INCREMENT: u64 = 1_442_695_040_888_963_407;
/// Passages asked for.
const K: usize = 10;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Retrieval {
    /// Times with so many generated texts.
    Times { documents: usize },
    /// What is found in the texts of a file.
    Ranks { corpus: std::path::PathBuf },
}

pub(crate) fn run(task: &Retrieval) -> io::Result<()> {
    match task {
        Retrieval::Times { documents } => times(*documents),
        Retrieval::Ranks { corpus } => ranks(corpus),
    }
}

/// Texts as white space divides them, and queries.
#[derive(Deserialize)]
struct Corpus {
    documents: Vec<String>,
    queries: Vec<String>,
}

/// For each query the places of the best texts with their scores.
fn ranks(corpus: &Path) -> io::Result<()> {
    let corpus: Corpus = serde_json::from_slice(&fs::read(corpus)?)?;
    let index = Bm25::new()
        .with_tokenizer(Tokenizer::whitespace())
        .build(Passage::numbered(corpus.documents))
        .map_err(io::Error::other)?;
    for query in &corpus.queries {
        let found = index.search(query, K);
        let found: Vec<_> =
            found.iter().map(|passage| json!([passage.id, passage.score])).collect();
        writeln!(io::stdout(), "{}", json!(found))?;
    }
    Ok(())
}

fn times(documents: usize) -> io::Result<()> {
    let mut language = Language(7);
    let texts: Vec<String> = (0..documents).map(|_| language.text(LENGTH)).collect();
    let queries: Vec<String> = (0..QUERIES).map(|_| language.query()).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let passages: Vec<Passage> = Passage::numbered(texts).collect();
    let started = Instant::now();
    let index = Bm25Index::new(passages).map_err(io::Error::other)?;
    let index_s = started.elapsed().as_secs_f64();
    let mut found = 0;
    let mut times: Vec<f64> = queries
        .iter()
        .map(|query| {
            let started = Instant::now();
            found += index.search(query, K).len();
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize);
    #[cfg(unix)]
    let peak = peak_rss_mb()?;
    #[cfg(not(unix))]
    let peak = serde_json::Value::Null;
    let line = json!({
        "documents": documents,
        "megabytes": bytes as f64 / 1e6,
        "index_s": index_s,
        "queries": QUERIES,
        "found": found,
        "query_ms_median": at(0.5),
        "query_ms_p99": at(0.99),
        "query_ms_max": at(1.0),
        "peak_rss_mib": peak,
    });
    writeln!(io::stdout(), "{line}")
}

/// Writes texts in which few words are frequent and many are rare, as in any language.
struct Language(u64);

impl Language {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
        self.0 >> 33
    }

    /// The nth word about as often as 1/n: the first stands in nearly every text.
    fn word(&mut self) -> String {
        let uniform = self.next() as f64 / (1_u64 << 31) as f64;
        let rank = ((WORDS as f64).powf(uniform)) as u64;
        format!("w{rank}")
    }

    fn text(&mut self, length: u64) -> String {
        let words = length / 2 + self.next() % length;
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn query(&mut self) -> String {
        (0..QUERY).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}
