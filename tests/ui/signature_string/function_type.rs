use dspy::prelude::*;

signature!(pub Rag: "question, rate: fn(f32) -> f32 -> answer");

fn main() {}
