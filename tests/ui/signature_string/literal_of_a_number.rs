use dspy::prelude::*;

signature!(pub Rag: "text -> stars: Literal['1', 2]");

fn main() {}
