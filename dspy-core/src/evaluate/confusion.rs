//! Which answers are taken for which.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::item::Item;
use super::result::Evaluation;
use crate::signature::Data;
use crate::wire;

/// How often each label was answered with what: for closed sets of answers. Prints as a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Confusion {
    /// The field that is compared.
    pub field: String,
    /// Labels and answers, in alphabetical order.
    pub names: Vec<String>,
    /// How often: a row for each label, a column for each answer, as in `names`.
    pub counts: Vec<Vec<usize>>,
    /// Rows that failed, by label, as in `names`.
    pub failed: Vec<usize>,
}

impl Confusion {
    /// How often a label was answered with this.
    pub fn count(&self, label: &str, answer: &str) -> usize {
        let place = |name: &str| self.names.iter().position(|known| known == name);
        let found = place(label).zip(place(answer));
        found.and_then(|(row, column)| self.counts.get(row)?.get(column)).copied().unwrap_or(0)
    }

    /// Of the rows with this label, the share that was answered so; `None` where there are none.
    pub fn recall(&self, name: &str) -> Option<f64> {
        let row = self.names.iter().position(|known| known == name)?;
        let all = self.counts.get(row)?.iter().sum::<usize>() + self.failed.get(row)?;
        (all > 0).then(|| self.count(name, name) as f64 / all as f64)
    }

    /// Of the rows answered so, the share that has this label; `None` where there are none.
    pub fn precision(&self, name: &str) -> Option<f64> {
        let column = self.names.iter().position(|known| known == name)?;
        let all: usize = self.counts.iter().filter_map(|row| row.get(column)).sum();
        (all > 0).then(|| self.count(name, name) as f64 / all as f64)
    }
}

impl<O: Data> Evaluation<O> {
    /// The confusion of a field that rows label and outputs have under the same name. Rows without
    /// such a label are left out; empty where none has one, or where items were written to a file
    /// (load it first).
    pub fn confusion(&self, field: &str) -> Confusion {
        let mut pairs: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
        for item in self.items() {
            if let Some(label) = item.label(field) {
                let answer = answer(item, field);
                *pairs.entry((plain(label), answer)).or_default() += 1;
            }
        }
        let labels = pairs.keys().map(|(label, _)| label);
        let names: BTreeSet<&String> =
            labels.chain(pairs.keys().filter_map(|(_, answer)| answer.as_ref())).collect();
        let count = |label: &String, answer: Option<&String>| {
            pairs.get(&(label.clone(), answer.cloned())).copied().unwrap_or_default()
        };
        Confusion {
            field: field.to_owned(),
            counts: names
                .iter()
                .map(|label| names.iter().map(|answer| count(label, Some(answer))).collect())
                .collect(),
            failed: names.iter().map(|label| count(label, None)).collect(),
            names: names.into_iter().cloned().collect(),
        }
    }
}

fn answer<O: Data>(item: &Item<O>, field: &str) -> Option<String> {
    let output = wire::to_value(item.output.as_ref()?).ok()?;
    output.get(field).map(plain)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        let width = |name: &str| name.chars().count().max(4);
        write!(f, "{:>widest$}", "")?;
        for name in self.names.iter().map(String::as_str).chain(["failed"]) {
            write!(f, "  {name:>w$}", w = width(name))?;
        }
        writeln!(f)?;
        for ((label, row), failed) in self.names.iter().zip(&self.counts).zip(&self.failed) {
            write!(f, "{label:>widest$}")?;
            for (name, count) in self.names.iter().zip(row) {
                write!(f, "  {count:>w$}", w = width(name))?;
            }
            writeln!(f, "  {failed:>6}")?;
        }
        Ok(())
    }
}
