//! Many callers, few calls.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dspy::lm::{Embedder, EmbeddingModel, Embeddings, LmError, Usage};
use dspy::retrieve::{Batched, Passage, Retriever, VectorIndex};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::letters;

/// Notes how many texts each call has, and fails, breaks down or gives too little where it is told to.
#[derive(Clone, Default)]
struct Model {
    calls: Arc<Mutex<Vec<usize>>>,
    finished: Arc<AtomicUsize>,
    delay: Duration,
    fault: Option<&'static str>,
}

impl Model {
    fn calls(&self) -> Vec<usize> {
        self.calls.lock().unwrap().clone()
    }
}

impl EmbeddingModel for Model {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        self.calls.lock().unwrap().push(texts.len());
        sleep(self.delay).await;
        self.finished.fetch_add(1, Ordering::SeqCst);
        match self.fault {
            Some("panic") => panic!("broken on purpose"),
            Some("short") => return Ok(Embeddings::new(vec![vec![1.0]])),
            Some(message) => {
                return Err(LmError::Other { message: message.to_owned(), retryable: true });
            }
            None => {}
        }
        let mut embeddings = Embeddings::new(texts.iter().map(|text| letters(text)).collect());
        embeddings.usage.calls = 1;
        embeddings.usage.prompt_tokens = texts.len() as u64;
        Ok(embeddings)
    }

    fn name(&self) -> &str {
        "model"
    }
}

fn text(number: usize) -> Vec<String> {
    vec![format!("{number}{}", "a".repeat(number % 7))]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_queries_at_once_are_a_few_calls() {
    let model = Model::default();
    let batched =
        Batched::new(model.clone()).with_max_texts(256).with_max_wait(Duration::from_millis(200));
    let embedder = Embedder::from_model(batched);
    let passages = Passage::numbered(["aaa", "bb", "c"]);
    let index = VectorIndex::new(passages, embedder).await.unwrap();
    assert_eq!(model.calls(), [3]);
    let queries = (0..1000).map(|number| {
        let index = index.clone();
        tokio::spawn(async move {
            let query = ["a", "b", "c"][number % 3];
            index.retrieve(query, 1).await.unwrap().remove(0).id
        })
    });
    for (number, found) in join_all(queries).await.into_iter().enumerate() {
        assert_eq!(found.unwrap(), (number % 3).to_string());
    }
    let calls = model.calls().split_off(1);
    assert_eq!(calls.iter().sum::<usize>(), 1000);
    assert!(calls.iter().all(|texts| *texts <= 256));
    assert!(calls.len() <= 8, "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn each_caller_gets_its_own_vectors_and_the_usage_adds_up() {
    let model = Model::default();
    let batched = Batched::new(model.clone()).with_max_texts(10);
    let callers = (0..25).map(|number| {
        let batched = batched.clone();
        async move { (number, batched.embed(&text(number)).await.unwrap()) }
    });
    let answers = join_all(callers).await;
    let mut usage = Usage::default();
    for (number, embeddings) in answers {
        assert_eq!(embeddings.vectors, [letters(&text(number)[0])]);
        usage += embeddings.usage;
    }
    assert_eq!(model.calls(), [10, 10, 5]);
    assert_eq!((usage.calls, usage.prompt_tokens), (3, 25));
}

#[tokio::test(start_paused = true)]
async fn texts_of_one_caller_stay_in_order_over_several_calls() {
    let model = Model::default();
    let batched = Batched::new(model.clone()).with_max_texts(4);
    let texts: Vec<String> = (0..10).flat_map(text).collect();
    let embeddings = batched.embed(&texts).await.unwrap();
    let expected: Vec<_> = texts.iter().map(|text| letters(text)).collect();
    assert_eq!(embeddings.vectors, expected);
    assert_eq!(model.calls(), [4, 4, 2]);
    assert!(batched.embed(&[]).await.unwrap().vectors.is_empty());
    assert_eq!(model.calls().len(), 3);
}

#[test]
fn outside_a_runtime_it_says_what_it_needs() {
    let batched = Batched::new(Model::default());
    let error =
        futures_util::FutureExt::now_or_never(batched.embed(&text(1))).unwrap().unwrap_err();
    assert!(error.to_string().contains("needs a tokio runtime"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_single_caller_waits_no_longer_than_allowed() {
    let batched = Batched::new(Model::default()).with_max_wait(Duration::from_millis(40));
    let started = Instant::now();
    batched.embed(&text(1)).await.unwrap();
    let waited = started.elapsed();
    assert!((40..45).contains(&waited.as_millis()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn an_error_reaches_all_that_wait_and_nobody_later() {
    for (fault, shown) in [
        ("out of memory", "out of memory"),
        ("panic", "the embedding model `model` broke down"),
        ("short", "it gave 1 vectors for 3 texts"),
    ] {
        let model = Model { fault: Some(fault), ..Model::default() };
        let batched = Batched::new(model.clone());
        let texts: Vec<Vec<String>> = (0..3).map(text).collect();
        let answers = join_all(texts.iter().map(|text| batched.embed(text))).await;
        for answer in answers {
            let error = answer.unwrap_err();
            assert!(error.to_string().contains(shown), "{error}");
        }
        assert_eq!(model.calls(), [3]);
        assert!(batched.embed(&text(1)).await.is_err() || fault == "short");
        assert_eq!(model.calls(), [3, 1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_leaves_takes_nothing_from_the_others() {
    let model = Model { delay: Duration::from_millis(50), ..Model::default() };
    let batched = Batched::new(model.clone());
    let call = |number| {
        let batched = batched.clone();
        tokio::spawn(async move { batched.embed(&text(number)).await.unwrap().vectors })
    };
    // One leaves before the call is made, one while it is under way.
    let (early, late, stays) = (call(1), call(2), call(3));
    sleep(Duration::from_millis(1)).await;
    early.abort();
    sleep(Duration::from_millis(20)).await;
    assert_eq!(model.calls(), [2]);
    late.abort();
    assert_eq!(stays.await.unwrap(), [letters(&text(3)[0])]);
    assert_eq!(model.finished.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_for_which_nobody_waits_is_not_made_or_is_broken_off() {
    let model = Model { delay: Duration::from_millis(50), ..Model::default() };
    let batched = Batched::new(model.clone());
    let texts = text(1);
    let gone = tokio::time::timeout(Duration::from_millis(1), batched.embed(&texts)).await;
    assert!(gone.is_err());
    sleep(Duration::from_millis(100)).await;
    assert!(model.calls().is_empty());

    let gone = tokio::time::timeout(Duration::from_millis(20), batched.embed(&texts)).await;
    assert!(gone.is_err());
    sleep(Duration::from_millis(200)).await;
    assert_eq!(model.calls(), [1]);
    assert_eq!(model.finished.load(Ordering::SeqCst), 0);
}
