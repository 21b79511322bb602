use dspy::prelude::*;

signature!(pub Rag: "question, context -> question");

fn main() {}
