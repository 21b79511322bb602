//! [`Similarity`]: what it means that two vectors are near.

use serde::{Deserialize, Serialize};

use super::matrix::dot;

/// How vectors are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Similarity {
    /// By the angle between them, whatever their lengths: from -1 to 1. What most embedding models
    /// are made for.
    #[default]
    Cosine,
    /// By their inner product, in which length counts.
    Dot,
}

impl Similarity {
    /// The vector whose inner products are the similarities.
    pub(super) fn prepared(self, mut vector: Vec<f32>) -> Vec<f32> {
        if self == Self::Cosine {
            let length = dot(&vector, &vector).sqrt();
            if length > 0.0 {
                vector.iter_mut().for_each(|x| *x /= length);
            }
        }
        vector
    }
}
