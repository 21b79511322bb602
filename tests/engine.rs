//! What all optimizers have in common: budgets, journals, gates, concurrency, reports.

#[path = "support/rule_world.rs"]
mod rule_world;

use std::sync::atomic::Ordering;
use std::time::Duration;

use dspy::lm::Budget;
use dspy::metric::{Metric, Score};
use dspy::module::{DynModule, identity};
use dspy::optimize::{
    Auto, BootstrapFewShotWithRandomSearch, Copro, Gate, Gepa, MiproV2, Optimizer, Ratchet, Report,
    Simba, Stop, StopReason,
};
use dspy::prelude::*;
use dspy::run::Trace;
use rule_world::{COLORS, RuleWorld};

/// Name the color of the code.
#[derive(Signature, Clone)]
struct Decode {
    #[input]
    code: String,
    #[output]
    color: String,
}

fn rows(from: usize, count: usize) -> Vec<Decode> {
    (from..from + count)
        .map(|n| Decode { code: format!("{}-{n}", n % 10), color: COLORS[n % 10].to_owned() })
        .collect()
}

fn judged(row: &Decode, out: &DecodeOutput) -> Score {
    Score::from(row.color == out.color)
        .with_feedback(format!("expected {}, got {}", row.color, out.color))
}

fn program(world: &RuleWorld) -> Predict<Decode> {
    Predict::new().with_lm(world.lm())
}

fn mipro() -> MiproV2<Decode, DecodeOutput> {
    MiproV2::new(judged).validation(rows(100, 60)).candidates(4).trials(6).minibatch(20).seed(3)
}

fn gepa() -> Gepa<Decode, DecodeOutput> {
    Gepa::new(judged).validation(rows(100, 40)).max_metric_calls(500).seed(3)
}

fn simba() -> Simba<Decode, DecodeOutput> {
    Simba::new(judged).validation(rows(100, 40)).minibatch(10).candidates(6).steps(5).seed(3)
}

fn ratchet() -> Ratchet<Decode, DecodeOutput> {
    Ratchet::new(judged).validation(rows(100, 40)).seed(3)
}

fn gain(report: &Report<Predict<Decode>>) -> f64 {
    let judgement =
        report.judgement.as_ref().unwrap_or_else(|| panic!("nothing was found: {report}"));
    judgement.winner - judgement.baseline
}

#[tokio::test]
async fn optimizers_that_see_rows_find_rules_that_hold_on_other_rows() {
    let world = RuleWorld::new();
    let train = rows(0, 50);
    let holdout = rows(300, 50);
    let report = mipro().holdout(&holdout).compile(&program(&world), &train).await.unwrap();
    assert!(gain(&report) > 0.2, "{report}");
    let report = gepa().holdout(&holdout).compile(&program(&world), &train).await.unwrap();
    assert!(gain(&report) > 0.4, "{report}");
    let judgement = report.judgement.as_ref().unwrap();
    assert_eq!(judgement.rows, 90, "few holdout rows, so validation rows join them: {report}");
    assert!(judgement.verdict.accepted && judgement.p_value < 0.05, "{report}");
    let report = ratchet().holdout(&holdout).compile(&program(&world), &train).await.unwrap();
    assert!(gain(&report) > 0.4, "{report}");
    let report = simba().holdout(&holdout).compile(&program(&world), &train).await.unwrap();
    let judgement = report.judgement.as_ref().unwrap();
    assert!(judgement.verdict.accepted && judgement.difference > 0.0, "{report}");
}

#[tokio::test]
async fn the_result_is_the_same_at_any_concurrency() {
    let mut seen: Vec<Vec<String>> = Vec::new();
    for concurrency in [1, 64] {
        let world = RuleWorld::new();
        let (program, train) = (program(&world), rows(0, 40));
        let mut all = Vec::new();
        for report in [
            mipro().concurrency(concurrency).compile(&program, &train).await.unwrap(),
            gepa().concurrency(concurrency).compile(&program, &train).await.unwrap(),
            simba().concurrency(concurrency).compile(&program, &train).await.unwrap(),
            ratchet().concurrency(concurrency).compile(&program, &train).await.unwrap(),
            Copro::new(judged)
                .breadth(3)
                .depth(2)
                .concurrency(concurrency)
                .compile(&program, &train)
                .await
                .unwrap(),
            BootstrapFewShotWithRandomSearch::new(judged)
                .candidates(3)
                .concurrency(concurrency)
                .compile(&program, &train)
                .await
                .unwrap(),
        ] {
            let mut json = report.to_json();
            json.as_object_mut().unwrap().remove("elapsed_s");
            all.push(format!("{} {json}", identity(&report.program)));
        }
        all.push(world.calls().to_string());
        seen.push(all);
        assert!(world.most_under_way.load(Ordering::SeqCst) <= concurrency);
    }
    for (one, many) in seen[0].iter().zip(&seen[1]) {
        assert_eq!(one, many);
    }
}

