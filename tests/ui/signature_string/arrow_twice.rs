use dspy::prelude::*;

signature!(pub Rag: "question -> draft -> answer");

fn main() {}
