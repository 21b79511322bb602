use dspy::prelude::*;

signature!(pub Rag: "question -> answer: Ruling");

fn main() {}
