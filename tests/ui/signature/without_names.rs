use dspy::prelude::*;

#[derive(Signature)]
struct Qa(String, String);

fn main() {}
