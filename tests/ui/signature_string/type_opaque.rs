use dspy::prelude::*;

struct Verdict;

signature!(pub Rag: "question -> answer: Verdict");

fn main() {}
