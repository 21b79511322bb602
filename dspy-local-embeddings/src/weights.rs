//! [`Weights`]: the vectors of all tokens.

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

/// What the tensor of the vectors is called, by the tools that write it.
const NAMES: [&str; 3] = ["embeddings", "embedding.weight", "0"];

#[derive(Debug)]
pub(super) struct Weights {
    numbers: Vec<f32>,
    width: usize,
    /// How much each token counts, where the model says so.
    shares: Option<Vec<f32>>,
    /// The row of each token, where several share one.
    rows: Option<Vec<usize>>,
}

impl Weights {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let file = SafeTensors::deserialize(bytes)
            .map_err(|error| format!("it is no safetensors file: {error}"))?;
        let found = NAMES.iter().find_map(|name| file.tensor(name).ok());
        let Some(table) = found else {
            let names: Vec<&str> = file.names();
            return Err(format!(
                "it has no tensor `{}`; it has: {}",
                NAMES.join("` or `"),
                names.join(", ")
            ));
        };
        let [_, width] = table.shape() else {
            let shape = table.shape();
            return Err(format!("the vectors are no table of rows and columns but {shape:?}"));
        };
        if *width == 0 {
            return Err("the vectors have no numbers".to_owned());
        }
        let weights = Self {
            width: *width,
            numbers: numbers(&table)?,
            shares: file.tensor("weights").ok().map(|tensor| numbers(&tensor)).transpose()?,
            rows: file.tensor("mapping").ok().map(|tensor| places(&tensor)).transpose()?,
        };
        if !weights.numbers.iter().chain(weights.shares.iter().flatten()).all(|x| x.is_finite()) {
            return Err("it holds numbers that are infinite or none".to_owned());
        }
        Ok(weights)
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// A token's vector and how much it counts; `None` for one without a vector.
    pub(super) fn of(&self, token: u32) -> Option<(&[f32], f32)> {
        let token = token as usize;
        let row = match &self.rows {
            Some(rows) => *rows.get(token)?,
            None => token,
        };
        let start = row.checked_mul(self.width)?;
        let vector = self.numbers.get(start..start.checked_add(self.width)?)?;
        let share = match &self.shares {
            Some(shares) => *shares.get(token)?,
            None => 1.0,
        };
        Some((vector, share))
    }
}

fn numbers(tensor: &TensorView<'_>) -> Result<Vec<f32>, String> {
    let data = tensor.data();
    Ok(match tensor.dtype() {
        Dtype::F64 => data.as_chunks().0.iter().map(|it| f64::from_le_bytes(*it) as f32).collect(),
        Dtype::F32 => data.as_chunks().0.iter().map(|it| f32::from_le_bytes(*it)).collect(),
        Dtype::F16 => {
            data.as_chunks().0.iter().map(|it| of_half(u16::from_le_bytes(*it))).collect()
        }
        other => {
            return Err(format!("numbers of the type {other:?} are not read; save them as F32"));
        }
    })
}

fn places(tensor: &TensorView<'_>) -> Result<Vec<usize>, String> {
    let data = tensor.data();
    let read: Vec<i64> = match tensor.dtype() {
        Dtype::I64 => data.as_chunks().0.iter().map(|it| i64::from_le_bytes(*it)).collect(),
        Dtype::I32 => {
            data.as_chunks().0.iter().map(|it| i64::from(i32::from_le_bytes(*it))).collect()
        }
        other => {
            return Err(format!("a mapping of the type {other:?} is not read; save it as I64"));
        }
    };
    let place = |row: i64| usize::try_from(row).map_err(|_| format!("the mapping names row {row}"));
    read.into_iter().map(place).collect()
}

/// A number of 16 bits: a sign, 5 bits of exponent, 10 of fraction.
fn of_half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f32::from(bits & 0x3ff) / 1024.0;
    sign * match exponent {
        0 => fraction * 2.0_f32.powi(-14),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1.0 + fraction) * 2.0_f32.powi(exponent - 15),
    }
}
