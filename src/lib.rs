//! Program language models instead of prompting them.
//!
//! Declare *what* a model has to do as a typed struct (a [signature](macro@Signature)), compose
//! calls in plain Rust (a [module](macro@module)), say how good an answer is (a
//! [metric](metric::Metric)), and let an [optimizer](optimize::Optimizer) find the prompt that
//! scores best.
//!
//! | To do this | use |
//! |---|---|
//! | declare a task | [`#[derive(Signature)]`](macro@Signature), [`signature!`](macro@signature) from a text, [`#[data]`](macro@data) for types of fields |
//! | make a task at run time | [`SignatureSchema::parse`], [`SignatureSchema::from_json`], [`Predictor`] |
//! | build a task at run time | [`SignatureSchema::parse`], [`Predictor`] |
//! | call a model | [`Predict`], [`ChainOfThought`] |
//! | call it several times for one answer | [`BestOfN`], [`Refine`], [`predict::Ensemble`], [`predict::SampledComparison`] |
//! | call it for many inputs | [`Module::batch`](module::Module::batch) |
//! | choose how to ask | [`adapter`]: chat, JSON, XML, two steps, or your own |
//! | show answers while they are written | [`Module::stream`](module::Module::stream) |
//! | write a program | [`#[module]`](macro@module), [`#[derive(Parameters)]`](macro@Parameters) |
//! | hold answers to rules | `#[assert]` and `#[check]` of a [signature](macro@Signature), [`assert_that!`], [`suggest!`] |
//! | call without async | [`Module::call_blocking`](module::Module::call_blocking), [`blocking`] |
//! | give images, sounds, files; get code, citations, decisions with probabilities; add a type | [`mod@form`] |
//! | act by tools | [`ReAct`], [`#[tool]`](macro@tool), [`Tool`] |
//! | look things up | [`retrieve`]: by words, by vectors, by both; [`retrieve::Retrieve`] in a program |
//! | choose a model | [`Lm::new`](lm::Lm::new), [`configure`], [`OpenAi::builder`](lm::OpenAi::builder) |
//! | choose how prompts and answers look | [`adapter::ChatAdapter`], [`adapter::JsonAdapter`], [`adapter::XmlAdapter`], [`adapter::TwoStepAdapter`] |
//! | read data | [`row::RowReader`], [`row::read_csv`], [`row::stratified_split`] |
//! | measure | [`Evaluate`], [`evaluate::compare`], [`metric`], [`judge`] |
//! | let CI decide | [`quality::QualityGate`] |
//! | optimize | [`optimize::LabeledFewShot`], [`optimize::BootstrapFewShot`], [`optimize::BootstrapFewShotWithRandomSearch`] |
//! | save, load, compare programs | [`Module::save`](module::Module::save), [`Module::load`](module::Module::load), [`module::diff`](module::diff()) |
//! | look at prompts and calls | [`Predict::explain`], [`Call::record`](module::Call::record), [`Lm::inspect_history`](lm::Lm::inspect_history) |
//! | not pay twice | `lm::Cache` (feature `cache`), [`Call::cache`](module::Call::cache) |
//! | test without a model | [`lm::Scripted`], [`lm::Record`], [`lm::Replay`] |
//!
//! ```
//! use dspy::prelude::*;
//!
//! /// Classify a historic event.
//! #[derive(Signature)]
//! struct ClassifyEvent {
//!     /// One sentence that tells what happened.
//!     #[input]
//!     event: String,
//!     #[output]
//!     category: Category,
//! }
//!
//! #[dspy::data]
//! enum Category {
//!     War,
//!     Science,
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let classify = ChainOfThought::<ClassifyEvent>::new().with_lm(Lm::embedded());
//! let out = classify.call("In 1969 two people walked on the Moon.").await?;
//! println!("{:?}, because: {}", out.category, out.reasoning);
//! # Ok::<(), dspy::Error>(()) }).unwrap();
//! ```
//!
//! # Features
//!
//! None is on by default. `cache` keeps answers in memory ([`lm`]`::Cache`), `disk-cache` also in a
//! file that processes share; it builds SQLite, and needs a C compiler for that. `mcp` takes tools from
//! servers that speak the Model Context Protocol: `mcp::McpServer`. `hnsw` adds approximate search to
//! [`retrieve::VectorIndex`], `local-embeddings` an embedding model in process, from weights of your
//! own: `local_embeddings::StaticEmbeddings`. `parquet` has [`row::RowReader`] read Parquet files.
//! `report` makes an HTML file of an evaluation, a comparison or an optimizer's run: `report::Report`.
//! `cli` makes a command line of any program: `cli::run`.
//! `otel` exports spans and metrics to an OpenTelemetry collector: `otel::init`.
//!
//! Each of the others makes the types of one crate types of fields, with a schema that says what
//! they are, a prompt that gives an example, and a parser that mends what models write instead.
//!
//! | feature | types of fields |
//! |---|---|
//! | `chrono` | `chrono::NaiveDate`, `NaiveTime`, `NaiveDateTime`, `DateTime<Tz>`, `Weekday`, `TimeDelta` |
//! | `jiff` | `jiff::Timestamp`, `Zoned`, `SignedDuration`, `Span`, `civil::Date`, `civil::Time`, `civil::DateTime` |
//! | `url` | `url::Url` |
//! | `uuid` | `uuid::Uuid` |

