//! Axes for plots of a score over something that grows.

use maud::{Markup, html};

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 44.0;

/// A plot's ranges.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axes {
    x: [f64; 2],
    y: [f64; 2],
}

impl Axes {
    /// Ranges that hold these points, x from 0, with some room above and below.
    pub(super) fn around(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let (mut right, mut low, mut high) = (0.0_f64, f64::MAX, f64::MIN);
        for (x, y) in points.into_iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
            right = right.max(x);
            low = low.min(y);
            high = high.max(y);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        let room = ((high - low) * 0.08).max(0.01);
        let fits = low >= 0.0 && high <= 1.0;
        let (low, high) = (low - room, high + room);
        let y = if fits { [low.max(0.0), high.min(1.0).max(high - room)] } else { [low, high] };
        Self { x: [0.0, if right > 0.0 { right * 1.03 } else { 1.0 }], y }
    }

    pub(super) fn at(&self, (x, y): (f64, f64)) -> (String, String) {
        let share = |value: f64, [low, high]: [f64; 2]| (value - low) / (high - low).max(1e-12);
        let across = LEFT + share(x, self.x) * (WIDTH - LEFT - RIGHT);
        let down = HEIGHT - BOTTOM - share(y, self.y) * (HEIGHT - TOP - BOTTOM);
        (format!("{across:.1}"), format!("{down:.1}"))
    }

    /// Lines between points, as the `d` of a path; with `steps`, level until the next point.
    pub(super) fn path(&self, points: &[(f64, f64)], steps: bool) -> String {
        let mut path = String::new();
        for (place, point) in points.iter().enumerate() {
            let (x, y) = self.at(*point);
            path.push_str(&match (place, steps) {
                (0, _) => format!("M{x} {y}"),
                (_, true) => format!("H{x}V{y}"),
                (_, false) => format!("L{x} {y}"),
            });
        }
        path
    }

    pub(super) fn right(&self) -> f64 {
        self.x[1]
    }

    /// The frame: grid, labels, and within it what is drawn.
    pub(super) fn figure(
        &self,
        id: &str,
        [title, text, x_name]: [&str; 3],
        x_label: fn(f64) -> String,
        drawn: &Markup,
    ) -> Markup {
        let (left, bottom) = (format!("{LEFT:.1}"), format!("{:.1}", HEIGHT - BOTTOM));
        let right = format!("{:.1}", WIDTH - RIGHT);
        html! {
            svg .plot viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby={ (id) "-t " (id) "-d" } {
                title #{ (id) "-t" } { (title) }
                desc #{ (id) "-d" } { (text) }
                @for tick in ticks(self.y, 5) {
                    @let (_, y) = self.at((0.0, tick));
                    line .grid x1=(left) x2=(right) y1=(y) y2=(y) {}
                    text .tick.y x=(LEFT - 6.0) y=(y) dy="4" { (short(tick)) }
                }
                @for tick in ticks(self.x, 5) {
                    @let (x, _) = self.at((tick, self.y[0]));
                    text .tick.x x=(x) y=(HEIGHT - BOTTOM + 16.0) { (x_label(tick)) }
                }
                line .axis x1=(left) x2=(right) y1=(bottom) y2=(bottom) {}
                text .name x=((LEFT + WIDTH - RIGHT) / 2.0) y=(HEIGHT - 8.0) { (x_name) }
                (drawn)
            }
        }
    }
}

fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Round values within a range, about so many.
fn ticks([low, high]: [f64; 2], wanted: u32) -> Vec<f64> {
    let rough = (high - low) / f64::from(wanted);
    if !(rough.is_finite() && rough > 0.0) {
        return Vec::new();
    }
    let power = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).take(20).map(|count| count as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        let near = |found: Vec<f64>, wanted: &[f64]| {
            assert_eq!(found.len(), wanted.len(), "{found:?}");
            assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
        };
        near(ticks([0.0, 1.0], 5), &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        near(ticks([0.0, 1300.0], 5), &[0.0, 500.0, 1000.0]);
        near(ticks([0.61, 0.79], 5), &[0.65, 0.7, 0.75]);
        assert!(ticks([1.0, 1.0], 5).is_empty());
        assert!(ticks([f64::NAN, 1.0], 5).is_empty());
    }

    #[test]
    fn a_point_alone_has_axes() {
        let axes = Axes::around([(0.0, 1.0)]);
        assert_eq!(axes.path(&[(0.0, 1.0)], true).chars().next(), Some('M'));
        assert!(!axes.path(&[(0.0, 1.0)], true).contains("NaN"));
    }
}
