//! Processes that fill one file at once.

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use dspy::lm::{Cache, Cached, DiskCache, LanguageModel, LmError, Scripted};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use super::{Folder, request, system};

/// Calls of a process under way at once.
const AT_ONCE: usize = 32;

/// Starts the processes, waits for them, and asks for every answer that they should have kept.
pub(super) async fn run(writers: u32, entries: u32) -> io::Result<()> {
    let folder = Folder::new()?;
    let file = folder.0.join("answers.db");
    let started = Instant::now();
    let children: Vec<_> = (0..writers)
        .map(|place| {
            Command::new(std::env::current_exe()?)
                .args(["cache", "--write-as", &place.to_string()])
                .args(["--entries", &entries.to_string(), "--file"])
                .arg(&file)
                .spawn()
        })
        .collect::<io::Result<_>>()?;
    for mut child in children {
        if !child.wait()?.success() {
            return Err(io::Error::other("a writer failed"));
        }
    }
    let wall = started.elapsed().as_secs_f64();
    let disk = DiskCache::open(&file).map_err(io::Error::other)?;
    let lost = Scripted::with(|_, _| LmError::NotConfigured);
    let lm = Cached::new(lost.clone(), &Cache::builder().max_bytes(0).disk(&disk).build());
    let rules = system();
    for place in 0..writers {
        for number in 0..entries {
            if let Ok(answer) = lm.generate(&request(&rules, &question(place, number))).await {
                let text = answer.completions.iter().map(|c| c.joined_text()).collect::<String>();
                if !text.starts_with(&question(place, number)) {
                    return Err(io::Error::other(format!("a wrong answer: {text}")));
                }
            }
        }
    }
    let stats = disk.stats().map_err(io::Error::other)?;
    let line = json!({
        "writers": writers,
        "entries": entries,
        "in_file": stats.entries,
        "lost": lost.calls(),
        "bytes": stats.bytes,
        "wall_s": (wall * 1e3).round() / 1e3,
        "writes_per_s": (f64::from(writers) * f64::from(entries) / wall).round(),
    });
    writeln!(io::stdout(), "{line}")?;
    if lost.calls() == 0 { Ok(()) } else { Err(io::Error::other("answers were lost")) }
}

/// One process.
pub(super) async fn write(place: u32, entries: u32, file: &Path) -> io::Result<()> {
    let disk = DiskCache::open(file).map_err(io::Error::other)?;
    let model = Scripted::with(|request, _| {
        let question = request.messages.last().map(|message| message.text()).unwrap_or_default();
        question + &" and what else there is to say about it".repeat(25)
    });
    let lm = Cached::new(model, &Cache::builder().disk(&disk).build());
    let rules = system();
    let calls = stream::iter(0..entries).map(|number| {
        let (lm, rules) = (&lm, &rules);
        async move { lm.generate(&request(rules, &question(place, number))).await }
    });
    let all = calls.buffer_unordered(AT_ONCE).try_for_each(|_| async { Ok(()) }).await;
    all.map_err(io::Error::other)
}

fn question(place: u32, number: u32) -> String {
    format!("Question {number} of writer {place}?")
}
