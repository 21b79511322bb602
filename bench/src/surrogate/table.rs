//! Means over worlds, and differences in the same worlds, with their errors.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::history::{MARKS, Recommended};
use super::world::SPACES;

/// What a rule recommended after a number of trials, in every world.
#[derive(Default)]
pub(crate) struct Table {
    /// By place of the method among those seen, then by space, rule and mark.
    values: BTreeMap<Cell, BTreeMap<usize, f64>>,
    methods: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    method: usize,
    space: usize,
    rule: usize,
    mark: usize,
}

const RULES: [&str; 2] = ["highest mean observed", "posterior mean"];

/// A mean with its standard error.
#[derive(Clone, Copy)]
struct Mean {
    mean: f64,
    error: f64,
}

impl Table {
    pub(crate) fn add(&mut self, method: &str, space: usize, world: usize, values: &Recommended) {
        let place = self.methods.iter().position(|known| known == method).unwrap_or_else(|| {
            self.methods.push(method.to_owned());
            self.methods.len() - 1
        });
        for (rule, values) in [&values.observed, &values.posterior].into_iter().enumerate() {
            for (mark, value) in values.iter().enumerate() {
                let cell = Cell { method: place, space, rule, mark };
                self.values.entry(cell).or_default().insert(world, *value);
            }
        }
    }

    fn mean(&self, cell: Cell) -> Option<Mean> {
        Mean::of(self.values.get(&cell)?.values().copied())
    }

    /// How much better this is than another method in the same worlds.
    fn difference(&self, cell: Cell, other: usize) -> Option<Mean> {
        let others = self.values.get(&Cell { method: other, ..cell })?;
        let ours = self.values.get(&cell)?.iter();
        Mean::of(ours.filter_map(|(world, value)| Some(value - others.get(world)?)))
    }

    fn cells(&self, rule: usize, method: usize, space: usize) -> [Cell; MARKS.len()] {
        std::array::from_fn(|mark| Cell { method, space, rule, mark })
    }

    /// A line for every figure.
    pub(crate) fn lines(&self, against: Option<&str>) -> Vec<Value> {
        let other = against.and_then(|name| self.methods.iter().position(|known| known == name));
        self.values
            .iter()
            .filter_map(|(cell, worlds)| {
                let mean = self.mean(*cell)?;
                let difference = other.and_then(|other| self.difference(*cell, other));
                Some(json!({
                    "method": self.methods[cell.method],
                    "space": SPACES[cell.space].0,
                    "rule": RULES[cell.rule],
                    "trials": MARKS[cell.mark],
                    "worlds": worlds.len(),
                    "mean": mean.mean,
                    "standard_error": mean.error,
                    "against": against.filter(|_| difference.is_some()),
                    "difference": difference.map(|difference| difference.mean),
                    "difference_standard_error": difference.map(|difference| difference.error),
                }))
            })
            .collect()
    }

    /// The tables of the README, in Markdown.
    pub(crate) fn markdown(&self, against: Option<&str>) -> String {
        let mut text = String::new();
        for (rule, name) in RULES.iter().enumerate() {
            self.block(&mut text, &format!("Recommended by {name}"), |method, space| {
                let means = self.cells(rule, method, space).map(|cell| self.mean(cell));
                means
                    .map(|mean| mean.map_or("–".into(), |mean| format!("{:.1}", mean.mean)))
                    .join("/")
            });
        }
        let Some((against, other)) = against
            .and_then(|name| Some((name, self.methods.iter().position(|known| known == name)?)))
        else {
            return text;
        };
        for (rule, name) in RULES.iter().enumerate() {
            let title = format!("Recommended by {name}: difference from {against}, 95 %");
            self.block(&mut text, &title, |method, space| {
                let differences =
                    self.cells(rule, method, space).map(|cell| self.difference(cell, other));
                let last_two = differences.into_iter().skip(MARKS.len() - 3).map(|difference| {
                    difference.map_or("–".into(), |difference| {
                        format!("{:+.1}±{:.1}", difference.mean, 1.96 * difference.error)
                    })
                });
                last_two.collect::<Vec<_>>().join(" / ")
            });
        }
        text
    }

    fn block(&self, text: &mut String, title: &str, cell: impl Fn(usize, usize) -> String) {
        let names = SPACES.map(|(name, _)| name).join(" | ");
        let _ = writeln!(text, "\n{title}\n\n| | {names} |\n|---|---|---|---|---|---|");
        for (method, name) in self.methods.iter().enumerate() {
            let row: Vec<_> = (0..SPACES.len()).map(|space| cell(method, space)).collect();
            let _ = writeln!(text, "| {name} | {} |", row.join(" | "));
        }
    }
}

impl Mean {
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let error = (squares / (count - 1.0).max(1.0) / count).sqrt();
        (!values.is_empty()).then_some(Self { mean, error })
    }
}
