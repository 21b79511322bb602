//! Search over a space of choices with as few scores as possible: ask for a point, tell its score.
//!
//! This is what optimizers use to choose among instructions, demonstrations and the like. It knows
//! nothing of programs or language models, and serves any function that is dear to evaluate, noisy,
//! and takes one of a few choices in each of a few dimensions.
//!
//! ```
//! use dspy::optimize::Surrogate;
//! use dspy::optimize::surrogate::Space;
//!
//! // Which instruction goes with which demonstrations? (Here instruction 4 with demonstrations 1.)
//! let score = |point: &[usize]| match point {
//!     [4, 1] => 0.9,
//!     [4, _] | [_, 1] => 0.6,
//!     _ => 0.3,
//! };
//! let space = Space::new([("instruction", 6), ("demos", 3)])?;
//! let mut search = Surrogate::gp(space, 7).without_repeats();
//! for _ in 0..12 {
//!     let Some(point) = search.ask() else { break };
//!     search.tell(&point, score(&point), None)?;
//! }
//! let (best, _) = search.best().expect("points were told");
//! assert_eq!(best, [4, 1]);
//! # Ok::<(), dspy::optimize::surrogate::SurrogateError>(())
//! ```

mod error;
mod gp;
mod history;
mod space;
mod tpe;

pub use error::SurrogateError;
pub use history::Observation;
pub use space::{Dimension, Point, Space};

use serde::{Deserialize, Serialize};

use crate::seed;
use gp::Model;
use history::{History, check_observation};

/// How a [`Surrogate`] chooses what to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Method {
    /// Any point, with equal probability.
    Random,
    /// Tree-structured Parzen estimation, as Optuna 5 does it by default.
    Tpe,
    /// A Gaussian process over effects of choices and of pairs of choices.
    Gp,
}

/// What is believed of a point's true value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Posterior {
    /// The expected value.
    pub mean: f64,
    /// The square of the expected deviation from that; noise of scores is not part of it.
    pub variance: f64,
}

/// A search for the point with the highest value.
///
/// Every point is [asked for](Self::ask), scored by the caller, and [told](Self::tell); between the
/// two it is in flight, and any number may be so at once. Points may also be told unasked. At the
/// end [`best`](Self::best) recommends one.
///
/// The same seed and the same calls give the same answers. A search is a value: it can be cloned, and
/// saved by serde and restored at any time, to go on as if nothing had happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Surrogate {
    space: Space,
    method: Method,
    seed: u64,
    repeats: bool,
    asked: u64,
    history: History,
}

impl Surrogate {
    /// A search of this space by a method.
    #[must_use]
    pub fn new(method: Method, space: Space, seed: u64) -> Self {
        Self { space, method, seed, repeats: true, asked: 0, history: History::default() }
    }

    /// A search by points drawn at random.
    #[must_use]
    pub fn random(space: Space, seed: u64) -> Self {
        Self::new(Method::Random, space, seed)
    }

    /// A search by tree-structured Parzen estimation: ten random points, then points that are likelier
    /// among the best tenth of the trials than among the rest.
    ///
    /// It follows Optuna 5's `TPESampler` on categorical parameters with default settings, and knows
    /// neither noise nor that two trials were of the same point.
    #[must_use]
    pub fn tpe(space: Space, seed: u64) -> Self {
        Self::new(Method::Tpe, space, seed)
    }

    /// A search by a Gaussian process, which expects the score of every point, with an uncertainty,
    /// from those with which it has choices in common, and asks where the value may be highest.
    ///
    /// It makes the best of few scores, minds how noisy each one is, and is the one to prefer up to a
    /// few hundred different points; of more it considers 300.
    #[must_use]
    pub fn gp(space: Space, seed: u64) -> Self {
        Self::new(Method::Gp, space, seed)
    }

    /// Never asks for a point that was told or is in flight.
    ///
    /// By default it may ask for a point again: if scores are noisy, a second one of a good point is
    /// often worth more than a first one of another. Where they are not, it is wasted.
    #[must_use]
    pub fn without_repeats(mut self) -> Self {
        self.repeats = false;
        self
    }

    /// The space that is searched.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// How points are chosen.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// All that was told, in the order in which the trials began.
    #[must_use]
    pub fn observations(&self) -> &[Observation] {
        self.history.observations()
    }

    /// The points in flight, a point as often as it is.
    pub fn pending(&self) -> impl Iterator<Item = &Point> {
        self.history.pending()
    }

