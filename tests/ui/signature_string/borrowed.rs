use dspy::prelude::*;

signature!(pub Rag: "question: &str -> answer");

fn main() {}
