//! A [`Bm25Index`] as a file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::error::RetrieveError;
use super::super::index_file::{self, IndexFile};
use super::super::passage::Passage;
use super::postings::Postings;
use super::{Bm25, Bm25Index};

const KIND: &str = "BM25";

#[derive(Serialize)]
struct Head<'a> {
    settings: &'a Bm25,
    words: Vec<&'a str>,
    passages: &'a [Passage],
}

#[derive(Deserialize)]
struct ReadHead {
    settings: Bm25,
    words: Vec<String>,
    passages: Vec<Passage>,
}

pub(super) fn save(index: &Bm25Index, path: &Path) -> Result<(), RetrieveError> {
    let inner = &*index.0;
    let head = Head {
        settings: &inner.settings,
        words: inner.postings.words(),
        passages: &inner.passages,
    };
    Ok(index_file::write(path, KIND, &head, &inner.postings.arrays())?)
}

pub(super) fn load(path: &Path) -> Result<Bm25Index, RetrieveError> {
    let file = IndexFile::read(path, KIND)?;
    let (head, arrays) = file.parts::<ReadHead>()?;
    let postings = Postings::of_parts(head.words, arrays).map_err(|fault| file.damaged(fault))?;
    if postings.lengths().len() != head.passages.len() {
        return Err(file.damaged("passages are missing").into());
    }
    Ok(Bm25Index::assembled(head.settings, head.passages, postings))
}
