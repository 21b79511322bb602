//! A program with all kinds of parts, and a model for it.

use dspy::lm::{Lm, Request, Scripted};
use dspy::prelude::*;
use dspy::retrieve::{Bm25Index, Passage, Retrieve};

/// What nobody else should read: it is in questions, answers, and what tools are given.
pub(crate) const SECRET: &str = "swordfish";

/// Answer the question.
#[derive(Signature, Clone)]
pub(crate) struct Qa {
    #[input]
    pub(crate) question: String,
    #[output]
    pub(crate) answer: String,
}

#[derive(Clone)]
pub(crate) struct Support {
    pub(crate) search: Retrieve,
    pub(crate) agent: ReAct<Qa>,
    pub(crate) check: Check,
}

#[derive(Clone)]
pub(crate) struct Check {
    pub(crate) judge: Predict<Qa>,
}

#[module]
impl Check {
    pub async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.judge.call(question).await?.into_output().answer)
    }
}

#[module]
impl Support {
    pub async fn forward(&self, question: String) -> dspy::Result<String> {
        self.search.call(&*question).await?;
        let answer = self.agent.call(question).await?.into_output();
        Ok(self.check.call(answer.output.answer).await?.into_output())
    }
}

pub(crate) fn support(lm: &Lm) -> Support {
    let index = Bm25Index::new(Passage::numbered(["one cup", "two cups"])).unwrap();
    let lookup = Tool::new("lookup", "Looks a key up.", |key: String| async move {
        if key.is_empty() { Err("no key") } else { Ok(format!("found {SECRET}")) }
    });
    Support {
        search: Retrieve::new(index, 1).unwrap(),
        agent: ReAct::new([lookup]).unwrap().with_lm(lm),
        check: Check { judge: Predict::new().with_lm(lm.clone()) },
    }
}

/// Looks one thing up where it has tools, and answers with the secret.
pub(crate) fn model() -> Scripted {
    Scripted::with(|request: &Request, _| {
        let system = request.messages.first().map(|it| it.text()).unwrap_or_default();
        let question = request.messages.last().map(|it| it.text()).unwrap_or_default();
        let reasoning =
            if system.contains("reasoning") { "[[ ## reasoning ## ]]\nAs found.\n\n" } else { "" };
        let step = |tool: &str, arguments: &str| {
            format!(
                "[[ ## next_thought ## ]]\nI try.\n\n[[ ## next_tool_name ## ]]\n{tool}\n\n\
                 [[ ## next_tool_args ## ]]\n{arguments}\n\n[[ ## completed ## ]]"
            )
        };
        if !system.contains("next_tool_name") {
            return format!(
                "{reasoning}[[ ## answer ## ]]\nParis {SECRET}\n\n[[ ## completed ## ]]"
            );
        }
        match question.contains("found") {
            true => step("finish", "{}"),
            false => step("lookup", &format!("{{\"input\": \"{SECRET}\"}}")),
        }
    })
    .with_name("openai/gpt-test")
}
