use dspy::prelude::*;

signature!(pub Rag: "question, limit: int = 3 -> answer");

fn main() {}
