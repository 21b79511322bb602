//! `BestOfN` and `Refine`: what they pay for, what they choose, what they say.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dspy::lm::{LmError, Request, Response, Scripted, ScriptedAnswer};
use dspy::metric::{Metric, Score};
use dspy::module::{Module, parameters, set_settings};
use dspy::predict::StrategyError;
use dspy::prelude::*;
use dspy::run::{Run, Trace};
use dspy::{Error, lm::Settings};

use super::model::{answering, question, sections, steady_value};
use super::{Qa, QaInput, QaOutput};

/// Answers `1`, `2`, `3` and so on, call by call.
fn counting() -> Scripted {
    answering(|_, name, before| match name {
        "answer" => (before + 1).to_string(),
        other => steady_value(other),
    })
}

fn number(_: &QaInput, output: &QaOutput) -> f64 {
    output.answer.parse().unwrap_or_default()
}

fn with_model<M: Module>(mut program: M, model: &Scripted) -> M {
    program.set_lm(&model.lm());
    program
}

#[tokio::test]
async fn the_threshold_ends_the_attempts_and_nothing_more_is_paid() {
    let model = counting();
    let best = with_model(BestOfN::new(Predict::<Qa>::new(), 5, number).threshold(3.0), &model);
    let prediction = best.call("Which?").await.unwrap();
    assert_eq!((prediction.answer.as_str(), prediction.reward()), ("3", Some(3.0)));
    assert_eq!(model.calls(), 3);
    assert_eq!(prediction.usage().calls, 3);
}

#[tokio::test]
async fn without_a_good_one_the_best_wins_and_of_equals_the_first() {
    let values = ["0.2", "0.7", "0.1", "0.7"];
    let model = answering(move |_, _, before| values[before].to_owned());
    let best = with_model(BestOfN::new(Predict::<Qa>::new(), 4, number), &model);
    let prediction = best.call("Which?").record().await.unwrap();
    assert_eq!(prediction.reward(), Some(0.7));
    assert_eq!(model.calls(), 4, "it costs n runs at most");

    // Each attempt is a sample of its own, at a temperature of 1, and they are told apart.
    let requests = model.requests();
    let rollouts: BTreeSet<u64> = requests.iter().map(|request| request.rollout).collect();
    assert_eq!(rollouts.len(), 4);
    assert!(requests.iter().all(|request| request.settings.temperature == Some(1.0)));
    let trace = prediction.trace();
    let invocations: BTreeSet<u64> = trace.calls().iter().map(|call| call.invocation).collect();
    assert_eq!((trace.calls().len(), invocations.len()), (4, 4));
    let parents: BTreeSet<_> = trace.calls().iter().map(|call| call.parent).collect();
    assert_eq!(parents.len(), 1, "all are attempts of one call");
    let sequence: BTreeSet<u64> = trace.calls().iter().map(|call| call.sequence).collect();
    assert_eq!(sequence.len(), 4);

    // The same call samples the same again, another rollout of the run does not.
    let again = answering(move |_, _, before| values[before % 4].to_owned());
    with_model(best.clone(), &again).call("Which?").await.unwrap();
    let same: BTreeSet<u64> = again.requests().iter().map(|request| request.rollout).collect();
    assert_eq!(same, rollouts);
    with_model(best, &again).call("Which?").rollout(9).await.unwrap();
    let other = again.requests()[4..].iter().map(|request| request.rollout).collect();
    assert!(rollouts.is_disjoint(&other));
}

#[tokio::test]
async fn nested_attempts_share_no_sample() {
    let model = counting();
    let inner = BestOfN::new(Predict::<Qa>::new(), 3, |_: &QaInput, _: &QaOutput| 0.0);
    let outer = BestOfN::new(inner, 3, |_: &QaInput, _: &QaOutput| 0.0);
    with_model(outer, &model).call("Which?").await.unwrap();
    let rollouts: BTreeSet<u64> = model.requests().iter().map(|it| it.rollout).collect();
    assert_eq!(rollouts.len(), 9);
}

#[tokio::test]
async fn the_program_and_its_settings_stay_as_they_were() {
    let model = counting();
    let mut predict = Predict::<Qa>::new();
    set_settings(&mut predict, &Settings::default().with_temperature(0.3).with_max_tokens(50));
    let best = with_model(BestOfN::new(predict, 2, number), &model);
    let before = parameters(&best);
    best.call("Which?").await.unwrap();
    assert_eq!(parameters(&best), before);
    let sent = &model.requests()[0].settings;
    assert_eq!((sent.temperature, sent.max_tokens), (Some(1.0), Some(50)));

    let own = best.sampling(&Settings::default());
    own.call("Which?").await.unwrap();
    assert_eq!(model.requests().last().unwrap().settings.temperature, Some(0.3));
}

