//! What a program does, as spans: `cargo run --features otel --example telemetry`.
//!
//! Without a collector it prints them. With one, they go there:
//! `OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 cargo run --features otel --example telemetry`.
//! Offline, the model is a script; `DSPY_LM=openai/gpt-4o-mini` asks a real one.

use dspy::evaluate::Evaluate;
use dspy::lm::{Lm, Request, Scripted};
use dspy::prelude::*;
use dspy::retrieve::{Bm25Index, Passage, Retrieve};

/// Answer the question about the recipe.
#[derive(Signature, Clone)]
struct Ask {
    #[input]
    question: String,
    #[input]
    recipe: Vec<String>,
    /// The number alone.
    #[output]
    answer: f64,
}

/// Adds numbers.
#[tool]
fn add(numbers: Vec<f64>) -> f64 {
    numbers.iter().sum()
}

/// Answers questions about a recipe.
#[derive(Clone)]
struct Cook {
    search: Retrieve,
    agent: ReAct<Ask>,
}

#[module]
impl Cook {
    async fn forward(&self, question: String) -> dspy::Result<f64> {
        let found = self.search.call(&*question).await?.into_output();
        let recipe = found.into_iter().map(|passage| passage.text).collect();
        Ok(self.agent.call(AskInput { question, recipe }).await?.output.answer)
    }
}

/// A question with its answer.
#[derive(Signature)]
struct Known {
    #[input]
    question: String,
    #[output]
    answer: f64,
}

impl From<KnownInput> for CookInput {
    fn from(KnownInput { question }: KnownInput) -> Self {
        Self { question }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let telemetry = match std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT") {
        Some(_) => Some(dspy::otel::init()?),
        None => {
            printed::listen()?;
            None
        }
    };
    let lm = match std::env::var("DSPY_LM") {
        Ok(_) => Lm::from_env()?,
        Err(_) => Scripted::with(cook).with_name("openai/script").lm(),
    };
    // What is asked and answered stays here. `lm.with_traced_content(true)` would send it.
    let recipe = ["2 cups of flour", "1 cup of sugar", "3 eggs"];
    let search = Retrieve::new(Bm25Index::new(Passage::numbered(recipe))?, 2)?;
    let program = Cook { search, agent: ReAct::new([add_tool()])?.with_lm(&lm) };

    let rows: Vec<Known> = ["How many cups are there?", "How many eggs?"]
        .map(|question| Known { question: question.to_owned(), answer: 3.0 })
        .into();
    let result = Evaluate::new(rows)
        .concurrency(1)
        .run(&program, |row: &Known, answer: &f64| row.answer == *answer)
        .await?;
    println!("{result}");
    if let Some(telemetry) = telemetry {
        telemetry.shutdown_async().await?;
    }
    Ok(())
}

/// Adds 2 and 1 once, then answers.
fn cook(request: &Request, _: usize) -> String {
    let text = |place: Option<&std::sync::Arc<dspy::lm::Message>>| {
        place.map(|message| message.text()).unwrap_or_default()
    };
    let (system, question) = (text(request.messages.first()), text(request.messages.last()));
    if !system.contains("next_tool_name") {
        return "[[ ## reasoning ## ]]\n2 + 1 = 3\n\n[[ ## answer ## ]]\n3\n\n\
                [[ ## completed ## ]]"
            .to_owned();
    }
    let is_added = question.contains("3.0");
    let (tool, arguments) =
        if is_added { ("finish", "{}") } else { ("add", r#"{"numbers": [2, 1]}"#) };
    format!(
        "[[ ## next_thought ## ]]\nI add.\n\n[[ ## next_tool_name ## ]]\n{tool}\n\n\
         [[ ## next_tool_args ## ]]\n{arguments}\n\n[[ ## completed ## ]]"
    )
}

/// Prints each span when it has ended, below what it is in.
mod printed {
    use std::fmt;
    use std::time::Instant;

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::subscriber::SetGlobalDefaultError;
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
    use tracing_subscriber::registry::{LookupSpan, Registry};

    pub(crate) fn listen() -> Result<(), SetGlobalDefaultError> {
        tracing::subscriber::set_global_default(Registry::default().with(Printer))
    }

    struct Printer;

    struct Printed {
        began: Instant,
        name: String,
        lines: Vec<String>,
    }

    impl Visit for Printed {
        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            if field.name() == "otel.name" {
                self.name = format!("{value:?}");
            }
        }
    }

    impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Printer {
        fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
            let Some(span) = context.span(id) else { return };
            let name = span.name().to_owned();
            let mut printed = Printed { began: Instant::now(), name, lines: Vec::new() };
            attributes.record(&mut printed);
            span.extensions_mut().insert(printed);
        }

        fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
            let Some(span) = context.span(id) else { return };
            if let Some(printed) = span.extensions_mut().get_mut::<Printed>() {
                values.record(printed);
            }
        }

        fn on_close(&self, id: Id, context: Context<'_, S>) {
            let Some(span) = context.span(&id) else { return };
            let Some(printed) = span.extensions_mut().remove::<Printed>() else { return };
            let line = format!("{} ({:.1?})", printed.name, printed.began.elapsed());
            let lines = std::iter::once(line)
                .chain(printed.lines.into_iter().map(|line| format!("  {line}")));
            let around = span.parent();
            match around.as_ref().map(|around| around.extensions_mut()) {
                Some(mut around) => {
                    if let Some(around) = around.get_mut::<Printed>() {
                        around.lines.extend(lines);
                    }
                }
                None => lines.for_each(|line| println!("{line}")),
            }
        }
    }
}
