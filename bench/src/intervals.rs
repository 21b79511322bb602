//! The command `intervals`: how often the 95 % interval of an evaluation covers the truth.

use std::io::{self, Write};

use dspy::evaluate::score_interval;

/// Scores of simulated programs.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// 0 and 1, right with this probability.
    Binary(f64),
    /// The middle of three uniform numbers, Beta(2, 2).
    Middling,
    /// Beta(8, 1): most scores are near 1.
    High,
    /// 1 with a probability of 0.6, else anything.
    Overlap,
    /// 1 with a probability of 0.9, else anything.
    NearlyRight,
    /// 0 with a probability of 0.85, else anything.
    NearlyWrong,
    /// 0 to 1 in fifths, mostly high.
    Rated,
    /// About 0.8.
    Narrow,
}

const KINDS: [(Kind, &str); 14] = [
    (Kind::Binary(0.02), "0 or 1, mean 0.02"),
    (Kind::Binary(0.05), "0 or 1, mean 0.05"),
    (Kind::Binary(0.2), "0 or 1, mean 0.2"),
    (Kind::Binary(0.5), "0 or 1, mean 0.5"),
    (Kind::Binary(0.8), "0 or 1, mean 0.8"),
    (Kind::Binary(0.95), "0 or 1, mean 0.95"),
    (Kind::Binary(0.98), "0 or 1, mean 0.98"),
    (Kind::Middling, "around the middle"),
    (Kind::High, "high, without a bound at 1"),
    (Kind::Overlap, "6 of 10 are 1, others anything"),
    (Kind::NearlyRight, "9 of 10 are 1, others anything"),
    (Kind::NearlyWrong, "17 of 20 are 0, others anything"),
    (Kind::Rated, "ratings in fifths, mostly high"),
    (Kind::Narrow, "near 0.8"),
];

const SIZES: [usize; 6] = [10, 20, 30, 50, 100, 500];

impl Kind {
    fn mean(self) -> f64 {
        match self {
            Self::Binary(mean) => mean,
            Self::Middling => 0.5,
            Self::High => 8.0 / 9.0,
            Self::Overlap => 0.8,
            Self::NearlyRight => 0.95,
            Self::NearlyWrong => 0.075,
            Self::Rated => 0.2 * 0.05 + 0.4 * 0.05 + 0.6 * 0.1 + 0.8 * 0.3 + 0.5,
            Self::Narrow => 0.8,
        }
    }

    fn score(self, chance: &mut Chance) -> f64 {
        let luck = chance.next();
        match self {
            Self::Binary(mean) => f64::from(u8::from(luck < mean)),
            Self::Middling => {
                let mut three = [luck, chance.next(), chance.next()];
                three.sort_by(f64::total_cmp);
                three[1]
            }
            Self::High => luck.powf(0.125),
            Self::Overlap => {
                if luck < 0.6 {
                    1.0
                } else {
                    chance.next()
                }
            }
            Self::NearlyRight => {
                if luck < 0.9 {
                    1.0
                } else {
                    chance.next()
                }
            }
            Self::NearlyWrong => {
                if luck < 0.85 {
                    0.0
                } else {
                    chance.next()
                }
            }
            Self::Rated => match luck {
                x if x < 0.05 => 0.2,
                x if x < 0.1 => 0.4,
                x if x < 0.2 => 0.6,
                x if x < 0.5 => 0.8,
                _ => 1.0,
            },
            // The sum of twelve uniform numbers is normal enough.
            Self::Narrow => {
                let sum: f64 = (0..12).map(|_| chance.next()).sum();
                0.8 + 0.03 * (sum - 6.0)
            }
        }
    }
}

/// A table of coverage by kind of score and number of rows, and over evaluations of all sorts.
pub(crate) fn run(repeats: usize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "| scores |")?;
    SIZES.iter().try_for_each(|size| write!(out, " {size} rows |"))?;
    writeln!(out, "\n|---|{}", "--:|".repeat(SIZES.len()))?;
    let mut chance = Chance(1);
    for (kind, name) in KINDS {
        write!(out, "| {name} |")?;
        for size in SIZES {
            let covered = (0..repeats).filter(|_| covers(kind, size, &mut chance)).count();
            write!(out, " {:.1} % |", 100.0 * covered as f64 / repeats as f64)?;
        }
        writeln!(out)?;
    }
    let mut covered = 0;
    for _ in 0..repeats {
        let size = 20.0 * 25.0_f64.powf(chance.next());
        let place = (chance.next() * (2 * KINDS.len()) as f64) as usize;
        // Every other evaluation has scores of 0 and 1, right as often as may be.
        let accuracy = Kind::Binary(chance.next());
        let kind = KINDS.get(place).map_or(accuracy, |(kind, _)| *kind);
        covered += usize::from(covers(kind, size as usize, &mut chance));
    }
    let share = 100.0 * covered as f64 / repeats as f64;
    writeln!(
        out,
        "\n{repeats} evaluations of 20 to 500 rows, with scores of all these kinds and, every other one, \
         of 0 and 1 with any mean: {share:.1} % of the intervals cover the truth"
    )
}

fn covers(kind: Kind, size: usize, chance: &mut Chance) -> bool {
    let scores: Vec<f64> = (0..size).map(|_| kind.score(chance)).collect();
    let [low, high] = score_interval(&scores);
    low <= kind.mean() && kind.mean() <= high
}

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
