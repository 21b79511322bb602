//! What the macros and the runtime of the `dspy` crate read alike, so that a mistake is told in the
//! same words by the compiler and by a running program.
//!
//! Depend on `dspy`; this crate has no stable interface of its own.

#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod builtin;
mod fault;
mod formats;
mod lexer;
mod likeness;
mod name;
mod parser;
mod pattern;
mod task;
mod types;
mod variant;

pub use builtin::meant_type;
pub use fault::Fault;
pub use formats::FORMATS;
pub use likeness::{likeness, nearest};
pub use name::{check_wire_name, is_keyword};
pub use pattern::{PatternError, check_pattern};
pub use task::{Parsed, Task, TaskField, parse, parse_field, parse_type};
pub use types::{List, Map, Scalar, Segment, Set, Text, Type, TypeKind, literal_name};
pub use variant::variants;
