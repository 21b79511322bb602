use dspy::prelude::*;

signature!(pub Rag: "passages: list<str> -> answer");

fn main() {}
