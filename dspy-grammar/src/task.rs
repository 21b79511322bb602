//! A signature as its text spells it: `context: list[str], question -> answer: float`.

use std::ops::Range;

use crate::fault::Fault;
use crate::parser::Parser;
use crate::types::Type;

/// A signature: what goes in and what comes out, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    /// The fields before `->`.
    pub inputs: Vec<TaskField>,
    /// The fields after `->`.
    pub outputs: Vec<TaskField>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskField {
    /// The name, without the `r#` that a word of Rust needs.
    pub name: String,
    /// The name's bytes in the text.
    pub span: Range<usize>,
    /// The type; text where none is written.
    pub ty: Type,
}

/// What was read from a text, as far as it could be, and all that is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<T> {
    /// What was read. With faults it is only good for going on.
    pub value: T,
    /// The mistakes, in the order of the text.
    pub faults: Vec<Fault>,
}

/// Reads a signature: fields between commas, inputs before `->`, outputs after it. A field is a
/// name, or a name, `:` and a type.
pub fn parse(text: &str) -> Parsed<Task> {
    let mut parser = Parser::new(text);
    let value = parser.task();
    Parsed { value, faults: parser.into_faults() }
}

/// Reads one field: a name, or a name, `:` and a type.
pub fn parse_field(text: &str) -> Parsed<Option<TaskField>> {
    let mut parser = Parser::new(text);
    let value = parser.only_field();
    Parsed { value, faults: parser.into_faults() }
}

/// Reads one type.
pub fn parse_type(text: &str) -> Parsed<Option<Type>> {
    let mut parser = Parser::new(text);
    let value = parser.only_type();
    Parsed { value, faults: parser.into_faults() }
}
