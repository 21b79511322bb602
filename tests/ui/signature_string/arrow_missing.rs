use dspy::prelude::*;

signature!(pub Rag: "question, answer: float");

fn main() {}
