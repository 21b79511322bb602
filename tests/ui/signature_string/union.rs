use dspy::prelude::*;

signature!(pub Rag: "question -> answer: int | str");

fn main() {}
