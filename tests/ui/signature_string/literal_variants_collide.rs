use dspy::prelude::*;

signature!(pub Rag: "text -> language: Literal['C', 'C++']");

fn main() {}
