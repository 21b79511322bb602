//! A made-up task: what every point is truly worth, and how the scores of each trial go astray.

use serde::Serialize;

/// The most trials that a world has noise for.
pub(crate) const TRIALS: usize = 60;

/// The spaces, by name: one predictor's instructions and demonstrations, or several predictors'.
pub(crate) const SPACES: [(&str, &[usize]); 5] = [
    ("6x3", &[6, 3]),
    ("12x6", &[12, 6]),
    ("18x9", &[18, 9]),
    ("12x6 x2", &[12, 6, 12, 6]),
    ("12x6 x3", &[12, 6, 12, 6, 12, 6]),
];

const CENTRE: f64 = 60.0;
const SPREAD: f64 = 6.0;
/// Standard deviation of a pair's effect where a single choice's is one.
const PAIR: f64 = 0.7;
/// Standard deviation of a score's noise: about that of a mean over 35 items, in percent.
pub(crate) const NOISE: f64 = 8.0;

/// True values of all points of a space, in percent, and the noise of each trial.
#[derive(Serialize)]
pub(crate) struct World {
    space: &'static str,
    world: usize,
    choices: &'static [usize],
    /// The mean of the values.
    base: f64,
    /// The effect of each choice of each dimension.
    singles: Vec<Vec<f64>>,
    pairs: Vec<Pair>,
    /// What is added to the true value in each trial, whatever its point.
    noise: Vec<f64>,
}

/// The effects of the choices of two dimensions together, beyond their single ones.
#[derive(Serialize)]
struct Pair {
    first: usize,
    second: usize,
    /// By the choice of the first dimension, then by that of the second.
    effects: Vec<Vec<f64>>,
}

impl World {
    pub(crate) fn new(space: usize, world: usize) -> Self {
        let (name, choices) = SPACES[space];
        let mut normal = Normal((space as u64) << 32 | world as u64);
        let mut singles: Vec<Vec<f64>> =
            choices.iter().map(|count| (0..*count).map(|_| normal.next()).collect()).collect();
        let mut pairs = Vec::new();
        for second in 0..choices.len() {
            for first in 0..second {
                let row = |normal: &mut Normal| {
                    (0..choices[second]).map(|_| PAIR * normal.next()).collect()
                };
                let effects = (0..choices[first]).map(|_| row(&mut normal)).collect();
                pairs.push(Pair { first, second, effects });
            }
        }
        let noise = (0..TRIALS).map(|_| NOISE * normal.next()).collect();
        let scale = SPREAD / center(&mut singles, &mut pairs).sqrt();
        let effects = pairs.iter_mut().flat_map(|pair| &mut pair.effects).chain(&mut singles);
        effects.flatten().for_each(|effect| *effect *= scale);
        Self { space: name, world, choices, base: CENTRE, singles, pairs, noise }
    }

    /// What the point is truly worth.
    pub(crate) fn value(&self, point: &[usize]) -> f64 {
        let singles = self.singles.iter().zip(point).map(|(effects, choice)| effects[*choice]);
        let pairs =
            self.pairs.iter().map(|pair| pair.effects[point[pair.first]][point[pair.second]]);
        self.base + singles.sum::<f64>() + pairs.sum::<f64>()
    }

    /// The score of the point in a trial, counted from zero.
    pub(crate) fn score(&self, point: &[usize], trial: usize) -> f64 {
        self.value(point) + self.noise[trial]
    }
}

/// Moves what is common to all choices of a pair into their single effects, and what is common to
/// those out of the world, so that all effects are about zero on average and uncorrelated over the
/// space; gives the variance of the values, which then is the sum of theirs.
fn center(singles: &mut [Vec<f64>], pairs: &mut [Pair]) -> f64 {
    let mut variance = 0.0;
    for pair in pairs {
        let (rows, columns) = (pair.effects.len(), pair.effects[0].len());
        for (effects, single) in pair.effects.iter_mut().zip(&mut singles[pair.first]) {
            let mean = effects.iter().sum::<f64>() / columns as f64;
            effects.iter_mut().for_each(|effect| *effect -= mean);
            *single += mean;
        }
        for column in 0..columns {
            let mean = pair.effects.iter().map(|row| row[column]).sum::<f64>() / rows as f64;
            pair.effects.iter_mut().for_each(|row| row[column] -= mean);
            singles[pair.second][column] += mean;
        }
        let squares = pair.effects.iter().flatten().map(|effect| effect * effect);
        variance += squares.sum::<f64>() / (rows * columns) as f64;
    }
    for effects in singles {
        let count = effects.len() as f64;
        let mean = effects.iter().sum::<f64>() / count;
        effects.iter_mut().for_each(|effect| *effect -= mean);
        variance += effects.iter().map(|effect| effect * effect).sum::<f64>() / count;
    }
    variance
}

/// Normally distributed numbers, the same on every machine and forever.
struct Normal(u64);

impl Normal {
    fn next(&mut self) -> f64 {
        // From (0, 1], so that the logarithm is finite.
        let (radius, turn) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()
    }

    /// From [0, 1), by SplitMix64.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
