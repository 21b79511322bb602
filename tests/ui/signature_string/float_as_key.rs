use dspy::prelude::*;

signature!(pub Rag: "scores: dict[float, str] -> answer");

fn main() {}
