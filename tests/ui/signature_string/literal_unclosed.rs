use dspy::prelude::*;

signature!(pub Rag: "text -> verdict: Literal['yes, no]");

fn main() {}
