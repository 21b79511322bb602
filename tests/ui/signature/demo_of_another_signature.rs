use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Signature)]
struct Triage {
    #[input]
    mail: String,
    #[output]
    urgent: bool,
}

fn taught() -> Predict<Qa> {
    let demo = Triage { mail: "Help!".into(), urgent: true };
    Predict::<Qa>::new().with_demos([demo])
}

fn main() {}
