use dspy::prelude::*;

signature!(pub Rag: "question -> type");

fn main() {}
