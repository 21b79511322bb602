use dspy::prelude::*;

signature!(pub Rag: "text -> verdict: Literal[]");

fn main() {}
