//! A data set, or a part of one, shared without copying.

use std::sync::Arc;

use rand::seq::SliceRandom;

/// Rows behind shared pointers: all of a data set, or some of it in some order. Cloning is cheap.
///
/// ```
/// use dspy::row::Rows;
///
/// let rows = Rows::from(vec!["a", "b", "c"]);
/// let part = rows.pick([2, 0]);
/// assert_eq!(part.iter().copied().collect::<Vec<_>>(), ["c", "a"]);
/// ```
#[derive(Debug)]
pub struct Rows<R> {
    all: Arc<[R]>,
    picked: Option<Arc<[usize]>>,
}

impl<R> Rows<R> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.picked.as_ref().map_or(self.all.len(), |picked| picked.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at this place.
    pub fn get(&self, index: usize) -> Option<&R> {
        match &self.picked {
            Some(picked) => self.all.get(*picked.get(index)?),
            None => self.all.get(index),
        }
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = &R> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The rows at these places, in this order; places that do not exist are left out.
    #[must_use]
    pub fn pick(&self, places: impl IntoIterator<Item = usize>) -> Self {
        let places = places.into_iter().filter(|place| *place < self.len());
        let picked = match &self.picked {
            Some(picked) => places.filter_map(|place| picked.get(place).copied()).collect(),
            None => places.collect(),
        };
        Self { all: Arc::clone(&self.all), picked: Some(picked) }
    }

    /// All rows in another order; the same seed gives the same order.
    ///
    /// ```
    /// use dspy::row::Rows;
    ///
    /// let rows = Rows::from((0..100).collect::<Vec<u32>>());
    /// let shuffled = rows.shuffled(7);
    /// assert_ne!(shuffled.iter().collect::<Vec<_>>(), rows.iter().collect::<Vec<_>>());
    /// assert_eq!(shuffled.iter().sum::<u32>(), rows.iter().sum::<u32>());
    /// ```
    #[must_use]
    pub fn shuffled(&self, seed: u64) -> Self {
        self.sample(self.len(), seed)
    }

    /// So many rows, drawn without putting back, or all where there are fewer. The same seed gives the
    /// same rows, and a larger sample begins with a smaller one's.
    #[must_use]
    pub fn sample(&self, count: usize, seed: u64) -> Self {
        let mut places: Vec<usize> = (0..self.len()).collect();
        places.shuffle(&mut crate::seed::rng(seed, "sample", 0));
        self.pick(places.into_iter().take(count))
    }
}

impl<R> Clone for Rows<R> {
    fn clone(&self) -> Self {
        Self { all: Arc::clone(&self.all), picked: self.picked.clone() }
    }
}

impl<R> From<Vec<R>> for Rows<R> {
    fn from(rows: Vec<R>) -> Self {
        Self { all: rows.into(), picked: None }
    }
}

impl<R: Clone> From<&[R]> for Rows<R> {
    fn from(rows: &[R]) -> Self {
        Self { all: rows.into(), picked: None }
    }
}

impl<R: Clone> From<&Vec<R>> for Rows<R> {
    fn from(rows: &Vec<R>) -> Self {
        rows.as_slice().into()
    }
}

impl<R> From<&Rows<R>> for Rows<R> {
    fn from(rows: &Self) -> Self {
        rows.clone()
    }
}
