//! Ways to pick a candidate.

use std::{fmt, io};

use dspy::optimize::Race;

use super::mean;
use super::world::{Chance, World};

const MINIBATCH: usize = 35;
/// How many candidates a minibatch search evaluates in full.
const FINALISTS: usize = 3;
/// What successive halving starts with.
const START: usize = 40;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    /// All items for everybody; the highest average wins.
    Full,
    /// Other 35 items for each, the best three in full.
    Minibatch,
    /// The same 35 items for all, the best three in full.
    PairedMinibatch,
    /// Half of the candidates go on to twice the items.
    Halving,
    /// `dspy::optimize::Race` as it comes.
    Race,
    /// The same, but only its anytime-valid test drops candidates.
    Proof,
}

pub(crate) struct Pick {
    pub(crate) candidate: usize,
    pub(crate) evaluations: usize,
}

impl Method {
    pub(crate) fn pick(self, world: &World, chance: &mut Chance) -> io::Result<Pick> {
        let (candidates, items) = (world.scores.len(), world.scores[0].len());
        Ok(match self {
            Self::Full => {
                let all = 0..candidates;
                Pick {
                    candidate: best(all, |c| mean(&world.scores[c])),
                    evaluations: candidates * items,
                }
            }
            Self::Minibatch => {
                let mut drawn = |row: &Vec<f64>| {
                    let scores: Vec<f64> =
                        (0..MINIBATCH).map(|_| row[chance.below(items)]).collect();
                    mean(&scores)
                };
                let seen: Vec<f64> = world.scores.iter().map(&mut drawn).collect();
                finals(world, &seen, items)
            }
            Self::PairedMinibatch => {
                let batch = MINIBATCH.min(items);
                let seen: Vec<f64> = world.scores.iter().map(|row| mean(&row[..batch])).collect();
                finals(world, &seen, items - batch)
            }
            Self::Halving => halving(world),
            Self::Race => race(world, Race::new(candidates, items))?,
            Self::Proof => race(world, Race::new(candidates, items).by_proof_alone())?,
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "full evaluation",
            Self::Minibatch => "minibatches of 35, 3 in full",
            Self::PairedMinibatch => "one minibatch of 35, 3 in full",
            Self::Halving => "successive halving from 40",
            Self::Race => "**`Race`**",
            Self::Proof => "`Race::by_proof_alone`",
        })
    }
}

/// The highest; of equal ones the first.
fn best(among: impl Iterator<Item = usize>, score: impl Fn(usize) -> f64) -> usize {
    among
        .fold(None, |best: Option<usize>, next| match best {
            Some(best) if score(best) >= score(next) => Some(best),
            _ => Some(next),
        })
        .unwrap_or_default()
}

fn finals(world: &World, seen: &[f64], more: usize) -> Pick {
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by(|a, b| seen[*b].total_cmp(&seen[*a]));
    order.truncate(FINALISTS);
    let evaluations = seen.len() * MINIBATCH + order.len() * more;
    Pick { candidate: best(order.into_iter(), |c| mean(&world.scores[c])), evaluations }
}

fn halving(world: &World) -> Pick {
    let items = world.scores[0].len();
    let mut left: Vec<usize> = (0..world.scores.len()).collect();
    let (mut done, mut depth, mut evaluations) = (0, START.min(items), 0);
    loop {
        evaluations += left.len() * (depth - done);
        let seen = |c: usize| mean(&world.scores[c][..depth]);
        left.sort_by(|a, b| seen(*b).total_cmp(&seen(*a)));
        left.truncate(left.len().div_ceil(2));
        if left.len() == 1 || depth == items {
            return Pick { candidate: left[0], evaluations };
        }
        (done, depth) = (depth, (2 * depth).min(items));
    }
}

fn race(world: &World, mut race: Race) -> io::Result<Pick> {
    loop {
        let round = race.round().map_err(io::Error::other)?;
        if round.is_empty() {
            let candidate = race.winner().unwrap_or_default();
            return Ok(Pick { candidate, evaluations: race.evaluations() });
        }
        for batch in round {
            for item in batch.items {
                let score = world.scores[batch.candidate][item];
                race.record(batch.candidate, item, score).map_err(io::Error::other)?;
            }
        }
    }
}