// Lets `::dspy::…`, which the macros write, mean this crate inside it, too.
extern crate self as dspy;

pub use dspy_core::error::{Error, Result, UserError};
pub use dspy_core::evaluate::Evaluate;
pub use dspy_core::form::{
    Audio, Citations, Code, Document, File, Image, Reasoning, ToolCalls, YesNo,
};
pub use dspy_core::lm::configure;
pub use dspy_core::predict::{
    BestOfN, ChainOfThought, Predict, Prediction, Predictor, ReAct, Refine,
};
pub use dspy_core::signature::{Field, History, SignatureSchema};
pub use dspy_core::tool::{Tool, Toolset};
pub use dspy_core::{
    adapter, assert_that, blocking, error, evaluate, form, interpreter, judge, lm, metric, module,
    optimize, parse, predict, quality, retrieve, row, run, schema, signature, suggest, terminal,
    tool, wire,
};

#[cfg(feature = "cli")]
pub use dspy_cli as cli;

#[cfg(feature = "local-embeddings")]
pub use dspy_local_embeddings as local_embeddings;

#[cfg(feature = "mcp")]
pub use dspy_mcp as mcp;

#[cfg(feature = "otel")]
pub use dspy_otel as otel;

#[cfg(feature = "report")]
pub use dspy_report as report;

#[cfg(feature = "sandbox")]
pub use dspy_sandbox as sandbox;

#[doc(hidden)]
pub use dspy_core::private as __private;

/// Declares a typed task for a language model, as a struct.
///
/// ```
/// use dspy::prelude::*;
///
/// /// Answer the question from the passages alone.
/// #[derive(Signature)]
/// struct Answer {
///     /// What is known.
///     #[input]
///     passages: Vec<String>,
///     #[input]
///     question: String,
///     /// At most five words.
///     #[output(max_length = 60)]
///     answer: String,
///     #[output(ge = 0.0, le = 1.0, default = 0.5)]
///     confidence: f64,
/// }
///
/// // The task, as prompts show it:
/// let schema = Answer::schema();
/// assert_eq!(schema.instructions(), "Answer the question from the passages alone.");
/// assert_eq!(schema.outputs()[0].desc(), "At most five words.");
///
/// // What a call takes, and what it gives:
/// let input = AnswerInput { passages: vec![], question: "Who?".into() };
/// let output = AnswerOutput { answer: "Nobody".into(), confidence: 1.0 };
///
/// // The struct itself is a labelled row:
/// let row = Answer { passages: vec![], question: "Who?".into(), answer: "Ada".into(), confidence: 1.0 };
/// # let _ = (input, output, row);
/// ```
///
/// Patterns, formats and examples of values; rules for what the model answers; and names as serde
/// has them:
///
/// ```
/// use dspy::prelude::*;
///
/// /// Write a ticket from the mail.
/// #[derive(Signature)]
/// #[serde(rename_all = "camelCase")]
/// #[check(due.is_some() || number.starts_with("INF"), "{number} is no question, and has no date")]
/// struct Ticket {
///     #[input]
///     mail_text: String,
///     #[output(examples("Login fails on Mondays"))]
///     #[assert(ticket_title.len() <= 60, "the title has {} bytes, not 60", ticket_title.len())]
///     ticket_title: String,
///     #[output(pattern = "^[A-Z]{3}-[0-9]+$")]
///     number: String,
///     #[output(format = "date")]
///     due: Option<String>,
///     /// Where we got it; no business of the model's.
///     #[serde(skip)]
///     source: Option<String>,
/// }
///
/// let schema = Ticket::schema();
/// assert_eq!(schema.inputs()[0].name(), "mailText");
/// assert_eq!(schema.outputs()[0].examples(), ["Login fails on Mondays"]);
/// assert_eq!(schema.outputs()[1].schema()["pattern"], "^[A-Z]{3}-[0-9]+$");
///
/// // The rules are judged after each call, and can be asked for:
/// let output = TicketOutput {
///     ticket_title: "Help! ".repeat(20),
///     number: "ABC-1".into(),
///     due: None,
/// };
/// let broken = Ticket::broken_rules(&output);
/// assert_eq!(broken[0].message, "ABC-1 is no question, and has no date");
/// assert_eq!(broken[1].message, "the title has 120 bytes, not 60");
/// ```
pub use dspy_macros::Signature;

