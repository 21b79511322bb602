use dspy::prelude::*;

signature!(#[derive(PartialEq)] pub Rag: "question -> answer");

fn main() {}
