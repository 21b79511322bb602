use dspy::prelude::*;

signature!(pub Rag: "question ->");

fn main() {}
