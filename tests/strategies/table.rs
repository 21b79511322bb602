//! The table: every strategy around a plain signature, a chain of thought, inside a module, and
//! boxed. In each form it runs, records every predictor under its path, is saved and loaded.
//!
//! A new strategy is one more test that calls [`row`] (for one around programs) or [`check`].

use std::collections::BTreeSet;
use std::fmt::Debug;

use dspy::lm::{Request, Scripted};
use dspy::module::{DynModule, ParameterKind, identity, leaf_paths, set_parameter, task_schemas};
use dspy::predict::{
    Attempted, CodeAct, Completed, Each, Ensemble, KnnDemos, MultiChainComparison,
    ProgramOfThought, Rlm, SampledComparison,
};
use dspy::prelude::*;
use dspy::signature::{Data, Reasoned};

use super::lines::Lines;
use super::model::steady;
use super::{Qa, QaInput, QaOutput, ask};

/// A module with a part of any type.
#[derive(Clone)]
struct Nested<M> {
    part: M,
}

#[module]
impl<M> Nested<M>
where
    M: Module,
    M::Input: Debug,
    M::Output: Debug,
{
    async fn forward(&self, input: M::Input) -> dspy::Result<M::Output> {
        self.part.call::<dspy::signature::AsIs>(input).await.map(Prediction::into_output)
    }
}

/// A strategy in four forms: around a plain predictor, around a chain of thought, and the first of
/// them inside a module and boxed. `paths` are those of its predictors.
async fn row<P, C>(plain: impl Fn() -> P, reasoned: impl Fn() -> C, input: P::Input, paths: &[&str])
where
    P: Module,
    P::Input: Debug,
    P::Output: Debug,
    C: Module<Input = P::Input>,
{
    check("plain", &plain, input.clone(), paths).await;
    check("chain of thought", &reasoned, input.clone(), paths).await;
    let nested = || Nested { part: plain() };
    let inside: Vec<String> = paths.iter().map(|path| below("part", path)).collect();
    let inside: Vec<&str> = inside.iter().map(String::as_str).collect();
    check("nested", &nested, NestedInput { input: input.clone() }, &inside).await;
    check("boxed", &|| DynModule::new(plain()), input.clone(), paths).await;
    let boxed = || Nested { part: DynModule::new(plain()) };
    check("boxed in a module", &boxed, NestedInput { input }, &inside).await;
}

fn below(part: &str, path: &str) -> String {
    match path {
        "self" => part.to_owned(),
        path if path.starts_with('[') => format!("{part}{path}"),
        path => format!("{part}.{path}"),
    }
}

/// One form of one strategy.
async fn check<M: Module>(form: &str, build: &impl Fn() -> M, input: M::Input, paths: &[&str]) {
    let with_model = |mut program: M| {
        let model = steady();
        program.set_lm(&model.lm());
        (program, model)
    };
    let (mut program, _) = with_model(build());
    let expected: BTreeSet<&str> = paths.iter().copied().collect();
    let tasks = task_schemas(&program);
    let known: BTreeSet<&str> = tasks.iter().map(|(path, _, _)| path.as_str()).collect();
    assert_eq!(known, expected, "{form}: predictors");
    for (path, _, _) in &tasks {
        let told = format!("Told anew at {path}.").into();
        set_parameter(&mut program, path, &ParameterKind::INSTRUCTIONS, told).expect("settable");
    }

    let (program, model) = with_model(program);
    let prediction = program.call::<dspy::signature::AsIs>(input.clone()).record().await;
    let prediction = prediction.unwrap_or_else(|error| panic!("{form}: {error}"));
    let trace = prediction.trace();
    let traced: BTreeSet<&str> = trace.calls().iter().map(|call| call.path.as_str()).collect();
    assert_eq!(traced, expected, "{form}: traced");
    assert_eq!(prediction.usage().calls, model.calls() as u64, "{form}: usage");
    for call in trace.calls() {
        let told = format!("Told anew at {}.", call.path);
        assert!(call.transcript().contains(&told), "{form}: {} has its own prompt", call.path);
    }

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("program.json");
    program.save(&file).expect("saved");
    let (mut loaded, again) = with_model(build());
    assert_ne!(identity(&loaded), identity(&program), "{form}: changed");
    let report = loaded.load(&file).unwrap_or_else(|error| panic!("{form}: {error}"));
    assert_eq!(report.loaded, leaf_paths(&program), "{form}: loaded");
    assert_eq!(identity(&loaded), identity(&program), "{form}: identity");
    loaded.call::<dspy::signature::AsIs>(input).await.expect("runs");
    assert_eq!(prompts(&again), prompts(&model), "{form}: prompts");
}

fn prompts(model: &Scripted) -> BTreeSet<String> {
    let text = |request: &std::sync::Arc<Request>| {
        request.messages.iter().map(|message| message.text()).collect::<String>()
    };
    model.requests().iter().map(text).collect()
}

fn plain() -> Predict<Qa> {
    Predict::new()
}

fn reasoned() -> ChainOfThought<Qa> {
    ChainOfThought::new()
}

fn rows() -> Vec<Qa> {
    ["Capital of France?", "Capital of Peru?"]
        .map(|question| Qa { question: question.into(), answer: "Lima".into() })
        .to_vec()
}

#[tokio::test]
async fn predict_and_chain_of_thought() {
    row(plain, reasoned, ask("Which?"), &["self"]).await;
}

