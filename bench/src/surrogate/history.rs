//! What a search asked for and what it was told, and how good its recommendations were on the way.

use std::io;

use dspy::optimize::Surrogate;
use dspy::optimize::surrogate::{Method, Point, Space};
use serde::Deserialize;

use super::world::{NOISE, SPACES, TRIALS, World};

/// After so many trials a recommendation is asked for.
pub(crate) const MARKS: [usize; 5] = [10, 18, 27, 40, 60];

/// One search in one world.
#[derive(Deserialize)]
pub(crate) struct History {
    pub(crate) method: String,
    pub(crate) space: String,
    pub(crate) world: usize,
    points: Vec<Point>,
    scores: Vec<f64>,
    /// What the search was told of the noise of each score.
    #[serde(skip)]
    noise_variance: Option<f64>,
}

/// True values of what was recommended after each of the marks.
pub(crate) struct Recommended {
    /// The point with the highest mean score.
    pub(crate) observed: [f64; MARKS.len()],
    /// The point with the highest mean of the Gaussian process.
    pub(crate) posterior: [f64; MARKS.len()],
}

/// Our searches, by name.
pub(crate) const METHODS: [(&str, Method, bool); 4] = [
    ("random", Method::Random, false),
    ("TPE", Method::Tpe, false),
    ("GP", Method::Gp, false),
    ("GP, noise given", Method::Gp, true),
];

impl History {
    /// Lets one of our searches run in a world.
    pub(crate) fn run(method: usize, space: usize, world: usize, on: &World) -> io::Result<Self> {
        let (name, method, noise_given) = METHODS[method];
        let noise_variance = noise_given.then_some(NOISE * NOISE);
        let mut search = Surrogate::new(method, search_space(space)?, world as u64);
        let (mut points, mut scores) = (Vec::new(), Vec::new());
        for trial in 0..TRIALS {
            let point = search.ask().ok_or_else(|| io::Error::other("nothing left to ask"))?;
            let score = on.score(&point, trial);
            search.tell(&point, score, noise_variance).map_err(io::Error::other)?;
            points.push(point);
            scores.push(score);
        }
        let (method, space) = (name.to_owned(), SPACES[space].0.to_owned());
        Ok(Self { method, space, world, points, scores, noise_variance })
    }

    /// Asks for recommendations after the fact, by the same rules for all.
    pub(crate) fn judge(&self, space: usize, on: &World) -> io::Result<Recommended> {
        if self.points.len() != TRIALS || self.scores.len() != TRIALS {
            return Err(io::Error::other(format!("a history has not {TRIALS} trials")));
        }
        let mut told = Surrogate::random(search_space(space)?, 0);
        let mut recommended =
            Recommended { observed: [0.0; MARKS.len()], posterior: [0.0; MARKS.len()] };
        for (trial, (point, score)) in self.points.iter().zip(&self.scores).enumerate() {
            let meant = on.score(point, trial);
            if (meant - score).abs() > 1e-6 {
                return Err(io::Error::other(format!("a score of {score} should be {meant}")));
            }
            told.tell(point, *score, self.noise_variance).map_err(io::Error::other)?;
            let Some(mark) = MARKS.iter().position(|mark| *mark == trial + 1) else { continue };
            if let (Some((observed, _)), Some((posterior, _))) = (told.best_observed(), told.best())
            {
                recommended.observed[mark] = on.value(&observed);
                recommended.posterior[mark] = on.value(&posterior);
            }
        }
        Ok(recommended)
    }
}

fn search_space(space: usize) -> io::Result<Space> {
    let choices = SPACES[space].1.iter().enumerate();
    Space::new(choices.map(|(place, choices)| (place.to_string(), *choices)))
        .map_err(io::Error::other)
}
