use dspy::prelude::*;

signature!(pub Rag<T>: "question -> answer");

fn main() {}
