use dspy::prelude::*;

signature!(pub Rag: ": str -> answer");

fn main() {}
