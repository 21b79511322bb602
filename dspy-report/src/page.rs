//! The page: one file, with everything it needs inside.

mod candidates;
mod comparison;
mod confusion;
mod costs;
mod diff;
mod evaluation;
mod frame;
mod front;
mod items;
mod judgement;
mod plot;
mod program;
mod prose;
mod run;
mod slices;
mod tiles;
mod trajectory;
mod whisker;

use crate::report::{Body, Report};

/// The whole page.
pub(crate) fn html(report: &Report) -> String {
    let page = match &report.body {
        Body::Evaluation { results, table } => evaluation::page(results, table),
        Body::Comparison { results, difference, table } => {
            comparison::page(results, difference, table)
        }
        Body::Run(run) => run::page(run),
    };
    frame::html(&report.title, &page)
}
