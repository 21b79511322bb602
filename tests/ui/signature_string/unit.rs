use dspy::prelude::*;

signature!(pub Rag: "question: () -> answer");

fn main() {}
