//! A chat that remembers what was said, and whose answers are shown while they are written:
//! `cargo run --example chat_history_streaming`.
//!
//! The model here is no language model but a few rules that read the messages any model would get.
//! `DSPY_LM=openai/gpt-4o-mini cargo run --example chat_history_streaming` asks a real one.

use std::io::Write;
use std::time::Duration;

use dspy::History;
use dspy::lm::{Lm, Request, Role, Scripted};
use dspy::prelude::*;

/// Answer the message, in one or two sentences, and remember what was said before.
#[derive(Signature)]
struct Chat {
    #[input]
    history: History,
    #[input]
    message: String,
    #[output]
    reply: String,
}

/// A chat, with a word on what it does.
#[derive(Clone, Default)]
struct Companion {
    chat: Predict<Chat>,
}

#[module]
impl Companion {
    async fn forward(&self, history: History, message: String) -> dspy::Result<String> {
        self.status(format!("{} turns so far", history.turns.len())).await;
        let out = self.chat.call(ChatInput { history, message }).await?;
        Ok(out.into_output().reply)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> dspy::Result<()> {
    let mut companion = Companion::default();
    companion.set_lm(&match std::env::var("DSPY_LM") {
        Ok(_) => Lm::from_env()?,
        Err(_) => Scripted::with(rules).with_pieces(6).lm(),
    });
    let mut history = History::new();
    for message in ["My name is Ada.", "Which river runs through Cairo?", "What was my name?"] {
        println!("you:  {message}");
        let input = CompanionInput { history: history.clone(), message: message.into() };
        // What is written is shown at once; an answer that rambles is cut short.
        let mut chunks = companion
            .stream(input)
            .stop_when(|answer| {
                (answer.text("reply").len() > 2_000).then(|| "the reply is too long".to_owned())
            })
            .text("chat", "reply");
        print!("chat: ");
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            if chunk.restarts {
                print!("\n      (again) ");
            }
            print!("{chunk}");
            std::io::stdout().flush().user()?;
            // So that a person sees that it comes in pieces; real models take longer.
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
        let prediction = chunks.finish().await?;
        println!("  ({} call)", prediction.usage().calls);
        let (message, reply) = (message.to_owned(), prediction.into_output());
        let input = ChatInput { history: History::new(), message };
        history.add(&input, &ChatOutput { reply })?;
    }
    assert_eq!(history.turns.len(), 3);
    Ok(())
}

/// Greets whoever says a name, knows one river, and looks names up in what was said before.
fn rules(request: &Request, _: usize) -> String {
    let said: Vec<String> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::User)
        .map(|message| message.text())
        .collect();
    let name = said.iter().rev().find_map(|text| {
        let (_, after) = text.split_once("My name is ")?;
        after.split('.').next()
    });
    let last = said.last().map(String::as_str).unwrap_or_default();
    let reply = match name {
        _ if last.contains("Cairo") => "The Nile runs through Cairo, on its way north.".to_owned(),
        Some(name) if last.contains("What was my name") => format!("You said that it is {name}."),
        Some(name) => format!("Hello, {name}! What would you like to know?"),
        None => "You have not told me yet.".to_owned(),
    };
    format!("[[ ## reply ## ]]\n{reply}\n\n[[ ## completed ## ]]")
}
