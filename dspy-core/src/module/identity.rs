//! What makes two programs the same program.

use serde_json::{Value, json};

use super::{Leaf, Parameters, Path};
use crate::canonical;

/// The program's identity: a hash of its paths, tasks and parameters, as 64 hexadecimal digits.
///
/// The same type with the same parameters has the same identity in every process.
pub fn identity<P: Parameters + ?Sized>(program: &P) -> String {
    let mut leaves = Vec::new();
    program.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
        let parameters: Vec<Value> = leaf
            .parameters()
            .into_iter()
            .map(|(kind, value)| json!({"kind": kind, "value": value}))
            .collect();
        leaves.push(json!({
            "path": path.as_str(),
            "shape": leaf.shape(),
            "parameters": parameters,
        }));
    });
    canonical::hash(&Value::Array(leaves))
}
