use dspy::prelude::*;

signature!(pub Rag: "question -> answer", instruction = "Be brief.");

fn main() {}
