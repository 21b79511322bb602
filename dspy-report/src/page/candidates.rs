//! The programs that a search compared: as a table, as a tree, and what each changes.

use dspy_core::module::ParameterKind;
use dspy_core::optimize::Candidate;
use maud::{Markup, html};

use super::whisker::{Scale, whisker};
use super::{diff, prose};
use crate::number;
use crate::run::Run;

/// Candidates whose changes are written out, the best of them.
const WRITTEN: usize = 40;

pub(super) fn all(run: &Run) -> Markup {
    let has_tree = run.candidates.iter().any(|c| c.parents.iter().any(|parent| *parent != 0));
    html! {
        (table(run))
        @if has_tree {
            h3 { "Which came from which" }
            (tree(run))
        }
        (changes(run))
    }
}

fn table(run: &Run) -> Markup {
    let scale = Scale::of_scores(run.scored().flat_map(|(_, candidate)| candidate.interval));
    let paid = run.scored().any(|(_, c)| c.run_cost.is_some_and(|cost| cost.usd > 0.0));
    html! {
        div .scroll.tall tabindex="0" role="region" aria-label="Candidates" {
            table .sortable {
                thead { tr {
                    th .num scope="col" data-sort="number" { "#" }
                    th scope="col" data-sort="text" { "Candidate" }
                    th .num scope="col" data-sort="number" { "Score" }
                    th scope="col" { "95 % interval" }
                    th .num scope="col" data-sort="number" title="The posterior mean, by which candidates are ranked: few rows are trusted less" { "Estimate" }
                    th .num scope="col" data-sort="number" { "Rows" }
                    th .num scope="col" data-sort="number" { "Demos" }
                    th .num scope="col" data-sort="number" { @if paid { "Cost of a run" } @else { "Tokens of a run" } }
                } }
                tbody { @for (index, candidate) in run.scored() { (row(run, index, candidate, scale, paid)) } }
            }
        }
    }
}

fn row(run: &Run, index: usize, candidate: &Candidate, scale: Scale, paid: bool) -> Markup {
    let cost = candidate.run_cost.map(|c| if paid { c.usd } else { c.tokens as f64 });
    html! {
        tr .found[index == run.found()] {
            td .num data-value=(index) { (index) }
            th scope="row" { (candidate.name) (badge(run, index)) }
            td .num data-value=(candidate.score) { (number::score(candidate.score)) }
            td .drawn {
                (whisker(scale, candidate.score, candidate.interval))
                span .muted { (number::interval(candidate.interval)) }
            }
            td .num data-value=(candidate.estimate) { (number::score(candidate.estimate)) }
            td .num data-value=(candidate.items.len()) { (number::size(candidate.items.len())) }
            td .num data-value=(candidate.demos) { (number::size(candidate.demos)) }
            td .num data-value=(cost.unwrap_or(-1.0)) {
                (cost.map(|c| if paid { number::usd(c) } else { number::count(c as u64) }).unwrap_or_default())
            }
        }
    }
}

fn badge(run: &Run, index: usize) -> Markup {
    html! {
        @if index == run.winner { " " span .badge { "returned" } }
        @else if index == run.found() { " " span .badge { "found" } }
    }
}

/// Each candidate below the first of its parents. Parents come before their children, so this ends.
fn tree(run: &Run) -> Markup {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); run.candidates.len()];
    let mut roots = Vec::new();
    for (index, candidate) in run.candidates.iter().enumerate() {
        let parent = candidate.parents.first().copied().filter(|parent| *parent < index);
        match parent.and_then(|parent| children.get_mut(parent)) {
            Some(siblings) => siblings.push(index),
            None => roots.push(index),
        }
    }
    html! { ul .tree { @for root in roots { (branch(run, &children, root, 0)) } } }
}

/// Levels that are indented; what lies deeper follows in a row, with its parent's number.
const DEEPEST: usize = 30;

fn branch(run: &Run, children: &[Vec<usize>], index: usize, depth: usize) -> Markup {
    let below = children.get(index).map(Vec::as_slice).unwrap_or_default();
    html! {
        li {
            (node(run, index, depth > DEEPEST))
            @if !below.is_empty() && depth < DEEPEST {
                ul { @for child in below { (branch(run, children, *child, depth + 1)) } }
            }
            @if !below.is_empty() && depth == DEEPEST {
                ul { @for deep in descendants(children, index) { li { (node(run, deep, true)) } } }
            }
        }
    }
}

/// All below a candidate, each after its parent.
fn descendants(children: &[Vec<usize>], index: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = vec![index];
    while let Some(next) = open.pop() {
        let below = children.get(next).map(Vec::as_slice).unwrap_or_default();
        open.extend(below.iter().rev());
        if next != index {
            found.push(next);
        }
    }
    found
}

fn node(run: &Run, index: usize, with_parent: bool) -> Markup {
    let Some(candidate) = run.candidates.get(index) else { return html! {} };
    let from = if with_parent { 0 } else { 1 };
    let others = candidate.parents.get(from..).unwrap_or_default();
    html! {
        span .node.found[index == run.found()] {
            span .muted { "#" (index) } " " (candidate.name)
            @if !candidate.scores.is_empty() { " " strong { (number::score(candidate.score)) } }
            @if !others.is_empty() {
                span .muted {
                    @if with_parent { " from " } @else { " also from " }
                    (others.iter().map(|other| format!("#{other}")).collect::<Vec<_>>().join(", "))
                }
            }
            (badge(run, index))
        }
    }
}

/// What the best candidates change, folded.
fn changes(run: &Run) -> Markup {
    let mut ranked: Vec<(usize, &Candidate)> =
        run.scored().filter(|(_, candidate)| !candidate.changes.is_empty()).collect();
    ranked.sort_by(|(_, a), (_, b)| b.estimate.total_cmp(&a.estimate));
    html! {
        @if !ranked.is_empty() {
            h3 { "What each changes" }
            @for (index, candidate) in ranked.iter().take(WRITTEN) {
                details .change {
                    summary {
                        span .muted { "#" (index) } " " (candidate.name) " "
                        strong { (number::score(candidate.score)) } (badge(run, *index))
                    }
                    @for change in run.diff_of(*index).changes() {
                        p { code { (change.path) } " " (change.kind.to_string().replace('_', " ")) }
                        @let after = change.after.as_ref().map(prose::lines).unwrap_or_default();
                        @if change.kind == ParameterKind::DEMOS {
                            @let demos = change.after.as_ref().and_then(|v| v.as_array()).map_or(0, Vec::len);
                            p .muted { (number::of(demos, "demonstration", "demonstrations")) }
                        } @else {
                            (diff::text(&change.before.as_ref().map(prose::lines).unwrap_or_default(), &after))
                        }
                    }
                }
            }
            @if ranked.len() > WRITTEN {
                p .muted { (number::of(ranked.len() - WRITTEN, "candidate", "candidates")) " of lower estimates are left out." }
            }
        }
    }
}
