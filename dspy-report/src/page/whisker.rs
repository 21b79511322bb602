//! An interval drawn: a line from end to end, a dot at the middle.

use maud::{Markup, html};

const WIDTH: f64 = 160.0;
const MARGIN: f64 = 6.0;

/// The ends of the scale that intervals of one table share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// A value that a line marks, such as "no difference".
    mark: Option<f64>,
}

impl Scale {
    /// From 0 to 1 where all fits in there, else from the least to the greatest.
    pub(super) fn of_scores(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(values);
        if low >= 0.0 && high <= 1.0 {
            return Self { low: 0.0, high: 1.0, mark: None };
        }
        Self { low, high, mark: None }
    }

    /// Around 0, as far to both sides as the values reach.
    pub(super) fn of_differences(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(values);
        let reach = low.abs().max(high.abs()).max(1e-9) * 1.1;
        Self { low: -reach, high: reach, mark: Some(0.0) }
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low).max(1e-12);
        MARGIN + share.clamp(0.0, 1.0) * (WIDTH - 2.0 * MARGIN)
    }
}

fn ends(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let values = values.into_iter().filter(|value| value.is_finite());
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

/// The drawing; the figures stand beside it, so it is hidden from screen readers.
pub(super) fn whisker(scale: Scale, middle: f64, [low, high]: [f64; 2]) -> Markup {
    let place = |value: f64| format!("{:.1}", scale.x(value));
    html! {
        svg .whisker viewBox="0 0 160 16" aria-hidden="true" focusable="false" {
            line .axis x1=(MARGIN) y1="8" x2=(WIDTH - MARGIN) y2="8" {}
            @if let Some(mark) = scale.mark {
                line .mark x1=(place(mark)) y1="1" x2=(place(mark)) y2="15" {}
            }
            line .range x1=(place(low)) y1="8" x2=(place(high)) y2="8" {}
            circle .middle cx=(place(middle)) cy="8" r="4" {}
        }
    }
}
