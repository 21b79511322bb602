//! How a search went: the leaders and the trials, over calls and over what they cost.

use maud::{Markup, html};

use super::plot::Axes;
use crate::number;
use crate::run::{Point, Run};

/// What grows along the plot.
#[derive(Clone, Copy)]
struct Along {
    id: &'static str,
    title: &'static str,
    name: &'static str,
    of: fn(Point) -> f64,
    label: fn(f64) -> String,
}

fn label_count(value: f64) -> String {
    let value = value.max(0.0);
    if value >= 1e6 {
        format!("{}M", number::score(value / 1e6).trim_end_matches('0').trim_end_matches('.'))
    } else if value >= 10_000.0 {
        format!("{}k", number::score(value / 1e3).trim_end_matches('0').trim_end_matches('.'))
    } else {
        number::count(value as u64)
    }
}

const CALLS: Along = Along {
    id: "over-calls",
    title: "Score over calls",
    name: "calls of models so far",
    of: |point| point.calls as f64,
    label: label_count,
};
const USD: Along = Along {
    id: "over-cost",
    title: "Score over cost",
    name: "US dollars so far",
    of: |point| point.usd,
    label: number::usd,
};
const TOKENS: Along = Along {
    id: "over-cost",
    title: "Score over tokens",
    name: "tokens so far",
    of: |point| point.tokens as f64,
    label: label_count,
};

pub(super) fn plots(run: &Run) -> Markup {
    let steps = run.steps();
    let cost = if steps.iter().any(|(at, _)| at.usd > 0.0) { USD } else { TOKENS };
    html! {
        div .plots {
            (plot(run, CALLS))
            (plot(run, cost))
        }
        p .muted {
            "Heights are estimates at the end of the search, by which candidates are ranked: a high "
            "score on few rows counts for less. The table below has the scores as they were then."
        }
        p .legend {
            span .key.line {} " the leader of each step "
            @if !run.trials().is_empty() {
                span .key.dot {} " a candidate, at the step by which it was there "
                span .key.ring {} " the one found "
            }
            span .key.dash {} " the program as given"
        }
        details {
            summary { "The same as a table" }
            div .scroll tabindex="0" role="region" aria-label="Steps of the search" {
                table {
                    thead { tr {
                        th scope="col" { "Step" } th scope="col" { "Leader" }
                        th .num scope="col" { "Score then" } th .num scope="col" { "On rows" }
                        th .num scope="col" { "Calls" } th .num scope="col" { "Tokens" } th .num scope="col" { "Cost" }
                    } }
                    tbody { @for (at, moment) in &steps { tr {
                        th scope="row" { (moment.step) }
                        td { (moment.leader) }
                        td .num { (number::score(moment.score)) }
                        td .num { (number::size(moment.items)) }
                        td .num { (number::count(at.calls)) }
                        td .num { (number::count(at.tokens)) }
                        td .num { (number::usd(at.usd)) }
                    } } }
                }
            }
        }
    }
}

fn plot(run: &Run, along: Along) -> Markup {
    let steps = run.steps();
    let trials = run.trials();
    let mut line: Vec<(f64, f64)> = steps
        .iter()
        .filter(|(_, moment)| moment.items > 0)
        .map(|(at, moment)| ((along.of)(*at), run.estimate_of(moment)))
        .collect();
    let dots = || trials.iter().map(|trial| ((along.of)(trial.at), trial.candidate.estimate));
    let axes = Axes::around(line.iter().copied().chain(dots()));
    if let Some((_, score)) = line.last().copied() {
        line.push((axes.right(), score));
    }
    let given = run.candidates.first().filter(|given| !given.scores.is_empty());
    let found = run.found();
    let told = match (steps.first(), steps.last()) {
        (Some((_, first)), Some((at, last))) => format!(
            "The leader's score goes from {} at the first of {} steps to {} at the last, after {} {}.",
            number::score(run.estimate_of(first)),
            steps.len(),
            number::score(run.estimate_of(last)),
            (along.label)((along.of)(*at)),
            along.name
        ),
        _ => String::new(),
    };
    let drawn = html! {
        @if let Some(given) = given {
            @let (x1, y) = axes.at((0.0, given.estimate));
            @let (x2, _) = axes.at((axes.right(), given.estimate));
            line .given x1=(x1) x2=(x2) y1=(y) y2=(y) {}
        }
        path .leader d=(axes.path(&line, true)) {}
        @for trial in &trials {
            @let (x, y) = axes.at(((along.of)(trial.at), trial.candidate.estimate));
            circle .trial.found[trial.index == found] cx=(x) cy=(y) r=(if trial.index == found { "5" } else { "3.5" }) {
                title { "#" (trial.index) " " (trial.candidate.name) ": " (number::score(trial.candidate.estimate)) }
            }
        }
    };
    html! {
        figure {
            figcaption { (along.title) }
            (axes.figure(along.id, [along.title, &told, along.name], along.label, &drawn))
        }
    }
}
