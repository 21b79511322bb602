//! What a candidate is put together from: instructions and sets of demonstrations.

use rand::RngExt as _;
use rand::seq::{IndexedRandom as _, SliceRandom};

use super::Mipro;
use crate::error::Result;
use crate::optimize::bootstrap::{Bootstrap, collect};
use crate::optimize::demos::{labeled, sample};
use crate::optimize::engine::{CandidateId, Engine};
use crate::optimize::outcome::Outcome;
use crate::optimize::proposer::{Brief, Evidence, TIPS, row_evidence, summarize, text_of};
use crate::optimize::stage::Part;
use crate::signature::{Demo, SignatureSchema};

/// Rows that a proposal sees.
const SHOWN: usize = 20;

/// What each predictor may get.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    pub(super) path: String,
    /// The one it has comes first.
    pub(super) instructions: Vec<String>,
    /// The ones it has come first.
    pub(super) demos: Vec<Vec<Demo>>,
}

/// What candidates are put together from.
#[derive(Clone, Debug)]
pub(super) struct Ingredients {
    pub(super) choices: Vec<Choices>,
    pub(super) data: String,
    /// Training rows that the teacher was run on.
    seen: Vec<(usize, Outcome)>,
    written: u64,
}

impl Ingredients {
    pub(super) async fn gather(engine: &mut Engine, how: &Mipro) -> Result<Self> {
        let tasks: Vec<(String, SignatureSchema)> =
            engine.tasks().map(|task| (task.path.clone(), task.schema.clone())).collect();
        let given = CandidateId::BASELINE;
        let choices = tasks
            .iter()
            .map(|(path, _)| Choices {
                path: path.clone(),
                instructions: vec![engine.instructions(given, path)],
                demos: vec![engine.demos(given, path)],
            })
            .collect();
        let mut all = Self { choices, data: String::new(), seen: Vec::new(), written: 0 };
        if !how.is_zero_shot() {
            all.gather_demos(engine, how, &tasks).await?;
        }
        if how.proposals() > 0 {
            all.data = summarize(engine, 10, 9).await?;
            all.write(engine, how, how.proposals(), None).await?;
        }
        Ok(all)
    }

    async fn gather_demos(
        &mut self,
        engine: &mut Engine,
        how: &Mipro,
        tasks: &[(String, SignatureSchema)],
    ) -> Result<()> {
        let bootstrap = Bootstrap {
            threshold: how.threshold,
            max_bootstrapped: how.max_bootstrapped,
            max_labeled: how.max_labeled,
            max_errors: engine.len(Part::Train),
            ..Bootstrap::default()
        };
        if how.max_labeled > 0 {
            let (sets, _) = labeled(tasks, engine.rows(Part::Train))?;
            for choices in &mut self.choices {
                let set = sets.get(&choices.path).cloned().unwrap_or_default();
                let drawn = sample(&set, how.max_labeled, engine.seed(), &choices.path);
                choices.add_demos(drawn.into_iter().map(|(_, demo)| demo).collect());
            }
        }
        if how.max_bootstrapped == 0 {
            return Ok(());
        }
        for set in 0..how.n().saturating_sub(2) as u64 {
            if engine.stopped().is_some() {
                break;
            }
            let mut one = Bootstrap { set, ..bootstrap.clone() };
            if set > 0 {
                let mut size = engine.rng("size of demo set", set);
                one.shuffle = true;
                one.max_bootstrapped = size.random_range(1..=how.max_bootstrapped);
            }
            let mut collected = collect(engine, &one).await?;
            for choices in &mut self.choices {
                choices.add_demos(collected.demos.remove(&choices.path).unwrap_or_default());
            }
            for (item, outcome) in collected.runs {
                if !self.seen.iter().any(|(seen, _)| *seen == item) {
                    self.seen.push((item, outcome));
                }
            }
        }
        Ok(())
    }

    /// Has `count` instructions written for each predictor, from a candidate or from the program as
    /// given. What comes to nothing costs that proposal alone.
    pub(super) async fn write(
        &mut self,
        engine: &mut Engine,
        how: &Mipro,
        count: usize,
        from: Option<CandidateId>,
    ) -> Result<()> {
        let mut questions = Vec::new();
        let mut paths = Vec::new();
        for (place, choices) in self.choices.iter().enumerate() {
            for _ in 0..count {
                let index = self.written;
                self.written += 1;
                let mut rng = engine.rng("proposal", index);
                let brief = Brief {
                    path: choices.path.clone(),
                    from,
                    data: self.data.clone(),
                    evidence: self.evidence(engine, how, choices, index),
                    tip: TIPS.choose(&mut rng).copied().unwrap_or_default().to_owned(),
                    ..Brief::default()
                };
                let temperature = how.proposer_temperature;
                questions.push(brief.question(engine, "instruction", index, temperature)?);
                paths.push(place);
            }
        }
        let asked = questions.len();
        let answers = engine.ask(questions).await?;
        let mut written = 0;
        for (place, answer) in paths.into_iter().zip(answers) {
            if let (Some(text), Some(choices)) =
                (text_of(answer, "proposed_instruction"), self.choices.get_mut(place))
            {
                written += 1;
                if !choices.instructions.contains(&text) {
                    choices.instructions.push(text);
                }
            }
        }
        if written < asked && engine.stopped().is_none() {
            let lost = asked - written;
            engine.warn(format!("{lost} of {asked} proposals could not be read and were left out"));
        }
        Ok(())
    }

    /// Rows for a proposal: failures first, then others; each proposal sees other ones.
    fn evidence(
        &self,
        engine: &Engine,
        how: &Mipro,
        choices: &Choices,
        index: u64,
    ) -> Vec<Evidence> {
        let mut rng = engine.rng("rows of proposal", index);
        if how.paper {
            // The reference shows demonstrations that succeeded.
            let mut seen: Vec<_> =
                self.seen.iter().filter(|(_, outcome)| outcome.score > 0.0).collect();
            seen.shuffle(&mut rng);
            let shown = seen.into_iter().take(3);
            return shown
                .map(|(item, outcome)| row_evidence(engine, Some((&choices.path, outcome)), *item))
                .collect();
        }
        let mut rows: Vec<usize> = (0..engine.len(Part::Train)).collect();
        rows.shuffle(&mut rng);
        rows.truncate(SHOWN);
        rows.into_iter()
            .map(|item| {
                let seen = self.seen.iter().find(|(seen, _)| *seen == item);
                row_evidence(
                    engine,
                    seen.map(|(_, outcome)| (choices.path.as_str(), outcome)),
                    item,
                )
            })
            .collect()
    }
}

impl Choices {
    /// Another set of demonstrations, unless it is one that is there.
    fn add_demos(&mut self, demos: Vec<Demo>) {
        if !self.demos.contains(&demos) {
            self.demos.push(demos);
        }
    }
}