#[tokio::test]
async fn a_budget_of_calls_is_never_exceeded_and_the_best_so_far_comes_back() {
    for cap in [5, 50, 200, 1000] {
        for place in 0..4 {
            let world = RuleWorld::new();
            let (program, train) = (program(&world), rows(0, 40));
            let (budget, holdout) = (Budget::calls(cap), rows(300, 10));
            let report = match place {
                0 => mipro().budget(budget).holdout(holdout).compile(&program, &train).await,
                1 => gepa().budget(budget).holdout(holdout).compile(&program, &train).await,
                2 => ratchet().budget(budget).holdout(holdout).compile(&program, &train).await,
                _ => simba().budget(budget).holdout(holdout).compile(&program, &train).await,
            };
            let report = report.unwrap();
            assert!(world.calls() as u64 <= cap, "{} of {cap}: {report}", world.calls());
            assert_eq!(report.spending.total().calls, world.calls() as u64, "{report}");
            if cap <= 50 {
                assert!(matches!(report.stopped, StopReason::Budget(_)), "{report}");
                // Five calls are less than judging a winner takes, so no search begins.
                assert!(
                    cap == 5 || world.calls() as u64 > cap / 3,
                    "{} of {cap}: {report}",
                    world.calls()
                );
            }
        }
    }
}

#[tokio::test]
async fn a_killed_run_goes_on_from_its_journal_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    let train = rows(0, 40);
    let concurrency = 4;
    for place in 0..2 {
        let compile = |world: RuleWorld, journal: std::path::PathBuf, train: Vec<Decode>| async move {
            let program = program(&world);
            match place {
                0 => {
                    mipro().concurrency(concurrency).journal(journal).compile(&program, train).await
                }
                _ => {
                    gepa().concurrency(concurrency).journal(journal).compile(&program, train).await
                }
            }
        };
        let world = RuleWorld::new();
        let whole = folder.path().join(format!("whole-{place}.jsonl"));
        let expected = compile(world.clone(), whole.clone(), train.clone()).await.unwrap();
        let paid = world.calls();

        // Finished already: all is read, nothing is asked.
        let again = compile(world.clone(), whole, train.clone()).await.unwrap();
        assert_eq!(world.calls(), paid);
        assert_eq!(identity(&again.program), identity(&expected.program));

        let world = RuleWorld { latency: Some(Duration::from_millis(2)), ..RuleWorld::new() };
        let killed = folder.path().join(format!("killed-{place}.jsonl"));
        let mut kills = 0;
        let report = loop {
            let wait = Duration::from_millis(20 + 37 * kills as u64);
            let run = compile(world.clone(), killed.clone(), train.clone());
            match tokio::time::timeout(wait, run).await {
                Ok(report) => break report.unwrap(),
                Err(_) => kills += 1,
            }
            assert!(kills < 200);
        };
        assert!(kills >= 3, "{kills}");
        assert!(world.calls() <= paid + kills * concurrency, "{} of {paid}", world.calls());
        let json = |report: &Report<Predict<Decode>>| {
            let mut json = report.to_json();
            json.as_object_mut().unwrap().remove("elapsed_s");
            json
        };
        assert_eq!(json(&report), json(&expected));
        assert_eq!(identity(&report.program), identity(&expected.program));
    }
}

#[tokio::test]
async fn a_journal_of_another_run_is_refused_by_name_and_a_torn_line_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/journal.jsonl");
    let world = RuleWorld::new();
    let (program, train) = (program(&world), rows(0, 20));
    mipro().journal(&path).compile(&program, &train).await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let refused = |error: dspy::Error, what: &str| {
        let error = error.to_string();
        assert!(error.contains(what) && error.contains("another"), "{error}");
    };
    refused(mipro().journal(&path).seed(4).compile(&program, &train).await.unwrap_err(), "seed");
    refused(
        mipro().journal(&path).trials(7).compile(&program, &train).await.unwrap_err(),
        "settings",
    );
    let other = program.clone().with_instructions("Mine.");
    refused(mipro().journal(&path).compile(&other, &train).await.unwrap_err(), "program (was");
    refused(mipro().journal(&path).compile(&program, rows(0, 21)).await.unwrap_err(), "train rows");
    refused(gepa().journal(&path).compile(&program, &train).await.unwrap_err(), "optimizer");

    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &text[..text.len() - 30]).unwrap();
    let calls = world.calls();
    mipro().journal(&path).compile(&program, &train).await.unwrap();
    assert!(world.calls() <= calls + 1, "only what the torn line held is asked again");
}

