//! Indexes as files.

use std::fs;

use dspy::lm::{Embedder, EmbeddingModel, Embeddings, LmError};
use dspy::retrieve::{
    Bm25, Bm25Index, IndexFileError, Passage, RetrieveError, Similarity, Tokenizer, VectorIndex,
};

use super::{Letters, letters};

const TEXTS: [&str; 4] = ["Tea is grown in Assam.", "The rail to Kenya", "", "Größe und Maß"];

fn bm25() -> Bm25Index {
    let passages = Passage::numbered(TEXTS).map(|passage| passage.with("shelf", [1, 2].to_vec()));
    Bm25::new()
        .with_k1(1.2)
        .with_tokenizer(Tokenizer::words().with_stop_words(["the"]))
        .build(passages)
        .unwrap()
}

fn file_error(error: RetrieveError) -> IndexFileError {
    match error {
        RetrieveError::File(error) => *error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_bm25_index_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/index");
    let index = bm25();
    index.save(&path).unwrap();
    let loaded = Bm25Index::load(&path).unwrap();
    assert_eq!(loaded.passages(), index.passages());
    assert_eq!(loaded.settings(), index.settings());
    for query in ["tea", "the rail", "größe assam", "nothing"] {
        assert_eq!(loaded.search(query, 4), index.search(query, 4), "{query}");
    }
    assert!(!loaded.search("rail", 4).is_empty());
    // Once more over the old one; nothing else is left in the folder.
    index.save(&path).unwrap();
    assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
}

#[test]
fn a_vector_index_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let vectors = TEXTS.iter().map(|text| letters(text)).collect();
    let index = VectorIndex::builder(Embedder::from_model(Letters))
        .with_similarity(Similarity::Dot)
        .build_with_vectors(Passage::numbered(TEXTS), vectors)
        .unwrap();
    index.save(&path).unwrap();
    let loaded = VectorIndex::load(&path, Embedder::from_model(Letters)).unwrap();
    let query = letters("Kenya");
    assert_eq!(loaded.nearest(&query, 4).unwrap(), index.nearest(&query, 4).unwrap());
    assert_eq!(loaded.dimensions(), 26);
}

/// As `Letters`, but not the same model.
struct Other;

impl EmbeddingModel for Other {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        Letters.embed(texts).await
    }

    fn name(&self) -> &str {
        "other"
    }
}

#[test]
fn vectors_of_another_model_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let builder = VectorIndex::builder(Embedder::from_model(Letters));
    builder.build_with_vectors([], vec![]).unwrap().save(&path).unwrap();
    let error = VectorIndex::load(&path, Embedder::from_model(Other)).unwrap_err();
    let error = file_error(error);
    assert!(
        matches!(&error, IndexFileError::OtherEmbedder { saved, given, .. } if saved == "letters" && given == "other"),
        "{error}"
    );
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    bm25().save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let error = file_error(Bm25Index::load(&path).unwrap_err());
        match error {
            IndexFileError::Foreign { .. } if length == 0 => {}
            IndexFileError::Truncated { found, expected, .. } => {
                assert_eq!(found, length as u64);
                assert!(expected > found);
            }
            other => panic!("{length} bytes: {other}"),
        }
    }
}

#[test]
fn a_changed_byte_anywhere_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    bm25().save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x41;
        fs::write(&path, &changed).unwrap();
        file_error(Bm25Index::load(&path).unwrap_err());
    }
    let longer = [whole.as_slice(), b"x"].concat();
    fs::write(&path, longer).unwrap();
    let error = file_error(Bm25Index::load(&path).unwrap_err());
    assert!(matches!(error, IndexFileError::Damaged { .. }), "{error}");
}

#[test]
fn foreign_files_and_other_kinds_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let error = file_error(Bm25Index::load(&path).unwrap_err());
    assert!(error.to_string().starts_with("could not read `"), "{error}");
    fs::write(&path, "{\"not\": \"an index\"}, however long the text may be that stands in it")
        .unwrap();
    let error = file_error(Bm25Index::load(&path).unwrap_err());
    assert!(matches!(error, IndexFileError::Foreign { .. }), "{error}");

    let builder = VectorIndex::builder(Embedder::from_model(Letters));
    builder.build_with_vectors([], vec![]).unwrap().save(&path).unwrap();
    let error = file_error(Bm25Index::load(&path).unwrap_err());
    assert!(error.to_string().contains("holds a vector index, not a BM25 index"), "{error}");

    let mut newer = fs::read(&path).unwrap();
    newer[16] = 9;
    fs::write(&path, newer).unwrap();
    let error = file_error(Bm25Index::load(&path).unwrap_err());
    assert!(matches!(error, IndexFileError::Newer { found: 9, known: 1, .. }), "{error}");
}
