use dspy::prelude::*;

signature!(pub Rag: "question -> completed: bool");

fn main() {}
