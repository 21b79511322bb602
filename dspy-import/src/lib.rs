//! Makes a Rust crate of a program that Python DSPy saved.
//!
//! A file of `program.save("x.json")` has no names, types or roles of fields; those come from
//! `scripts/dump_signatures.py`, run where the Python program is. [`generate`] makes of both a crate
//! with a type for each type, a signature for each task, a struct of the program's shape, and a
//! function that loads the file. What a program does between its predictors is for its author to write.
//!
//! ```
//! use serde_json::json;
//!
//! let task = json!({"name": "Qa", "instructions": "Answer.",
//!     "inputs": [{"name": "question", "schema": {"type": "string"}}],
//!     "outputs": [{"name": "answer", "schema": {"type": "string"}}]});
//! let dump = json!({"program": "Qa", "predictors": {"self": {"module": "Predict", "signature": task}}});
//! let file = json!({"self": {"signature": {"instructions": "Answer.", "fields": []}}});
//! let skeleton = dspy_import::generate(&file, &serde_json::from_value(dump).unwrap(), "0.1")?;
//! assert!(skeleton.text("src/program.rs").unwrap().contains("Predict<Qa>"));
//! # Ok::<(), dspy_import::ImportError>(())
//! ```

#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod dump;
mod names;
mod parts;
mod program;
mod signatures;
mod skeleton;
mod types;

pub use dump::{Agent, Dump, DumpedField, DumpedPredictor, DumpedSignature, DumpedTool};
pub use skeleton::{ImportError, Skeleton, generate};
