use dspy::prelude::*;

signature!(pub Rag: "context: Vec<String> question -> answer");

fn main() {}
