//! Optimizing a one-step program against any OpenAI-compatible server, counted call by call.

mod chain;
mod options;
mod rows;

use std::io;
use std::time::Instant;

use dspy::lm::{Budget, Cache, HistoryOptions, Lm, OpenAi, Settings, Usage};
use dspy::metric::Score;
use dspy::optimize::{
    BootstrapFewShot, BootstrapFewShotWithRandomSearch, Copro, Gepa, LabeledFewShot, MiproV2,
    Optimizer, Ratchet, Report, Simba,
};
use dspy::prelude::*;
use dspy::signature::Fields;
use dspy::{Evaluate, SignatureSchema};
use serde::Serialize;
use serde_json::Value;

use self::chain::Chain;
pub(crate) use self::options::Optimize;
use self::rows::LabeledRow;

/// The line that is printed.
#[derive(Serialize)]
struct Line<'a> {
    optimizer: &'a str,
    seed: u64,
    baseline_test: f64,
    test: f64,
    val: Option<f64>,
    task_calls: u64,
    proposer_calls: u64,
    test_calls: u64,
    prompt_tokens: u64,
    completion_tokens: u64,
    stopped: String,
    seconds: f64,
}

pub(crate) fn run(work: &Optimize) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(optimize(work)).map_err(io::Error::other)
}

async fn optimize(work: &Optimize) -> dspy::Result<()> {
    let lm = model(work)?;
    let steps: Vec<SignatureSchema> = work
        .steps
        .iter()
        .map(|step| {
            let schema = SignatureSchema::parse(&step.signature)?;
            Ok(match &step.instructions {
                Some(text) => schema.with_instructions(text.as_str()),
                None => schema,
            })
        })
        .collect::<dspy::Result<_>>()?;
    let (program, schema) = chain::program(&steps, &lm)?;
    let outputs: Vec<String> =
        schema.outputs().iter().map(|field| field.name().to_owned()).collect();
    let train = rows::read(&work.train, &schema)?;
    let validation = rows::read(&work.validation, &schema)?;
    let started = Instant::now();
    let report = compile(work, &program, train, validation, outputs.clone()).await?;
    let seconds = started.elapsed().as_secs_f64();
    if let Some(path) = &work.report {
        report.save_report(path)?;
    }
    if let Some(path) = &work.save {
        report.save(path)?;
    }

    // Only now, as nothing can change any more.
    let test = rows::read(&work.test, &schema)?;
    let before = lm.usage().spent.calls;
    let (baseline_test, baseline) = score(work, &program, &test, &outputs).await?;
    let (after, _) =
        match dspy::module::identity(&report.program) == dspy::module::identity(&program) {
            true => (baseline_test, baseline),
            false => score(work, &report.program, &test, &outputs).await?,
        };
    let spending = report.spending;
    let usage = report.usage();
    let line = Line {
        optimizer: &work.optimizer,
        seed: work.seed,
        baseline_test,
        test: after,
        val: report.scores().map(|(_, winner)| winner),
        task_calls: spending.student.calls + spending.teacher.calls,
        proposer_calls: spending.proposer.calls,
        test_calls: lm.usage().spent.calls - before,
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        stopped: report.stopped.to_string(),
        seconds,
    };
    if work.verbose {
        eprintln!("{report}");
    }
    println!("{}", serde_json::to_string(&line).user()?);
    Ok(())
}

/// A model at the server's address, which keeps no history, as nobody looks at it.
fn model(work: &Optimize) -> dspy::Result<Lm> {
    let client = OpenAi::builder(&work.model)
        .api_base(&work.base_url)
        .api_key(std::env::var("OPENAI_API_KEY").unwrap_or_else(|_| "none".to_owned()))
        .settings(Settings::default().with_temperature(0.0))
        .build()?;
    let lm = client.into_lm().with_history(HistoryOptions::new(0));
    Ok(if work.cache { lm.cached(&Cache::new()) } else { lm })
}

fn metric(
    outputs: Vec<String>,
) -> impl Fn(&LabeledRow, &Fields) -> Score + Clone + Send + Sync + 'static {
    move |row, out| {
        let text = |value: Option<&Value>| match value {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let wrong: Vec<String> = outputs
            .iter()
            .filter(|name| row.labels.contains_key(*name))
            .filter(|name| text(row.labels.get(*name)) != text(out.get(*name)))
            .map(|name| {
                format!(
                    "`{name}` should be {}, not {}",
                    text(row.labels.get(name)),
                    text(out.get(name))
                )
            })
            .collect();
        let right = Score::from(wrong.is_empty());
        match wrong.is_empty() {
            true => {
                let names = outputs.iter().map(|name| text(row.labels.get(name)));
                right.with_feedback(format!(
                    "right, {} was expected",
                    names.collect::<Vec<_>>().join(", ")
                ))
            }
            false => right.with_feedback(wrong.join("; ")),
        }
    }
}

async fn score(
    work: &Optimize,
    program: &Chain,
    rows: &[LabeledRow],
    outputs: &[String],
) -> dspy::Result<(f64, Usage)> {
    let evaluate = Evaluate::new(rows).concurrency(work.concurrency);
    let evaluation = evaluate.run_metric(program, metric(outputs.to_vec())).await?;
    Ok((evaluation.score(), evaluation.usage()))
}

/// Every optimizer takes the same settings.
macro_rules! tuned {
    ($work:ident, $validation:ident, $optimizer:expr) => {{
        let mut optimizer =
            $optimizer.validation($validation).seed($work.seed).concurrency($work.concurrency);
        if let Some(calls) = $work.max_calls {
            optimizer = optimizer.budget(Budget::calls(calls));
        }
        if let Some(path) = &$work.journal {
            optimizer = optimizer.journal(path);
        }
        if $work.verbose {
            optimizer = optimizer.progress().stop_on_ctrl_c();
        }
        optimizer
    }};
}

async fn compile(
    work: &Optimize,
    program: &Chain,
    train: Vec<LabeledRow>,
    validation: Vec<LabeledRow>,
    outputs: Vec<String>,
) -> dspy::Result<Report<Chain>> {
    let metric = metric(outputs);
    let paper = work.paper;
    match work.optimizer.as_str() {
        "none" => LabeledFewShot::new(0).compile(program, train).await,
        "labeled" => LabeledFewShot::new(16).seed(work.seed).compile(program, train).await,
        "bootstrap" => {
            let bootstrap = BootstrapFewShot::new(metric).max_errors(train.len());
            tuned!(work, validation, bootstrap).compile(program, train).await
        }
        "random-search" => {
            let search = BootstrapFewShotWithRandomSearch::new(metric);
            tuned!(work, validation, search).compile(program, train).await
        }
        "miprov2" => {
            let mut mipro = MiproV2::new(metric).auto(work.auto);
            if paper {
                mipro = mipro.paper();
            }
            tuned!(work, validation, mipro).compile(program, train).await
        }
        "gepa" => {
            let mut gepa = Gepa::new(metric).auto(work.auto);
            if paper {
                gepa = gepa.paper();
            }
            tuned!(work, validation, gepa).compile(program, train).await
        }
        "copro" => {
            let mut copro = Copro::new(metric).breadth(6).depth(2);
            if paper {
                copro = copro.paper();
            }
            tuned!(work, validation, copro).compile(program, train).await
        }
        "best" => {
            let ratchet = Ratchet::new(metric);
            tuned!(work, validation, ratchet).compile(program, train).await
        }
        "simba" => {
            let simba = Simba::new(metric).steps(4);
            tuned!(work, validation, simba).compile(program, train).await
        }
        other => Err(format!("there is no optimizer `{other}`")).user(),
    }
}
