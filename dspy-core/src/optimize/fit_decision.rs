//! [`FitDecision`]: thresholds, weights and cuts of decisions, fitted on labelled rows.

mod report;
mod search;

use report::Measured;
pub use report::{FitError, FitReport};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::evaluate::Evaluate;
use crate::form::{Decision, DecisionRules, Rule};
use crate::module::{Leaf, Module, ParameterKind, Path, parameter_value, set_parameter};
use crate::row::{Row, Rows};
use crate::seed;
use crate::wire;
use rand::RngExt as _;

/// Fits how a decision's probabilities become its value: the threshold of a
/// [`YesNo`](crate::form::YesNo), the weights of a [`Choice`](crate::form::Choice), the cuts of a
/// [`Score`](crate::form::Score).
///
/// The program runs once on every row, which costs its LM calls; what the probabilities say is then
/// searched without any. A rule is taken over only on evidence: rows enough, every value labelled
/// often enough, and a better share of right values on rows that did not choose it (five parts, each
/// judged by what the other four choose), by more than chance.
///
/// ```
/// use dspy::form::YesNo;
/// use dspy::optimize::{FitDecision, FitError};
/// use dspy::prelude::*;
///
/// #[derive(Signature)]
/// struct Triage {
///     #[input]
///     mail: String,
///     #[output]
///     urgent: YesNo,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let model = dspy::lm::Scripted::with(|_, _| "[[ ## urgent ## ]]\nNo (0.4)");
/// let mut triage = Predict::<Triage>::new().with_lm(model.lm());
/// let mails = (0..10).map(|n| Triage { mail: format!("{n}"), urgent: YesNo::certain(true) });
/// let rows: Vec<_> = mails.collect();
/// let fit = FitDecision::new("self", "urgent");
/// let fitted = fit.fit(&mut triage, rows, |row| row.urgent.value()).await;
/// assert!(matches!(fitted, Err(FitError::TooFewRows { .. })));
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct FitDecision {
    path: String,
    output: String,
    concurrency: usize,
    seed: u64,
}

/// Fewer rows say nothing.
const FEWEST_ROWS: usize = 40;

/// A value that fewer rows are labelled with cannot be told from the others.
const FEWEST_OF_A_VALUE: usize = 5;

const FOLDS: usize = 5;

impl FitDecision {
    /// For an output of the predictor at this path: `self` where the predictor is the program.
    pub fn new(path: impl Into<String>, output: impl Into<String>) -> Self {
        Self { path: path.into(), output: output.into(), concurrency: 8, seed: 0 }
    }

    /// How many rows are run at a time; 8 unless told otherwise.
    #[must_use]
    pub fn concurrency(mut self, rows: usize) -> Self {
        self.concurrency = rows;
        self
    }

