//! The search as a part of a program.

use std::fmt;
use std::sync::{Arc, Mutex};

use dspy::module::{ParameterKind, freeze, leaf_paths, parameters, set_parameter};
use dspy::prelude::*;
use dspy::retrieve::{Bm25Index, DynRetriever, Passage, Retrieve, RetrieveError, Retriever};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::ids;

const K: ParameterKind = ParameterKind::new_static("k");

fn index() -> Bm25Index {
    Bm25Index::new(Passage::numbered(["one tea", "two teas and a tea", "rail", "moon", "road"]))
        .unwrap()
}

#[derive(Clone)]
struct Search {
    first: Retrieve,
    second: Retrieve,
}

#[module]
impl Search {
    async fn forward(&self, query: String) -> dspy::Result<Vec<String>> {
        let first = self.first.call(query.as_str()).await?.into_output();
        let second = self.second.call(query).await?.into_output();
        Ok(first.into_iter().chain(second).map(|passage| passage.id).collect())
    }
}

fn search() -> Search {
    Search { first: Retrieve::new(index(), 1).unwrap(), second: Retrieve::new(index(), 2).unwrap() }
}

#[tokio::test]
async fn k_is_a_parameter_that_is_saved_and_loaded() {
    let mut program = search();
    assert_eq!(leaf_paths(&program), ["first", "second"]);
    assert_eq!(*program.call("tea").await.unwrap(), ["0", "0", "1"]);
    set_parameter(&mut program, "first", &K, 2.into()).unwrap();
    assert_eq!(program.first.k(), 2);
    assert_eq!(program.call("tea").await.unwrap().len(), 4);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program.json");
    program.save(&path).unwrap();
    let mut fresh = search();
    assert_ne!(dspy::module::identity(&fresh), dspy::module::identity(&program));
    fresh.load(&path).unwrap();
    assert_eq!((fresh.first.k(), fresh.second.k()), (2, 2));
    assert_eq!(dspy::module::identity(&fresh), dspy::module::identity(&program));
}

#[test]
fn k_is_a_number_above_zero() {
    assert!(matches!(Retrieve::new(index(), 0), Err(RetrieveError::Setting { .. })));
    let mut program = search();
    for wrong in [serde_json::json!(0), serde_json::json!("3"), serde_json::json!(1.5)] {
        assert!(set_parameter(&mut program, "first", &K, wrong).is_err());
    }
    let demos = set_parameter(&mut program, "first", &ParameterKind::DEMOS, serde_json::json!([]));
    assert!(demos.unwrap_err().to_string().contains("`k`"));
    assert_eq!(program.first.k(), 1);
    freeze(&mut program, dspy::module::Select::all()).unwrap();
    assert!(parameters(&program).iter().all(|parameter| parameter.frozen));
}

#[tokio::test]
async fn passages_go_through_json_and_queries_in_batches() {
    let retrieve = Retrieve::new(index(), 1).unwrap();
    let found = retrieve.call("tea").await.unwrap().into_output();
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Passage>>(&text).unwrap(), found);
    assert!(!text.contains("metadata"), "{text}");
    let results = retrieve.batch(["tea", "rail"]).await.into_results().len();
    assert_eq!(results, 2);
}

/// Fails with an error of the user's own.
struct Locked;

#[derive(Debug)]
struct LockedError;

impl fmt::Display for LockedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the shelf is locked")
    }
}

impl std::error::Error for LockedError {}

impl Retriever for Locked {
    async fn retrieve(&self, _: &str, _: usize) -> Result<Vec<Passage>, RetrieveError> {
        Err(RetrieveError::user(LockedError))
    }

    fn name(&self) -> &str {
        "locked"
    }
}

#[tokio::test]
async fn errors_keep_their_type() {
    let retrieve = Retrieve::new(DynRetriever::new(Locked), 1).unwrap();
    match retrieve.call("x").await.unwrap_err() {
        dspy::Error::User(error) => assert!(error.is::<LockedError>()),
        other => panic!("{other}"),
    }
}

#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<String>>>);

struct Writer<'a>(&'a mut String);

impl Visit for Writer<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {field}={value:?}"));
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.name() == "retrieve"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut spans = self.0.lock().unwrap();
        let mut text = String::new();
        attributes.record(&mut Writer(&mut text));
        spans.push(text);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = self.0.lock().unwrap();
        values.record(&mut Writer(&mut spans[span.into_u64() as usize - 1]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn each_search_is_a_span() {
    let spans = Spans::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tracing::subscriber::with_default(spans.clone(), || {
        runtime.block_on(async { search().call("tea").await }).unwrap();
    });
    let spans = spans.0.lock().unwrap().clone();
    assert_eq!(
        spans,
        [
            " path=\"first\" retriever=\"bm25\" k=1 gen_ai.operation.name=\"retrieval\" gen_ai.data_source.id=\"bm25\" found=1",
            " path=\"second\" retriever=\"bm25\" k=2 gen_ai.operation.name=\"retrieval\" gen_ai.data_source.id=\"bm25\" found=2"
        ]
    );
}

#[tokio::test]
async fn erased_retrievers_find_the_same() {
    let erased = DynRetriever::new(index());
    let found = erased.retrieve("tea", 2).await.unwrap();
    assert_eq!(found, index().search("tea", 2));
    assert_eq!(ids(&found), ["0", "1"]);
}