    /// The next point to score, which is in flight from now on.
    ///
    /// `None` if no point may be asked for: each is [settled](Self::settle) or, without repeats, told
    /// or in flight. With repeats and nothing settled there is always one; in a space without
    /// dimensions it is the empty point.
    pub fn ask(&mut self) -> Option<Point> {
        let closed = self.history.closed(self.repeats);
        if self.space.size().is_some_and(|size| closed.len() >= size) {
            return None;
        }
        let mut rng = seed::rng(self.seed, "surrogate", self.asked);
        let open = |point: &[usize]| !closed.contains(point);
        let chosen = match self.method {
            Method::Random => None,
            Method::Tpe => tpe::ask(&self.space, &self.history, &mut rng, open),
            Method::Gp => gp::ask(&self.space, &self.history, &mut rng, open),
        };
        // One of so many in a row is open, since no more than those are closed.
        let point = chosen.or_else(|| {
            const DRAWS: usize = 100;
            let mut draws = (0..DRAWS).map(|_| self.space.draw(&mut rng));
            draws.find(|point| open(point)).or_else(|| {
                self.space.points_from(self.space.draw(&mut rng)).find(|point| open(point))
            })
        })?;
        self.asked += 1;
        self.history.begin(point.clone());
        Some(point)
    }

    /// Notes a score of a point, where higher is better. If the point is in flight, its oldest trial
    /// is not any more.
    ///
    /// `noise_variance` is that of this score around the point's true value; for a mean over items,
    /// the variance of the items' scores divided by their number. Zero says that the score is exact,
    /// which a mean over a few items that happen to agree is not: add a little there. `None` leaves it
    /// to the search to estimate one for all such scores.
    ///
    /// # Errors
    /// A point that is not of the space, a value that is no number within ±1e100, and a noise variance
    /// that is none from 0 to 1e200. Nothing is noted then.
    pub fn tell(
        &mut self,
        point: &[usize],
        value: f64,
        noise_variance: Option<f64>,
    ) -> Result<(), SurrogateError> {
        check_observation(&self.space, point, value, noise_variance)?;
        self.history.tell(point.to_vec(), value, noise_variance);
        Ok(())
    }

    /// Notes that a point which was not asked for is being scored.
    ///
    /// # Errors
    /// A point that is not of the space.
    pub fn begin(&mut self, point: &[usize]) -> Result<(), SurrogateError> {
        self.space.check(point)?;
        self.history.begin(point.to_vec());
        Ok(())
    }

    /// Notes that no score will come of a point in flight, such as one that failed. Says whether it was
    /// in flight.
    pub fn withdraw(&mut self, point: &[usize]) -> bool {
        self.history.withdraw(point).is_some()
    }

    /// Never asks for this point again, such as one whose value is known as well as it can be.
    ///
    /// # Errors
    /// A point that is not of the space.
    pub fn settle(&mut self, point: &[usize]) -> Result<(), SurrogateError> {
        self.space.check(point)?;
        self.history.settle(point.to_vec());
        Ok(())
    }

    /// The point to recommend: of those told the one with the highest expected value. `None` if
    /// nothing was told.
    ///
    /// The expectation is the Gaussian process's, whatever the method of the search. It is a better
    /// choice than the point with the highest score, which is as likely to be lucky as to be good.
    #[must_use]
    pub fn best(&self) -> Option<(Point, Posterior)> {
        self.ranked().into_iter().next()
    }

    /// All points told, with what is expected of each, the best first.
    #[must_use]
    pub fn ranked(&self) -> Vec<(Point, Posterior)> {
        let Some(model) = self.model() else { return Vec::new() };
        let means = self.history.means().into_iter();
        let mut ranked: Vec<_> =
            means.map(|(point, _)| (point.clone(), model.posterior(point))).collect();
        ranked.sort_by(|(_, a), (_, b)| b.mean.total_cmp(&a.mean));
        ranked
    }

    /// The point whose scores have the highest mean, with that mean; the one tried first among equals.
    /// `None` if nothing was told.
    ///
    /// Where all scores of a point have a noise above zero, they count by its inverse.
    #[must_use]
    pub fn best_observed(&self) -> Option<(Point, f64)> {
        let means = self.history.means().into_iter();
        let best = means.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        Some((best.0.clone(), best.1))
    }

    /// What is expected of a point, told or not.
    ///
    /// After a single score the variance is a guess; from a few on it is that of the Gaussian process,
    /// whatever the method of the search.
    ///
    /// # Errors
    /// A point that is not of the space, and a search that was told nothing.
    pub fn posterior(&self, point: &[usize]) -> Result<Posterior, SurrogateError> {
        self.space.check(point)?;
        let model = self.model().ok_or(SurrogateError::NothingTold)?;
        Ok(model.posterior(point))
    }

    fn model(&self) -> Option<Model> {
        Model::of(&self.space, self.history.observations())
    }
}

/// A search as it is in a file.
#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    space: Space,
    method: Method,
    seed: u64,
    repeats: bool,
    asked: u64,
    history: History,
}

impl TryFrom<Saved> for Surrogate {
    type Error = SurrogateError;

    fn try_from(saved: Saved) -> Result<Self, SurrogateError> {
        let Saved { space, method, seed, repeats, asked, history } = saved;
        history.check(&space)?;
        Ok(Self { space, method, seed, repeats, asked, history })
    }
}

impl From<Surrogate> for Saved {
    fn from(search: Surrogate) -> Self {
        let Surrogate { space, method, seed, repeats, asked, history } = search;
        Self { space, method, seed, repeats, asked, history }
    }
}