#[tokio::test]
async fn what_a_journal_paid_counts_for_the_budget_of_the_run_that_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let world = RuleWorld { latency: Some(Duration::from_millis(2)), ..RuleWorld::new() };
    let (program, train) = (program(&world), rows(0, 40));
    let run = || gepa().concurrency(1).budget(Budget::calls(120)).journal(&path);
    let mut kills = 0;
    let report = loop {
        match tokio::time::timeout(Duration::from_millis(90), run().compile(&program, &train)).await
        {
            Ok(report) => break report.unwrap(),
            Err(_) => kills += 1,
        }
    };
    assert!(kills > 0);
    assert_eq!(report.spending.total().calls, 120);
    assert!(world.calls() <= 120 + kills, "{} after {kills} kills", world.calls());
}

#[tokio::test]
async fn a_gate_keeps_the_program_as_given_where_nothing_is_better() {
    let world = RuleWorld::new();
    // Rows whose labels follow from nothing.
    let noise: Vec<Decode> = (0..60)
        .map(|n| Decode { code: format!("{}-{n}", n % 10), color: COLORS[n * 7 / 3 % 10].into() })
        .collect();
    let program = program(&world);
    for seed in 0..3 {
        let report = gepa().validation(&noise).seed(seed).compile(&program, &noise).await.unwrap();
        if let Some(judgement) = &report.judgement {
            let taken = identity(&report.program) != identity(&program);
            assert_eq!(judgement.verdict.accepted, taken, "{report}");
            assert!(taken || report.to_string().contains("as given is returned"), "{report}");
        }
    }
    // A gate that nothing passes.
    let report = gepa()
        .gate(Gate::default().min_improvement(2.0))
        .compile(&program, rows(0, 40))
        .await
        .unwrap();
    assert_eq!(report.winner, 0);
    assert_eq!(identity(&report.program), identity(&program));
    let judgement = report.judgement.unwrap();
    assert!(!judgement.verdict.accepted && judgement.difference > 0.3);
}

#[tokio::test]
async fn a_baseline_below_the_least_stops_before_the_search() {
    let world = RuleWorld::new();
    let program = program(&world);
    let report = mipro()
        .gate(Gate::default().min_baseline(0.5))
        .compile(&program, rows(0, 40))
        .await
        .unwrap();
    assert_eq!(report.stopped, StopReason::BelowBaseline);
    assert_eq!(world.calls(), 60, "the validation rows and nothing else");
    assert_eq!(identity(&report.program), identity(&program));
}

#[tokio::test]
async fn a_plan_says_what_it_takes() {
    let world = RuleWorld::new();
    let (program, train) = (program(&world), rows(0, 40));
    for optimizer in [mipro(), mipro().candidates(6).minibatch(10)] {
        let plan = optimizer.plan(&program, &train).unwrap();
        assert_eq!(world.calls(), 0, "a plan costs nothing");
        let report = optimizer.compile(&program, &train).await.unwrap();
        let (expected, most) = (plan.calls().expected as usize, plan.calls().most as usize);
        assert!(world.calls() <= most, "{} of {plan}", world.calls());
        assert!(world.calls() * 2 >= expected, "{} of {plan}\n{report}", world.calls());
        world.task_calls.store(0, Ordering::SeqCst);
        world.proposer_calls.store(0, Ordering::SeqCst);
    }
    let tokens = |demos| mipro().max_labeled(demos).plan(&program, &train).unwrap().tokens.most;
    assert!(tokens(30) > 2 * tokens(0), "demonstrations count");
}

#[tokio::test]
async fn a_proposal_that_cannot_be_read_costs_that_proposal() {
    let world = RuleWorld { broken_proposals: 2, ..RuleWorld::new() };
    let report = mipro().compile(&program(&world), rows(0, 40)).await.unwrap();
    assert!(report.scores().unwrap().1 > 0.1, "{report}");
    let world = RuleWorld { broken_proposals: 1, ..RuleWorld::new() };
    let report = mipro().zero_shot().compile(&program(&world), rows(0, 40)).await.unwrap();
    assert_eq!(report.winner, 0);
    assert!(report.warnings.iter().any(|w| w.contains("could not be read")), "{report}");
}

