//! The rows that are most like an input.

mod index;
mod lexical;

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;

use crate::adapter::render_value;
use crate::error::{Error, Result};
use crate::lm::Embedder;
use crate::row::{DataError, Row, Rows};
use crate::wire;

pub(super) use index::Index;

/// Finds the rows whose inputs are most like a given one. Costs no LM call; with an [`Embedder`] one
/// embedding for each row, once, and one for each search.
///
/// Without an embedder, inputs are compared by their words and parts of words, rare ones counting
/// more: offline, at once, and deaf to synonyms. An input's text is all its fields with their names.
///
/// ```
/// use dspy::predict::Knn;
/// use dspy::prelude::*;
///
/// #[derive(Signature)]
/// struct Route {
///     #[input]
///     mail: String,
///     #[output]
///     team: String,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let row = |mail: &str, team: &str| Route { mail: mail.into(), team: team.into() };
/// let rows = vec![row("My invoice is wrong.", "billing"), row("The app crashes.", "support")];
/// let knn = Knn::new(rows)?;
/// let nearest = knn.nearest(&RouteInput { mail: "Two invoices came.".into() }, 1).await?;
/// assert_eq!(nearest[0].row.team, "billing");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct Knn<I, R> {
    rows: Rows<R>,
    index: Index,
    input: PhantomData<fn(&I)>,
}

/// A row with how like the input it is.
#[derive(Debug)]
#[non_exhaustive]
pub struct Neighbor<'a, R> {
    /// The row.
    pub row: &'a R,
    /// Its place among the rows.
    pub place: usize,
    /// The cosine of the angle between the two: 1 for the same, 0 for nothing in common.
    pub similarity: f64,
}

impl<I: Serialize, R: Row<I>> Knn<I, R> {
    /// Rows compared by their words.
    ///
    /// # Errors
    /// [`DataError`] without rows, or for an input that is no JSON.
    pub fn new(rows: impl Into<Rows<R>>) -> Result<Self> {
        let rows = rows.into();
        let texts = texts::<I, R>(&rows)?;
        Ok(Self { rows, index: Index::lexical(&texts), input: PhantomData })
    }

    /// Rows compared by an embedding model, which is asked for all of them now.
    ///
    /// # Errors
    /// As [`new`](Self::new), and what the embedding model reports.
    pub async fn with_embedder(rows: impl Into<Rows<R>>, embedder: Embedder) -> Result<Self> {
        let rows = rows.into();
        let texts = texts::<I, R>(&rows)?;
        Ok(Self { index: Index::embedded(&texts, embedder).await?, rows, input: PhantomData })
    }

    /// The `k` nearest rows, nearest first; of equally near ones, the earlier first.
    ///
    /// # Errors
    /// An input that is no JSON; what the embedding model reports.
    pub async fn nearest(&self, input: &I, k: usize) -> Result<Vec<Neighbor<'_, R>>> {
        let found = self.index.nearest(&text_of(input)?, k).await?;
        let neighbor =
            |(place, similarity)| Some(Neighbor { row: self.rows.get(place)?, place, similarity });
        Ok(found.into_iter().filter_map(neighbor).collect())
    }
}

impl<I, R> fmt::Debug for Knn<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knn").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

fn texts<I: Serialize, R: Row<I>>(rows: &Rows<R>) -> Result<Vec<String>> {
    if rows.is_empty() {
        return Err(DataError::Empty {
            what: "the set of rows to search".to_owned(),
            fix: "give it at least one row".to_owned(),
        }
        .into());
    }
    rows.iter().map(|row| text_of(&row.input())).collect()
}

/// The text that an input is compared by: its fields with their names.
pub(super) fn text_of(input: &impl Serialize) -> Result<String> {
    let value = wire::to_value(input)
        .map_err(|error| Error::Invalid(format!("the input is no JSON: {error}")))?;
    Ok(match value {
        Value::Object(fields) => {
            let one = |(name, value): (&String, &Value)| format!("{name}: {}", render_value(value));
            fields.iter().map(one).collect::<Vec<_>>().join(" | ")
        }
        other => render_value(&other),
    })
}
