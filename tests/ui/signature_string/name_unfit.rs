use dspy::prelude::*;

signature!(pub Rag: "my-question -> answer");

fn main() {}
