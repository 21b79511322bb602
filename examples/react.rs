//! An agent with two tools, offline: `cargo run --example react`.
//!
//! The model here is no language model but forty lines of rules that read the prompt any model would
//! get. `DSPY_LM=openai/gpt-4o-mini cargo run --example react` asks a real one.

use std::collections::BTreeMap;

use dspy::lm::{LanguageModel, Lm, LmError, Request, Response};
use dspy::prelude::*;

/// Answer the question about cities.
#[derive(Signature)]
struct Ask {
    #[input]
    question: String,
    /// The number alone.
    #[output]
    answer: f64,
}

/// Tells how many people live in a city.
///
/// # Arguments
/// - `city` - its name in English
#[tool]
async fn population(city: &str) -> Result<u64, String> {
    let known = BTreeMap::from([("Bergen", 291_940), ("Oslo", 717_710), ("Tromsø", 78_745)]);
    known.get(city).copied().ok_or_else(|| format!("no city `{city}` is known here"))
}

/// Adds numbers.
#[tool]
fn add(numbers: Vec<f64>) -> f64 {
    numbers.iter().sum()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> dspy::Result<()> {
    let lm = match std::env::var("DSPY_LM") {
        Ok(_) => Lm::from_env()?,
        Err(_) => Lm::from_model(Rules),
    };
    let agent = ReAct::<Ask>::new([population_tool(), add_tool()])?.with_lm(&lm);
    let out = agent.call("How many people live in Oslo, Bergen and Atlantis together?").await?;
    for (number, step) in out.trajectory.steps.iter().enumerate() {
        println!("{}. {}", number + 1, step.thought);
        for call in &step.calls {
            println!("   {}({}) -> {}", call.name, call.args, call.outcome.text());
        }
    }
    println!("=> {} ({:?}, {} calls)", out.answer, out.trajectory.finish, out.usage().calls);
    Ok(())
}

/// Looks up every word with a capital letter, adds what it found, and says so.
struct Rules;

impl LanguageModel for Rules {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let prompt = request.messages.last().map(|message| message.text()).unwrap_or_default();
        let question = section(&prompt, "question");
        let steps = section(&prompt, "trajectory");
        let observed = |tool: &str| -> Vec<&str> {
            let marker = format!("  tool: {tool}\n");
            let of_tool = steps.split(&marker).skip(1);
            of_tool.filter_map(|call| call.split("observation: ").nth(1)?.lines().next()).collect()
        };
        let words = question.split(|c: char| !c.is_alphanumeric()).skip(1);
        let cities = words.filter(|word| word.chars().next().is_some_and(char::is_uppercase));
        let unseen = cities.into_iter().find(|city| !steps.contains(&format!("\"{city}\"")));
        let (sum, found) = (observed("add"), observed("population"));
        let answer = if prompt.contains("[[ ## reasoning ## ]]") {
            let sum = sum.first().copied().unwrap_or("0");
            format!(
                "[[ ## reasoning ## ]]\nThe sum of what was found.\n\n[[ ## answer ## ]]\n{sum}\n\n"
            )
        } else if let Some(city) = unseen {
            let args = format!("{{\"city\": \"{city}\"}}");
            step(&format!("How many live in {city}?"), "population", &args)
        } else if sum.is_empty() {
            let args = format!("{{\"numbers\": [{}]}}", found.join(", "));
            step("I have what there is to find; now the sum.", "add", &args)
        } else {
            step("I know the sum.", "finish", "{}")
        };
        let mut response = Response::text(answer + "[[ ## completed ## ]]");
        response.usage.calls = 1;
        Ok(response)
    }

    fn name(&self) -> &str {
        "rules"
    }
}

fn section<'t>(prompt: &'t str, name: &str) -> &'t str {
    let header = format!("[[ ## {name} ## ]]\n");
    let after = prompt.split_once(&header).map_or("", |(_, after)| after);
    after.split("\n\n[[ ##").next().unwrap_or(after)
}

fn step(thought: &str, tool: &str, args: &str) -> String {
    format!(
        "[[ ## next_thought ## ]]\n{thought}\n\n[[ ## next_tool_name ## ]]\n{tool}\n\n\
         [[ ## next_tool_args ## ]]\n{args}\n\n"
    )
}
