//! The page of an optimizer's run.

use maud::{Markup, html};

use super::frame::{Page, Section};
use super::tiles::{Tile, tiles};
use super::whisker::{Scale, whisker};
use super::{candidates, costs, diff, front, judgement, program, trajectory};
use crate::number;
use crate::results::Cost;
use crate::run::Run;

pub(super) fn page(run: &Run) -> Page<'_> {
    let mut sections = Vec::new();
    if !run.trajectory.is_empty() {
        sections.push(Section::new("trajectory", "Trajectory", trajectory::plots(run)));
    }
    if let Some(said) = &run.judgement {
        sections.push(Section::new("judgement", "Judgement", judgement::told(said)));
    }
    if run.given.parameters.is_empty() {
        // A report of an earlier version, or a journal: the program as given is not known.
    } else {
        sections.push(Section::new("prompts", "What changed", changed(run)));
    }
    if run.scored().count() > 1 {
        if let Some(front) = front::plot(run) {
            sections.push(Section::new("front", "Score and cost of a run", front));
        }
        sections.push(Section::new("candidates", "Candidates", candidates::all(run)));
    }
    sections.push(Section::new("cost", "Cost", spending(run)));
    if !run.returned.parameters.is_empty() {
        let body = program::prompts(&run.returned);
        sections.push(Section::new("program", "Program returned", body));
    }
    let mut facts = vec![match &run.stopped {
        Some(stopped) => stopped.to_string(),
        None => "no end is noted".to_owned(),
    }];
    if !run.given.model.is_empty() {
        facts.push(format!("Model {}", run.given.model));
    }
    facts.push(format!("Seed {}", run.seed));
    if run.elapsed_s > 0.0 {
        facts.push(format!("{} of wall time", number::time(run.elapsed())));
    }
    Page {
        kind: "Optimization run",
        facts,
        warnings: &run.warnings,
        summary: summary(run),
        sections,
        table: None,
    }
}

fn summary(run: &Run) -> Markup {
    let mut shown = Vec::new();
    if let Some(said) = &run.judgement {
        let scale = Scale::of_differences(said.interval);
        shown.push(
            Tile::new("Improvement", number::difference(said.difference))
                .drawing(whisker(scale, said.difference, said.interval))
                .note(format!("95 % interval {}", number::difference_interval(said.interval)))
                .note(format!("{} on {}", number::p_value(said.p_value), judgement::rows(said))),
        );
        shown.push(
            Tile::new(
                "Score",
                format!("{} → {}", number::score(said.baseline), number::score(said.winner)),
            )
            .note("as given → found, on rows that did not choose")
            .note(if said.verdict.accepted { "accepted" } else { "not accepted" }),
        );
    } else if let (Some(first), Some(winner)) =
        (run.candidates.first(), run.candidates.get(run.winner))
        && !winner.scores.is_empty()
    {
        let scale = Scale::of_scores(winner.interval);
        shown.push(
            Tile::new("Score", number::score(winner.score))
                .drawing(whisker(scale, winner.score, winner.interval))
                .note(format!("95 % interval {}", number::interval(winner.interval)))
                .note_if(run.winner != 0, format!("{} as given", number::score(first.score))),
        );
    } else if let Some(last) = run.trajectory.last() {
        shown.push(
            Tile::new("Score of the leader", number::score(last.score))
                .note(format!("on {}", number::of(last.items, "row", "rows"))),
        );
    }
    let tried = run.scored().count();
    if tried > 0 {
        shown.push(
            Tile::new("Candidates", number::size(tried)).note(format!(
                "{} of the search",
                number::of(run.trajectory.len(), "step", "steps")
            )),
        );
    }
    let total = run.total();
    let tile = if total.usd > 0.0 {
        Tile::new("Cost", number::usd(total.usd))
            .note(format!("{} tokens", number::count(total.tokens)))
    } else {
        Tile::new("Tokens", number::count(total.tokens))
    };
    shown.push(tile.note(format!("{} calls", number::count(total.calls))));
    tiles(&shown)
}

fn changed(run: &Run) -> Markup {
    let accepted = run.judgement.as_ref().is_none_or(|said| said.verdict.accepted);
    html! {
        @if !accepted {
            p .muted { "From the program as given to the one found, which was not accepted: the program as given is returned." }
        }
        (diff::diff(&run.diff()))
    }
}

fn spending(run: &Run) -> Markup {
    let roles = [
        ("program", run.spending.student, Some(run.usage.student)),
        ("teacher", run.spending.teacher, Some(run.usage.teacher)),
        ("proposer", run.spending.proposer, Some(run.usage.proposer)),
        ("metric", run.spending.metric, None),
    ];
    let mut lines: Vec<Cost> = roles
        .into_iter()
        .filter(|(_, spent, _)| spent.calls > 0)
        .map(|(name, spent, usage)| Cost {
            by: "phase",
            name: name.to_owned(),
            calls: spent.calls,
            // Where attempts failed, answers took less than was spent.
            parts: usage
                .filter(|usage| usage.total_tokens() == spent.tokens)
                .map(|usage| [usage.prompt_tokens, usage.completion_tokens]),
            tokens: spent.tokens,
            usd: spent.usd,
        })
        .collect();
    if let (true, Some(spent)) = (lines.is_empty(), run.spent) {
        let (calls, tokens, usd) = (spent.calls, spent.tokens, spent.usd);
        lines.push(Cost { by: "phase", name: "all".to_owned(), calls, parts: None, tokens, usd });
    }
    html! {
        (costs::tables(&lines))
        @if !run.demo_counts.is_empty() {
            h3 { "Rows that can demonstrate a predictor" }
            ul { @for count in &run.demo_counts {
                li { code { (count.path) } ": " (number::size(count.usable)) " of " (number::size(count.rows)) }
            } }
        }
    }
}
