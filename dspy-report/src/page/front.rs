//! Score against what a run costs, and which candidates no other beats in both.

use maud::{Markup, html};

use super::plot::Axes;
use crate::number;
use crate::run::Run;

/// A candidate as a point.
struct Dot<'a> {
    index: usize,
    name: &'a str,
    cost: f64,
    score: f64,
    on_front: bool,
}

/// The plot; `None` where costs are not known.
pub(super) fn plot(run: &Run) -> Option<Markup> {
    let paid = run.scored().any(|(_, c)| c.run_cost.is_some_and(|cost| cost.usd > 0.0));
    let mut dots: Vec<Dot<'_>> = run
        .scored()
        .filter_map(|(index, candidate)| {
            let spent = candidate.run_cost?;
            let cost = if paid { spent.usd } else { spent.tokens as f64 };
            let (name, score) = (candidate.name.as_str(), candidate.estimate);
            Some(Dot { index, name, cost, score, on_front: false })
        })
        .collect();
    if dots.len() < 2 {
        return None;
    }
    dots.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(b.score.total_cmp(&a.score)));
    let mut best = f64::NEG_INFINITY;
    for dot in &mut dots {
        dot.on_front = dot.score > best;
        best = best.max(dot.score);
    }
    Some(drawn(run, &dots, paid))
}

fn drawn(run: &Run, dots: &[Dot<'_>], paid: bool) -> Markup {
    let axes = Axes::around(dots.iter().map(|dot| (dot.cost, dot.score)));
    let line: Vec<(f64, f64)> =
        dots.iter().filter(|dot| dot.on_front).map(|dot| (dot.cost, dot.score)).collect();
    let found = run.found();
    let label: fn(f64) -> String =
        if paid { number::usd } else { |value| number::count(value.max(0.0) as u64) };
    let name = if paid { "US dollars for a run" } else { "tokens for a run" };
    let told = format!(
        "{} candidates; {} of them are on the front: no other scores higher for as little.",
        dots.len(),
        line.len()
    );
    let marks = html! {
        path .leader d=(axes.path(&line, true)) {}
        @for dot in dots {
            @let (x, y) = axes.at((dot.cost, dot.score));
            circle .trial.found[dot.index == found].front[dot.on_front] cx=(x) cy=(y) r=(if dot.index == found { "5" } else { "3.5" }) {
                title { "#" (dot.index) " " (dot.name) ": " (number::score(dot.score)) ", " (label(dot.cost)) " " (name) }
            }
        }
    };
    html! {
        div .plots {
            figure {
                figcaption { "Estimated score over " (name) }
                (axes.figure("front-plot", ["Score over cost of a run", &told, name], label, &marks))
            }
            div .scroll tabindex="0" role="region" aria-label="Candidates on the front" {
                table {
                    caption { "On the front: no other scores higher for as little" }
                    thead { tr { th scope="col" { "Candidate" } th .num scope="col" { "Estimate" } th .num scope="col" { (name) } } }
                    tbody { @for dot in dots.iter().filter(|dot| dot.on_front) { tr {
                        th scope="row" { "#" (dot.index) " " (dot.name) }
                        td .num { (number::score(dot.score)) }
                        td .num { (label(dot.cost)) }
                    } } }
                }
            }
        }
    }
}
