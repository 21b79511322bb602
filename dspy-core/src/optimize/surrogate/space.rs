//! What is searched: named dimensions with a number of choices each.

use std::collections::BTreeSet;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::SurrogateError;

/// One choice for every dimension of a [`Space`], by its index, in the order of the dimensions.
pub type Point = Vec<usize>;

/// One thing to choose, such as the instruction of one predictor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimension {
    name: String,
    choices: usize,
}

impl Dimension {
    /// Its name, as given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many choices there are, at least one; they are called `0..choices`.
    #[must_use]
    pub fn choices(&self) -> usize {
        self.choices
    }
}

/// A space of points, each a choice for every dimension; the choices of a dimension have no order.
///
/// A space without dimensions has one point, the empty one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Dimension>", into = "Vec<Dimension>")]
pub struct Space {
    dimensions: Vec<Dimension>,
}

impl Space {
    /// A space of these dimensions, each with the number of its choices.
    ///
    /// ```
    /// use dspy::optimize::surrogate::Space;
    ///
    /// let space = Space::new([("instruction", 6), ("demos", 3)])?;
    /// assert_eq!(space.size(), Some(18));
    /// let point = vec![5, 0];
    /// assert_eq!(space.named(&point).collect::<Vec<_>>(), [("instruction", 5), ("demos", 0)]);
    /// # Ok::<(), dspy::optimize::surrogate::SurrogateError>(())
    /// ```
    ///
    /// # Errors
    /// A dimension without a choice, and two of one name.
    pub fn new<N: Into<String>>(
        dimensions: impl IntoIterator<Item = (N, usize)>,
    ) -> Result<Self, SurrogateError> {
        let dimensions: Vec<_> = dimensions
            .into_iter()
            .map(|(name, choices)| Dimension { name: name.into(), choices })
            .collect();
        Self::try_from(dimensions)
    }

    /// The dimensions, in the order of a point's choices.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The number of points, or `None` if that is beyond a `usize`.
    #[must_use]
    pub fn size(&self) -> Option<usize> {
        self.choices().try_fold(1_usize, |size, choices| size.checked_mul(choices))
    }

    /// The choices of a point with the names of their dimensions.
    pub fn named<'a>(&'a self, point: &'a [usize]) -> impl Iterator<Item = (&'a str, usize)> {
        self.dimensions.iter().map(Dimension::name).zip(point.iter().copied())
    }

    /// Whether the point is one of this space.
    ///
    /// # Errors
    /// Too few or too many choices, or one that its dimension does not have.
    pub fn check(&self, point: &[usize]) -> Result<(), SurrogateError> {
        if point.len() != self.dimensions.len() {
            return Err(SurrogateError::Length {
                given: point.len(),
                dimensions: self.dimensions.len(),
            });
        }
        match self
            .dimensions
            .iter()
            .zip(point)
            .find(|(dimension, choice)| **choice >= dimension.choices)
        {
            None => Ok(()),
            Some((dimension, choice)) => Err(SurrogateError::Choice {
                dimension: dimension.name.clone(),
                choice: *choice,
                choices: dimension.choices,
            }),
        }
    }

    pub(super) fn choices(&self) -> impl Iterator<Item = usize> {
        self.dimensions.iter().map(|dimension| dimension.choices)
    }

    /// How many dimensions leave a choice.
    pub(super) fn open_dimensions(&self) -> usize {
        self.choices().filter(|choices| *choices > 1).count()
    }

    /// A point drawn with equal probability for each.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> Point {
        self.choices().map(|choices| rng.random_range(0..choices.max(1))).collect()
    }

    /// All points from this one on, in the order of an odometer, once around.
    pub(super) fn points_from(&self, start: Point) -> impl Iterator<Item = Point> {
        let mut next = Some(start.clone());
        std::iter::from_fn(move || {
            let point = next.take()?;
            let mut after = point.clone();
            for (place, choices) in after.iter_mut().zip(self.choices()) {
                *place += 1;
                if *place < choices {
                    break;
                }
                *place = 0;
            }
            next = Some(after).filter(|after| *after != start);
            Some(point)
        })
    }
}

impl TryFrom<Vec<Dimension>> for Space {
    type Error = SurrogateError;

    fn try_from(dimensions: Vec<Dimension>) -> Result<Self, SurrogateError> {
        let mut names = BTreeSet::new();
        for dimension in &dimensions {
            if dimension.choices == 0 {
                return Err(SurrogateError::NoChoice { dimension: dimension.name.clone() });
            }
            if !names.insert(dimension.name.as_str()) {
                return Err(SurrogateError::TwoOfAName { dimension: dimension.name.clone() });
            }
        }
        Ok(Self { dimensions })
    }
}

impl From<Space> for Vec<Dimension> {
    fn from(space: Space) -> Self {
        space.dimensions
    }
}
