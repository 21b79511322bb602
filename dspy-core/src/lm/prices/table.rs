//! The built-in table.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::price::{LongPrompt, Price};

/// Figures alone; the head of the file says whence and of when they are.
const TEXT: &str = include_str!("table.csv");

/// Labels without a table: whatever runs on one's own machine.
const FREE: [&str; 6] = ["embedded", "scripted", "vllm/", "llamacpp/", "lmstudio/", "ollama/"];

/// Read at the first look-up, and never changed.
static TABLE: LazyLock<HashMap<&'static str, Price>> =
    LazyLock::new(|| TEXT.lines().filter_map(row).collect());

/// The price of exactly this label, in lower case.
pub(super) fn price(label: &str) -> Option<Price> {
    let is_free = |known: &str| match known.ends_with('/') {
        true => label.starts_with(known),
        false => label == known,
    };
    match FREE.into_iter().any(is_free) {
        true => Some(Price::FREE),
        false => TABLE.get(label).copied(),
    }
}

fn row(line: &'static str) -> Option<(&'static str, Price)> {
    if line.starts_with('#') {
        return None;
    }
    let mut cells = line.split(',');
    let label = cells.next()?;
    let mut number = || cells.next()?.parse::<f64>().ok();
    let (input, output) = (number()?, number()?);
    let (cache_read, cache_write) = (number(), number());
    let long_prompt = number().and_then(|above| {
        let (input, output) = (number()?, number()?);
        let (cache_read, cache_write) = (number(), number());
        Some(LongPrompt { above: above as u64, input, output, cache_read, cache_write })
    });
    Some((label, Price { input, output, cache_read, cache_write, long_prompt }))
}
