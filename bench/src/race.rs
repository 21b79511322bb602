//! The command `race`: how well and how cheaply the best of several candidates is found, on
//! simulated scores.

mod contest;
mod world;

use std::io::{self, Write};

use contest::{Method, Pick};
use world::{Setting, World};

const METHODS: [Method; 6] = [
    Method::Full,
    Method::Minibatch,
    Method::PairedMinibatch,
    Method::Halving,
    Method::Race,
    Method::Proof,
];

/// Candidates' true scores scatter by so many points, and items decide so much alike.
const SETTINGS: [Setting; 5] = [
    Setting { base: 0.55, spread: 0.03, common: 0.7 },
    Setting { base: 0.55, spread: 0.045, common: 0.5 },
    Setting { base: 0.55, spread: 0.045, common: 0.85 },
    Setting { base: 0.55, spread: 0.06, common: 0.7 },
    Setting { base: 0.80, spread: 0.045, common: 0.7 },
];

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Races {
    pub(crate) candidates: usize,
    pub(crate) items: usize,
    pub(crate) repeats: u32,
    pub(crate) seeds: u64,
}

/// What one method did over the repeats of one seed.
#[derive(Clone, Default)]
struct Tally {
    /// True scores of the picks, in points.
    points: Vec<f64>,
    evaluations: usize,
}

pub(crate) fn run(races: Races) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} candidates, {} items, {} seeds of {} repeats\n\n\
         | scatter, base, common | method | true score of the pick (SE) | evaluations | of full | \
         minus full (SE) | worst seed |\n|---|---|--:|--:|--:|--:|--:|",
        races.candidates, races.items, races.seeds, races.repeats
    )?;
    for (place, setting) in SETTINGS.iter().enumerate() {
        // [seed][method]
        let mut tallies: Vec<Vec<Tally>> = Vec::new();
        for seed in 1..=races.seeds {
            let mut chance = world::Chance::new(seed * 1_000 + place as u64);
            let mut tally = vec![Tally::default(); METHODS.len()];
            for _ in 0..races.repeats {
                let world = World::new(&mut chance, setting, races.candidates, races.items);
                for (method, tally) in METHODS.iter().zip(&mut tally) {
                    let Pick { candidate, evaluations } = method.pick(&world, &mut chance)?;
                    tally.points.push(100.0 * world.truth[candidate]);
                    tally.evaluations += evaluations;
                }
            }
            tallies.push(tally);
        }
        for (column, method) in METHODS.iter().enumerate() {
            write_row(&mut out, setting, *method, &tallies, column, races)?;
        }
        out.flush()?;
    }
    Ok(())
}

fn write_row(
    out: &mut impl Write,
    setting: &Setting,
    method: Method,
    tallies: &[Vec<Tally>],
    column: usize,
    races: Races,
) -> io::Result<()> {
    let points: Vec<f64> = tallies.iter().flat_map(|seed| seed[column].points.clone()).collect();
    let minus_full = |seed: &Vec<Tally>| -> Vec<f64> {
        seed[column].points.iter().zip(&seed[0].points).map(|(a, b)| a - b).collect()
    };
    let differences: Vec<f64> = tallies.iter().flat_map(minus_full).collect();
    let worst = tallies.iter().map(|seed| mean(&minus_full(seed))).fold(f64::MAX, f64::min);
    let total: usize = tallies.iter().map(|seed| seed[column].evaluations).sum();
    let evaluations = total as f64 / points.len() as f64;
    writeln!(
        out,
        "| {:.1}, {:.0}, {:.2} | {method} | {:.2} ({:.2}) | {evaluations:.0} | {:.1} % | {:+.2} ({:.2}) | \
         {worst:+.2} |",
        100.0 * setting.spread,
        100.0 * setting.base,
        setting.common,
        mean(&points),
        standard_error(&points),
        100.0 * evaluations / (races.candidates * races.items) as f64,
        mean(&differences),
        standard_error(&differences),
    )
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn standard_error(values: &[f64]) -> f64 {
    let centre = mean(values);
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    let count = values.len() as f64;
    (squares / (count - 1.0).max(1.0) / count).sqrt()
}
