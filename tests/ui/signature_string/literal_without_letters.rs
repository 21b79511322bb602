use dspy::prelude::*;

signature!(pub Rag: "text -> sign: Literal['+', 'minus']");

fn main() {}