#[tokio::test(start_paused = true)]
async fn concurrent_attempts_take_the_time_of_one_and_give_the_same_result() {
    let slow = |delays: [u64; 4]| {
        Scripted::with(move |request: &Request, _| {
            // What an attempt answers depends on the attempt alone, not on which came first.
            let value = request.rollout % 1000;
            let answer = sections(&[("answer", &value.to_string())]);
            let delay = Duration::from_millis(delays[(request.rollout % 4) as usize]);
            ScriptedAnswer::from(Response::text(answer)).after(delay)
        })
    };
    let mut outcomes = BTreeSet::new();
    for (concurrency, delays) in
        [(1, [1000; 4]), (4, [1000; 4]), (4, [400, 1000, 700, 100]), (2, [100, 900, 300, 1000])]
    {
        let model = slow(delays);
        let best = BestOfN::new(Predict::<Qa>::new(), 4, number).threshold(f64::INFINITY);
        let best = with_model(best.concurrency(concurrency), &model);
        let started = tokio::time::Instant::now();
        let prediction = best.call("Which?").await.unwrap();
        let elapsed = started.elapsed();
        match concurrency {
            1 => assert_eq!(elapsed, Duration::from_millis(4000)),
            4 => assert!(elapsed <= Duration::from_millis(1000), "{elapsed:?}"),
            _ => {}
        }
        outcomes.insert(prediction.answer.clone());
        assert_eq!(model.calls(), 4);
    }
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
}

#[tokio::test]
async fn failures_count_up_to_the_limit() {
    let flaky = |bad: &'static [usize]| {
        Scripted::with(move |_: &Request, before| match bad.contains(&before) {
            true => Err(LmError::Timeout { host: "test".into(), after: Duration::from_secs(1) }),
            false => Ok(sections(&[("answer", &before.to_string())])),
        })
    };
    let best = |n| BestOfN::new(Predict::<Qa>::new(), n, number).threshold(100.0);

    let model = flaky(&[0, 2]);
    let prediction = with_model(best(4), &model).call("Which?").await.unwrap();
    assert_eq!(prediction.reward(), Some(3.0));
    let failed = prediction.warnings().iter().filter(|w| w.starts_with("an attempt failed: "));
    assert_eq!(failed.count(), 2);

    let model = flaky(&[0, 2]);
    let error = with_model(best(4).max_failures(1), &model).call("Which?").await.unwrap_err();
    let Error::Strategy(error) = error else { panic!("{error}") };
    let StrategyError::Failed { failed, made, what, .. } = *error else { panic!("{error}") };
    assert_eq!((failed, made, what), (2, 3, "attempts"));
    assert_eq!(model.calls(), 3, "no attempt is made after the one failure too many");

    let model = flaky(&[0, 1, 2]);
    let error = with_model(best(3), &model).call("Which?").await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("3 of 3 attempts failed; the last one: predictor `module`"), "{text}");
}

#[tokio::test]
async fn an_error_of_the_setup_ends_it_at_once() {
    let refused = Scripted::with(|_: &Request, _| Err::<String, _>(LmError::NotConfigured));
    let best = with_model(BestOfN::new(Predict::<Qa>::new(), 5, number), &refused);
    let error = best.call("Which?").await.unwrap_err();
    assert!(error.is_setup(), "{error}");
    assert_eq!(refused.calls(), 1);
}

#[tokio::test]
async fn a_reward_that_fails_is_a_failed_attempt() {
    let model = counting();
    let odd = |_: &QaInput, output: &QaOutput| match output.answer.as_str() {
        "1" => f64::NAN,
        _ => 0.5,
    };
    let prediction =
        with_model(BestOfN::new(Predict::<Qa>::new(), 2, odd), &model).call("?").await.unwrap();
    assert_eq!(prediction.answer, "2");
    assert!(prediction.warnings()[0].contains("NaN"), "{:?}", prediction.warnings());
}

/// A reward that is a program.
struct Judge {
    judge: Predict<Verdict>,
    traced: Arc<AtomicUsize>,
}

/// Is the answer good?
#[derive(Signature)]
struct Verdict {
    #[input]
    text: String,
    #[output]
    good: bool,
}

impl Metric<QaInput, QaOutput> for Judge {
    async fn score(&self, _: &QaInput, output: &QaOutput, trace: &Trace) -> dspy::Result<Score> {
        self.traced.fetch_add(trace.calls().len(), Ordering::Relaxed);
        Ok(self.judge.call(output.answer.as_str()).await?.good.into())
    }