#[tokio::test]
async fn dynamic_predictor() {
    let schema = || dspy::SignatureSchema::parse("question -> answer").expect("a signature");
    let plain = || dspy::Predictor::new(schema());
    let reasoned = || dspy::Predictor::chain_of_thought(schema()).expect("no such field");
    let input = dspy::signature::Fields::from_iter([("question".to_owned(), "Which?".into())]);
    row(plain, reasoned, input, &["self"]).await;
}

/// A reward that is never good enough, so that everything there is gets called.
fn never<O: Data>(_: &QaInput, _: &O) -> f64 {
    0.5
}

#[tokio::test]
async fn best_of_n() {
    let best = || BestOfN::new(plain(), 2, never);
    let reasoned = || BestOfN::new(reasoned(), 2, never);
    row(best, reasoned, ask("Which?"), &["module"]).await;
    // Around an erased program, and around one of several parts.
    let boxed = || BestOfN::new(DynModule::new(plain()), 2, never);
    check("around a box", &boxed, ask("Which?"), &["module"]).await;
    let nested = || {
        let reward = |_: &NestedInput<Predict<Qa>>, _: &QaOutput| 0.0;
        BestOfN::new(Nested { part: plain() }, 2, reward)
    };
    check("around a module", &nested, NestedInput { input: ask("Which?") }, &["module.part"]).await;
}

#[tokio::test]
async fn refine() {
    let plain = || Refine::new(plain(), 2, never);
    let reasoned = || Refine::new(reasoned(), 2, never);
    row(plain, reasoned, ask("Which?"), &["module", "feedback"]).await;
}

#[tokio::test]
async fn multi_chain_comparison() {
    let plain = || MultiChainComparison::<Qa>::new(2);
    let answer = |text: &str| QaOutput { answer: text.into() };
    let attempts = [answer("Paris"), answer("Lima")];
    let input = Attempted::new(ask("Which?"), attempts.clone());
    row(plain, plain, input, &["self"]).await;
    let reasoned = attempts.map(|output| Reasoned { reasoning: "So.".into(), output });
    let attempts: Vec<Completed<QaOutput>> = reasoned.into_iter().map(Into::into).collect();
    check("of thoughts", &plain, Attempted::new(ask("Which?"), attempts), &["self"]).await;
}

#[tokio::test]
async fn sampled_comparison() {
    let sampled = || SampledComparison::<Qa>::new(3);
    row(sampled, sampled, ask("Which?"), &["attempt", "compare"]).await;
}

#[tokio::test]
async fn ensemble() {
    let plain = || Ensemble::new([plain(), plain()]);
    let reasoned = || Ensemble::new([reasoned(), reasoned()]);
    row(plain, reasoned, ask("Which?"), &["programs[0]", "programs[1]"]).await;
}

#[tokio::test]
async fn each() {
    let input = vec![ask("Which?"), ask("Who?")];
    row(|| Each::new(plain()), || Each::new(reasoned()), input, &["module"]).await;
}

#[tokio::test]
async fn knn_demos() {
    let plain = || KnnDemos::new(plain(), rows(), 1).expect("rows fit");
    let reasoned = || KnnDemos::new(reasoned(), rows(), 1).expect("rows fit");
    row(plain, reasoned, ask("Which?"), &["module"]).await;
}

/// Those that take a signature, and no module, are given one that asks for an argument first; they
/// have `reasoning` of their own.
#[derive(Signature, Clone)]
struct Argued {
    #[input]
    question: String,
    #[output]
    argument: String,
    #[output]
    answer: String,
}

fn argued() -> ArguedInput {
    ArguedInput { question: "Which?".into() }
}

/// A strategy that works on a signature, in four forms.
async fn of_signature<P, C>(
    plain: impl Fn() -> P,
    reasoned: impl Fn() -> C,
    reasoned_input: C::Input,
    paths: &[&str],
) where
    P: Module<Input = QaInput>,
    P::Output: Debug,
    C: Module,
{
    row(&plain, &plain, ask("Which?"), paths).await;
    check("with an argument", &reasoned, reasoned_input, paths).await;
}

#[tokio::test]
async fn react() {
    let echo = || Tool::new("echo", "Says it again.", |it: String| async move { it });
    let plain = || ReAct::<Qa>::new([echo()]).expect("tools");
    let reasoned = || ReAct::<Argued>::new([echo()]).expect("tools");
    of_signature(plain, reasoned, argued(), &["react", "extract.predict"]).await;
}

#[tokio::test]
async fn program_of_thought() {
    let paths = ["code_generate", "code_regenerate", "generate_output"];
    let plain = || ProgramOfThought::<Qa>::new(Lines);
    of_signature(plain, || ProgramOfThought::<Argued>::new(Lines), argued(), &paths).await;
}

#[tokio::test]
async fn code_act() {
    let reasoned = || CodeAct::<Argued>::new(Lines);
    let paths = ["codeact", "extractor"];
    of_signature(|| CodeAct::<Qa>::new(Lines), reasoned, argued(), &paths).await;
}

#[tokio::test]
async fn rlm() {
    let plain = || Rlm::<Qa>::new(Lines).with_max_iters(1);
    let reasoned = || Rlm::<Argued>::new(Lines).with_max_iters(1);
    let paths = ["generate_action", "extract", "llm_query"];
    of_signature(plain, reasoned, argued(), &paths).await;
}

#[tokio::test]
async fn strategies_inside_strategies() {
    let inner = || BestOfN::new(reasoned(), 2, never);
    let ensemble = || Refine::new(Ensemble::new([inner(), inner()]), 2, never);
    let paths = ["module.programs[0].module", "module.programs[1].module", "feedback"];
    check("three deep", &ensemble, ask("Which?"), &paths).await;
}
