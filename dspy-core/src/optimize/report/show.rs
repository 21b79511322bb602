//! Reports as people read them.

use std::fmt;

use super::Report;

/// Candidates shown beside the winner and the program as given.
const SHOWN: usize = 20;

impl<P> fmt::Display for Report<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} (seed {}), {}", self.optimizer, self.seed, self.stopped)?;
        self.table(f)?;
        if let Some(judgement) = &self.judgement {
            writeln!(f, "  {}", judgement.to_string().replace('\n', "\n  "))?;
            if !judgement.verdict.accepted {
                writeln!(f, "  the program as given is returned")?;
            }
        }
        for count in &self.demo_counts {
            writeln!(
                f,
                "  `{}`: {} of {} rows can demonstrate it",
                count.path, count.usable, count.rows
            )?;
        }
        for warning in &self.warnings {
            writeln!(f, "  warning: {warning}")?;
        }
        write!(
            f,
            "  {} LM calls ({}), {} tokens, {:.1} s",
            self.usage().calls,
            self.spending,
            self.usage().total_tokens(),
            self.elapsed.as_secs_f64()
        )
    }
}

impl<P> Report<P> {
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let compared: Vec<usize> = (0..self.candidates.len())
            .filter(|index| self.candidates.get(*index).is_some_and(|c| !c.scores.is_empty()))
            .collect();
        if compared.is_empty() {
            return Ok(());
        }
        let found = self.judgement.as_ref().map(|judgement| judgement.found);
        let mut ranked = compared.clone();
        let estimate = |index: &usize| self.candidates.get(*index).map_or(0.0, |c| c.estimate);
        ranked.sort_by(|a, b| estimate(b).total_cmp(&estimate(a)));
        ranked.truncate(SHOWN);
        let shown = |index: &usize| {
            ranked.contains(index) || *index == 0 || *index == self.winner || Some(*index) == found
        };
        let head = "candidate";
        writeln!(f, "    {head:<32} {:>5}  {:>4}  score  95 % interval", "demos", "rows")?;
        for index in compared.iter().filter(|index| shown(index)) {
            let Some(candidate) = self.candidates.get(*index) else { continue };
            let [low, high] = candidate.interval;
            let mark = if *index == self.winner { '*' } else { ' ' };
            let name: String = candidate.name.chars().take(32).collect();
            writeln!(
                f,
                "  {mark} {name:<32} {:>5}  {:>4}  {:.3}  {low:.3} to {high:.3}",
                candidate.demos,
                candidate.scores.len(),
                candidate.score
            )?;
        }
        let hidden = compared.iter().filter(|index| !shown(index)).count();
        if hidden > 0 {
            writeln!(f, "    and {hidden} more")?;
        }
        Ok(())
    }
}

impl<P> fmt::Debug for Report<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("optimizer", &self.optimizer)
            .field("seed", &self.seed)
            .field("stopped", &self.stopped)
            .field("winner", &self.winner)
            .field("candidates", &self.candidates)
            .field("judgement", &self.judgement)
            .finish_non_exhaustive()
    }
}
