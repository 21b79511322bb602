use dspy::prelude::*;

signature!(pub Rag: "question -> answer: Box<dyn Display>");

fn main() {}
