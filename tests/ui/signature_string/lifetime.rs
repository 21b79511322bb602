use dspy::prelude::*;

signature!(pub Rag: "question: Cow<'static, str> -> answer");

fn main() {}
