use dspy::prelude::*;

signature!(pub Rag: "passages: Vec[str] -> answer");

fn main() {}
