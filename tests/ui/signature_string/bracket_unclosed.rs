use dspy::prelude::*;

signature!(pub Rag: "scores: dict[str, list[float] -> answer");

fn main() {}