    fn needs_trace(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_reward_may_be_a_program_and_sees_the_trace_of_its_attempt() {
    let model = counting();
    let judge = answering(|request, _, _| question(request).contains('2').to_string());
    let traced = Arc::new(AtomicUsize::new(0));
    let reward = Judge { judge: Predict::new().with_lm(judge.lm()), traced: Arc::clone(&traced) };
    let best = with_model(BestOfN::with_metric(Predict::<Qa>::new(), 5, reward), &model);
    let prediction = best.call("Which?").await.unwrap();
    assert_eq!(prediction.answer, "2");
    assert_eq!((model.calls(), judge.calls(), traced.load(Ordering::Relaxed)), (2, 2, 2));
    assert!(prediction.trace().calls().is_empty(), "the caller did not ask for records");
}

// ---- Refine

/// Write, then shorten.
#[derive(Clone, Default)]
struct Pair {
    draft: Predict<Qa>,
    last: ChainOfThought<Qa>,
}

#[module]
impl Pair {
    async fn forward(&self, question: String) -> dspy::Result<QaOutput> {
        let draft = self.draft.call(question).await?.into_output().answer;
        Ok(self.last.call(draft).await?.into_output().output)
    }
}

/// Without advice `long`, with it `short`; the advice is for `last` alone.
fn advised() -> Scripted {
    answering(|request, name, _| match name {
        "advice" => r#"{"last": "Be brief.", "nobody": "Go away."}"#.to_owned(),
        "answer" if question(request).contains("Be brief.") => "short".to_owned(),
        "answer" => "long".to_owned(),
        other => steady_value(other),
    })
}

#[tokio::test]
async fn advice_reaches_the_predictor_it_is_for_and_no_other() {
    let model = advised();
    let reward = |_: &PairInput, output: &QaOutput| match output.answer.as_str() {
        "short" => Score::new(1.0),
        _ => Score::new(0.25).with_feedback("It rambles on."),
    };
    let refine = Refine::new(Pair::default(), 4, reward).reward_description("Brevity.");
    let refine = with_model(refine, &model);
    let run = Run::recording();
    let prediction = refine.call("Which?").run(&run).await.unwrap();
    assert_eq!((prediction.answer.as_str(), prediction.reward()), ("short", Some(1.0)));

    let trace = run.trace();
    let paths: Vec<&str> = trace.calls().iter().map(|call| call.path.as_str()).collect();
    let attempt = ["module.draft", "module.last"];
    assert_eq!(paths, [&attempt[..], &["feedback"], &attempt].concat(), "2 runs, 1 advice");
    assert_eq!(model.calls(), 5);

    // What the advisor sees.
    let given = &trace.of("feedback").next().unwrap().inputs;
    assert_eq!(given["modules"], serde_json::json!(["draft", "last"]));
    assert_eq!((given["reward"].as_f64(), given["threshold"].as_f64()), (Some(0.25), Some(1.0)));
    assert_eq!(given["reward_remark"], "It rambles on.");
    assert_eq!(given["reward_description"], "Brevity.");
    let program = given["program"].as_str().unwrap();
    assert!(program.contains("Module `last`\n  is told: Answer the question."), "{program}");
    let trajectory = given["trajectory"].as_str().unwrap();
    assert!(
        trajectory.contains("Module `draft`\n  was given: question = \"Which?\""),
        "{trajectory}"
    );
    assert!(given["program_output"].as_str().unwrap().contains("long"));

    // Whom it reaches.
    let texts = |path| -> Vec<String> {
        trace.of(path).map(|call| call.requests[0].messages.last().unwrap().text()).collect()
    };
    assert!(texts("module.draft").iter().all(|text| !text.contains("feedback")));
    let last = texts("module.last");
    assert!(!last[0].contains("feedback") && last[1].contains("[[ ## feedback ## ]]"), "{last:?}");
    assert_eq!(prediction.warnings(), ["there is advice for `nobody`, which is no module"]);

    // Signature and prompts are as before.
    let plain = refine.module().last.explain("Which?").unwrap();
    assert!(!plain.contains("feedback"));
}

#[tokio::test]
async fn refine_costs_n_runs_and_one_advice_less() {
    let model = answering(|_, name, _| steady_value(name));
    let refine = Refine::new(Predict::<Qa>::new(), 3, |_: &QaInput, _: &QaOutput| 0.0);
    let prediction = with_model(refine, &model).call("Which?").await.unwrap();
    assert_eq!((model.calls(), prediction.usage().calls), (5, 5));
}

#[tokio::test]
async fn refine_goes_on_without_advice() {
    let model = Scripted::with(|request: &Request, before| match question(request) {
        text if text.contains("trajectory") => {
            Err(LmError::Timeout { host: "test".into(), after: Duration::from_secs(1) })
        }
        _ => Ok(sections(&[("answer", &before.to_string())])),
    });
    let refine = Refine::new(Predict::<Qa>::new(), 3, number).threshold(100.0);
    let started = Instant::now();
    let prediction = with_model(refine, &model).call("Which?").await.unwrap();
    assert_eq!(prediction.answer, "4", "three runs with two failed calls for advice between");
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn attempts_report_events_of_the_run_around_them() {
    let model = counting();
    let best = with_model(BestOfN::new(Predict::<Qa>::new(), 2, number).threshold(9.0), &model);
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let run = Run::with(dspy::run::RunOptions::default().with_events(sender));
    best.call("Which?").run(&run).await.unwrap();
    let mut started = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let dspy::run::Event::CallStarted { path, invocation, .. } = event {
            started.push((path, invocation));
        }
    }
    assert_eq!(started.len(), 2);
    assert_ne!(started[0].1, started[1].1);
}