/// Declares a typed task in one line.
///
/// ```
/// use dspy::prelude::*;
///
/// signature! {
///     /// Answer from the passages alone.
///     pub Rag: "passages: list[str], question -> answer, quality: Literal['very good', 'bad']"
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// // With a name, everything has the types that `#[derive(Signature)]` would make:
/// let rag = ChainOfThought::<Rag>::new().with_lm(Lm::embedded());
/// let input = RagInput { passages: vec!["Ada wrote it.".into()], question: "Who wrote it?".into() };
/// let out = rag.call(input).await?;
/// match out.quality {
///     RagQuality::VeryGood => println!("{}", out.answer),
///     RagQuality::Bad => println!("no answer"),
/// }
///
/// // Without one, it is a value; several inputs are given as a tuple:
/// let rate = Predict::of(signature!("question, answer -> score: float, note: str | None"))
///     .with_lm(Lm::embedded());
/// let rating = rate.call(("Who wrote it?", out.answer.as_str())).await?;
/// let score: f64 = rating.score;
/// # let _ = score;
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
///
/// For a task that is known at run time only, see [`SignatureSchema::parse`].
pub use dspy_macros::signature;

/// Makes a program of a type with a `forward` method.
///
/// ```
/// use dspy::prelude::*;
///
/// /// Summarize the text.
/// #[derive(Signature)]
/// struct Summarize {
///     #[input]
///     text: String,
///     #[output]
///     summary: String,
/// }
///
/// #[derive(Clone, Default)]
/// struct Digest {
///     each: Predict<Summarize>,
///     whole: ChainOfThought<Summarize>,
///     separator: String,
/// }
///
/// #[module(frozen(each))]
/// impl Digest {
///     /// A summary of summaries.
///     pub async fn forward(&self, texts: Vec<String>) -> dspy::Result<String> {
///         let mut summaries = Vec::new();
///         for text in texts {
///             summaries.push(self.each.call(text).await?.into_output().summary);
///         }
///         let all = summaries.join(&self.separator);
///         Ok(self.whole.call(all).await?.into_output().output.summary)
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut digest = Digest::default();
/// digest.set_lm(&Lm::embedded());
/// let summary = digest.call(["One text.", "Another."]).await?;
/// let same = digest.call(DigestInput { texts: vec!["One text.".into(), "Another.".into()] }).await?;
/// assert_eq!(*summary, *same);
/// assert_eq!(dspy::module::leaf_paths(&digest), ["each", "whole"]);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub use dspy_macros::module;

/// Lists the parameters inside a struct or enum that holds parts of programs.
///
/// ```
/// use dspy::prelude::*;
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
///
/// #[derive(Clone, Parameters)]
/// struct Experts {
///     general: Predict<Qa>,
///     #[parameters(frozen, rename = "maths")]
///     calculator: ChainOfThought<Qa>,
///     others: Vec<Predict<Qa>>,
///     #[parameters(skip)]
///     started: std::time::Instant,
/// }
///
/// let experts = Experts {
///     general: Predict::new(),
///     calculator: ChainOfThought::new(),
///     others: vec![Predict::new()],
///     started: std::time::Instant::now(),
/// };
/// assert_eq!(dspy::module::leaf_paths(&experts), ["general", "maths", "others[0]"]);
/// ```
pub use dspy_macros::Parameters;

/// Makes a struct or enum a type that fields can have.
///
/// ```
/// use dspy::prelude::*;
///
/// /// A closed set of answers.
/// #[data]
/// #[serde(rename_all = "lowercase")]
/// enum Urgency {
///     /// Can wait.
///     Low,
///     High,
/// }
///
/// #[data]
/// struct Ticket {
///     summary: String,
///     urgency: Urgency,
/// }
///
/// #[derive(Signature)]
/// struct Triage {
///     #[input]
///     mail: String,
///     #[output]
///     tickets: Vec<Ticket>,
/// }
/// assert_eq!(Triage::schema().outputs()[0].type_name(), "list of Ticket");
/// ```
pub use dspy_macros::data;

/// Makes a tool of a function, which a model may call.
///
/// ```
/// use dspy::prelude::*;
/// use serde_json::json;
///
/// /// Finds pages about a subject.
/// ///
/// /// # Arguments
/// /// - `query` - a few words
/// #[tool]
/// async fn search(query: &str, #[arg(default = 5, le = 50)] limit: u32) -> Vec<String> {
///     (0..limit).map(|page| format!("{query}, page {page}")).collect()
/// }
///
/// /// Divides two numbers.
/// #[tool]
/// fn divide(
///     dividend: f64,
///     /// Not zero.
///     divisor: f64,
/// ) -> Result<f64, String> {
///     if divisor == 0.0 { Err("division by zero".to_owned()) } else { Ok(dividend / divisor) }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let tools = Toolset::new([search_tool(), divide_tool()])?;
/// let pages = tools.call("search", json!({"query": "tides", "limit": "1"})).await?;
/// assert_eq!(pages, json!(["tides, page 0"]));
/// let error = tools.call("divide", json!({"dividend": 1, "divisor": 0})).await.unwrap_err();
/// assert_eq!(error.to_string(), "the tool `divide` failed: division by zero");
/// // The functions are still there.
/// assert_eq!(divide(1.0, 4.0), Ok(0.25));
/// # Ok::<(), dspy::tool::ToolError>(()) }).unwrap();
/// ```
pub use dspy_macros::tool;

pub mod prelude;

/// The README's snippets as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
