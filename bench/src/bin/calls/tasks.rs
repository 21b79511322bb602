//! The tasks that are called, and what the model answers to each.

use dspy::prelude::*;

/// Answer the question from the context.
#[derive(Signature, Clone)]
pub(super) struct Grounded {
    /// What is known.
    #[input]
    context: String,
    #[input]
    question: String,
    #[output]
    answer: String,
    /// The sentence of the context that says so.
    #[output]
    evidence: String,
}

pub(super) const GROUNDED: &str = "[[ ## answer ## ]]\nThe lid.\n\n[[ ## evidence ## ]]\nHer lid \
    does not close since Tuesday.\n\n[[ ## completed ## ]]\n";

impl Grounded {
    pub(super) fn input() -> GroundedInput {
        GroundedInput {
            context: "The kettle came in a box that was open. Her lid does not close since \
                      Tuesday."
                .to_owned(),
            question: "Which part is broken?".to_owned(),
        }
    }

    /// A demonstration like the call itself.
    pub(super) fn demo(index: usize) -> Self {
        Self {
            context: format!("Order {index} came late. The hinge of its door is bent."),
            question: "Which part is broken?".to_owned(),
            answer: "The hinge.".to_owned(),
            evidence: "The hinge of its door is bent.".to_owned(),
        }
    }
}

/// Answer the question.
#[derive(Signature, Clone)]
pub(super) struct Qa {
    #[input]
    question: String,
    #[output]
    pub(super) answer: String,
}

pub(super) const QA: &str = "[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]\n";

pub(super) const REASONED: &str = "[[ ## reasoning ## ]]\nFrance has had its seat of government in \
    Paris for centuries.\n\n[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]\n";

/// Judge the mail.
#[derive(Signature, Clone)]
pub(super) struct Judge {
    #[input]
    sender: String,
    #[input]
    mail: String,
    #[output]
    pub(super) kind: Kind,
    /// Between 0 and 1.
    #[output(ge = 0.0, le = 1.0)]
    pub(super) confidence: f64,
}

#[dspy::data]
#[derive(Copy, PartialEq)]
pub(super) enum Kind {
    Billing,
    Delivery,
    Defect,
}

pub(super) const JUDGE: &str =
    "[[ ## kind ## ]]\nDefect\n\n[[ ## confidence ## ]]\n0.92\n\n[[ ## completed ## ]]\n";

impl Judge {
    pub(super) fn input() -> JudgeInput {
        JudgeInput {
            sender: "ada@example.com".to_owned(),
            mail: "The kettle came in a box that was open. Its lid does not close.".to_owned(),
        }
    }
}