    /// The seed by which rows are divided into parts; 0 unless told otherwise.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs the program on the rows, and gives it the rule that fits their labels best. `label` is
    /// the right value of a row: a `bool`, or a member of the enum.
    ///
    /// # Errors
    /// [`FitError`]; then the program is as it was.
    pub async fn fit<P, R, L>(
        &self,
        program: &mut P,
        rows: impl Into<Rows<R>>,
        label: impl Fn(&R) -> L,
    ) -> Result<FitReport, FitError>
    where
        P: Module,
        R: Row<P::Input>,
        L: Serialize,
    {
        let rows = rows.into();
        let decision = self.decision(program)?;
        let mut labels = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let value = wire::to_value(&label(row)).unwrap_or_default();
            let place = decision.place_of(&value);
            labels.push(
                place.ok_or_else(|| FitError::Label { row: index, found: value.to_string() })?,
            );
        }
        enough(&decision, &labels)?;
        let evaluate = Evaluate::new(rows).concurrency(self.concurrency).record();
        let evaluation = evaluate.run(program, |_: &R, _: &P::Output| 0.0).await?;
        let mut cases = Vec::with_capacity(labels.len());
        for item in evaluation.items() {
            let outputs = item.trace.of(&self.path).filter_map(|call| call.outputs.as_ref().ok());
            let last = outputs.filter_map(|outputs| outputs.get(&self.output)).last();
            let probabilities = last.and_then(|output| decision.probabilities(output));
            if let (Some(probabilities), Some(label)) = (probabilities, labels.get(item.index)) {
                cases.push(Case { probabilities, label: *label });
            }
        }
        let skipped = labels.len().saturating_sub(cases.len());
        let kept: Vec<usize> = cases.iter().map(|case| case.label).collect();
        enough(&decision, &kept)?;
        let report = self.judge(&decision, &cases, skipped);
        if !report.is_better() {
            return Err(FitError::NoImprovement { report: Box::new(report) });
        }
        let rules = Map::from_iter([(self.output.clone(), report.after.clone())]);
        set_parameter(program, &self.path, &ParameterKind::FIELDS, Value::Object(rules))
            .map_err(|error| Error::Parameter { path: self.path.clone(), error })?;
        Ok(report)
    }

    /// The decision with the rule that is in force.
    fn decision<P: Module>(&self, program: &P) -> Result<Decision, FitError> {
        let mut rules: Option<DecisionRules> = None;
        program.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
            if path.as_str() == self.path
                && let Some(schema) = leaf.schema()
            {
                rules =
                    Some(DecisionRules::of(schema.outputs().iter().filter_map(|field| {
                        Some((field.name(), field.marker()?, field.schema()))
                    })));
            }
        });
        let unknown = || FitError::Unknown { path: self.path.clone(), output: self.output.clone() };
        let mut rules = rules.ok_or_else(unknown)?;
        if let Some(said) = parameter_value(program, &self.path, &ParameterKind::FIELDS) {
            rules.set(&said).map_err(Error::Invalid)?;
        }
        rules.get(&self.output).cloned().ok_or_else(unknown)
    }

    fn judge(&self, decision: &Decision, cases: &[Case], skipped: usize) -> FitReport {
        let right = |rule: &Rule, case: &Case| {
            f64::from(u8::from(rule.decide(&case.probabilities) == Some(case.label)))
        };
        let fold_of = self.folds(decision, cases);
        let mut fitted = vec![0.0; cases.len()];
        for fold in 0..FOLDS {
            let held_out = |at: usize| fold_of.get(at) == Some(&fold);
            let others: Vec<&Case> =
                cases.iter().enumerate().filter(|(at, _)| !held_out(*at)).map(|(_, c)| c).collect();
            let rule = search::best(decision.rule(), &others);
            for (at, case) in cases.iter().enumerate().filter(|(at, _)| held_out(*at)) {
                if let Some(score) = fitted.get_mut(at) {
                    *score = right(&rule, case);
                }
            }
        }
        let now: Vec<f64> = cases.iter().map(|case| right(decision.rule(), case)).collect();
        let all: Vec<&Case> = cases.iter().collect();
        let rule = search::best(decision.rule(), &all);
        Measured { now, fitted, skipped }
            .report(decision.json_of(decision.rule()), decision.json_of(&rule))
    }

    /// The part of each row, with every label spread over all parts.
    fn folds(&self, decision: &Decision, cases: &[Case]) -> Vec<usize> {
        let mut rng = seed::rng(self.seed, "folds of decisions", 0);
        let mut next: Vec<usize> =
            (0..decision.classes()).map(|_| rng.random_range(0..FOLDS)).collect();
        let mut order: Vec<(u64, usize)> =
            (0..cases.len()).map(|at| (rng.random_range(0..u64::MAX), at)).collect();
        order.sort_unstable();
        let mut folds = vec![0; cases.len()];
        for (_, at) in order {
            let class = cases.get(at).and_then(|case| next.get_mut(case.label));
            if let (Some(next), Some(fold)) = (class, folds.get_mut(at)) {
                *fold = *next % FOLDS;
                *next += 1;
            }
        }
        folds
    }
}

/// One row: what the model said, and what is right.
#[derive(Clone, Debug)]
struct Case {
    probabilities: Vec<f64>,
    label: usize,
}

fn enough(decision: &Decision, labels: &[usize]) -> Result<(), FitError> {
    if labels.len() < FEWEST_ROWS {
        return Err(FitError::TooFewRows { rows: labels.len(), needed: FEWEST_ROWS });
    }
    for class in 0..decision.classes() {
        let rows = labels.iter().filter(|label| **label == class).count();
        if rows < FEWEST_OF_A_VALUE {
            let value = decision.name_of(class);
            return Err(FitError::OneSided { value, rows, needed: FEWEST_OF_A_VALUE });
        }
    }
    Ok(())
}
