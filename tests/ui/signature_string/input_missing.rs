use dspy::prelude::*;

signature!(pub Rag: "-> answer");

fn main() {}