/// A metric that asks a model.
struct Judge(Predict<Decode>);

impl Metric<Decode, DecodeOutput> for Judge {
    async fn score(&self, row: &Decode, out: &DecodeOutput, _: &Trace) -> dspy::Result<Score> {
        self.0.call(row.code.as_str()).await?;
        Ok(judged(row, out))
    }
}

#[tokio::test]
async fn calls_of_the_metric_count_too() {
    let (world, judge) = (RuleWorld::new(), RuleWorld::new());
    let metric = Judge(Predict::new().with_lm(judge.lm()));
    let report = MiproV2::new(metric)
        .validation(rows(100, 30))
        .trials(4)
        .candidates(2)
        .budget(Budget::calls(150))
        .compile(&program(&world), rows(0, 30))
        .await
        .unwrap();
    let together = world.calls() + judge.calls();
    assert!(together <= 150, "{together}");
    assert!(judge.calls() > 20);
    assert_eq!(report.spending.metric.calls as usize, judge.calls());
    assert_eq!(report.spending.total().calls as usize, together);
}

#[tokio::test]
async fn somebody_else_may_end_it() {
    let world = RuleWorld { latency: Some(Duration::from_millis(1)), ..RuleWorld::new() };
    let stop = Stop::new();
    let asking = stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(60)).await;
        asking.ask();
    });
    let report = Gepa::new(judged)
        .validation(rows(100, 200))
        .auto(Auto::Heavy)
        .stop(&stop)
        .compile(&program(&world), rows(0, 200))
        .await
        .unwrap();
    assert_eq!(report.stopped, StopReason::Interrupted);
    assert!(world.calls() < 2000, "{}", world.calls());
}

#[tokio::test]
async fn texts_can_be_redacted_from_journal_and_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let world = RuleWorld::new();
    let run = || gepa().journal(&path).redact(|text| text.replace("green", "***"));
    let report = run().compile(&program(&world), rows(0, 40)).await.unwrap();
    let journal = std::fs::read_to_string(&path).unwrap();
    assert!(journal.contains("***") && !journal.contains("green"));
    assert!(!report.to_json().to_string().contains("green"));
    assert!(report.program.instructions().contains("green"), "the program itself is whole");
    let error = run().compile(&program(&world), rows(0, 40)).await.unwrap_err().to_string();
    assert!(error.contains("redacted"), "{error}");
}

#[tokio::test]
async fn boxed_programs_are_optimized_and_frozen_ones_are_not() {
    let world = RuleWorld::new();
    let boxed: DynModule<DecodeInput, DecodeOutput> = DynModule::new(program(&world));
    let report = gepa().compile(&boxed, rows(0, 40)).await.unwrap();
    let judgement = report.judgement.unwrap();
    assert!(judgement.winner > judgement.baseline + 0.3);
    let frozen = program(&world).frozen();
    let calls = world.calls();
    for report in [
        gepa().compile(&frozen, rows(0, 40)).await.unwrap(),
        mipro().compile(&frozen, rows(0, 40)).await.unwrap(),
    ] {
        assert_eq!(identity(&report.program), identity(&frozen));
        assert!(report.warnings.iter().any(|w| w.contains("frozen")), "{report}");
    }
    assert_eq!(world.calls(), calls);
}

#[tokio::test]
async fn optimizers_run_one_after_the_other() {
    let world = RuleWorld::new();
    let both = gepa().then(BootstrapFewShotWithRandomSearch::new(judged).candidates(2));
    let report = both.compile(&program(&world), rows(0, 40)).await.unwrap();
    assert_eq!(report.optimizer, "GEPA, then BootstrapFewShotWithRandomSearch");
    assert!(report.program.instructions().contains("codes that begin with"), "{report}");
}

#[tokio::test]
async fn a_proposer_and_a_program_may_have_models_of_their_own() {
    let (world, writer) = (RuleWorld::new(), RuleWorld::new());
    let report =
        gepa().proposer_lm(&writer.lm()).compile(&program(&world), rows(0, 40)).await.unwrap();
    assert_eq!(world.proposer_calls.load(Ordering::SeqCst), 0);
    assert_eq!(writer.task_calls.load(Ordering::SeqCst), 0);
    assert_eq!(report.spending.proposer.calls as usize, writer.calls());
}
