//! Tools: what a model may call while it works on a task.

mod arguments;
mod body;
mod error;
mod listing;
mod parameters;
mod reply;
pub(crate) mod span;
mod toolset;

pub use arguments::ToolArguments;
pub use error::ToolError;
pub use reply::ToolReply;
pub use toolset::Toolset;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;
use tracing::Instrument as _;

use crate::lm::{ToolSpec, default_lm};
use crate::module::Module;
use crate::parse::Parsed;
use crate::run::listening;
use body::Body;

pub(crate) use listing::listing;
#[doc(hidden)]
pub use reply::{FallibleReply, PlainReply};

/// Something a model may call: a name, words that say what it is for, a JSON Schema of its
/// arguments, and the code behind it. Cloning is cheap.
///
/// `#[tool]` on a function makes one; so do closures, programs, and the servers of the Model Context
/// Protocol (feature `mcp`). Its words are parameters, so that optimizers may find better ones and
/// files keep them: `tool_description`, and `argument_descriptions` by the argument's name.
///
/// A call is checked before the code runs. Arguments are read as tolerantly as a model's answers
/// (`"3"` for an integer); what is missing, unknown or of the wrong type is named, all at once.
///
/// ```
/// use dspy::prelude::*;
/// use serde_json::json;
///
/// #[data]
/// struct Area {
///     /// In metres.
///     width: f64,
///     height: f64,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let area = Tool::new("area", "The area of a rectangle.", |area: Area| async move {
///     area.width * area.height
/// });
/// assert_eq!(area.call(json!({"width": "2", "height": 3})).await?, json!(6.0));
///
/// let error = area.call(json!({"width": 2, "hight": 3})).await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the arguments of the tool `area` do not fit: there is no argument `hight`, did you mean \
///      `height`?; `height` is missing; it takes (width: number, height: number)"
/// );
/// # Ok::<(), dspy::tool::ToolError>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Tool {
    declared: Arc<Declared>,
    words: Arc<Words>,
    body: Body,
    timeout: Option<Duration>,
    frozen: bool,
}

/// What a tool is, apart from what may be tuned.
#[derive(Clone, Debug)]
struct Declared {
    name: String,
    description: String,
    /// JSON Schema of an object.
    parameters: Value,
}

/// Words in place of the declared ones.
#[derive(Clone, Debug, Default)]
struct Words {
    description: Option<String>,
    arguments: BTreeMap<String, String>,
}

impl Tool {
    /// A tool of an async closure.
    ///
    /// Its argument is a struct whose fields are the tool's arguments (see `#[dspy::data]`); any
    /// other type of data is taken for a single argument `input`, and `()` for none. It gives a text,
    /// a number or a list, or a `Result` of any data, whose error the model is told.
    ///
    /// ```
    /// use dspy::prelude::*;
    ///
    /// let year = Tool::new("year", "The year of an event.", |event: String| async move {
    ///     if event.contains("Moon") { Ok(1969) } else { Err("nothing is known of that") }
    /// });
    /// assert_eq!(year.spec().parameters["required"][0], "input");
    /// ```
    pub fn new<A, R, F>(
        name: impl Into<String>,
        description: impl Into<String>,
        call: impl Fn(A) -> F + Send + Sync + 'static,
    ) -> Self
    where
        A: ToolArguments,
        R: ToolReply,
        F: Future<Output = R> + Send + 'static,
    {
        Self::made(name, description, arguments::schema_of::<A>(), body::of_async(call))
    }

    /// A tool of a closure that blocks its thread. It runs on one of tokio's threads for such work,
    /// so several calls of one step take the time of the longest; without a runtime it runs in place.
    ///
    /// Arguments and result are those of [`new`](Self::new).
    pub fn blocking<A, R>(
        name: impl Into<String>,
        description: impl Into<String>,
        call: impl Fn(A) -> R + Send + Sync + 'static,
    ) -> Self
    where
        A: ToolArguments,
        R: ToolReply + Send + 'static,
    {
        Self::made(name, description, arguments::schema_of::<A>(), body::of_blocking(call))
    }

    /// A tool whose arguments are known at run time only: `parameters` is the JSON Schema of an
    /// object, and the closure takes such an object.
    pub fn with_schema<R, F>(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: Value,
        call: impl Fn(Value) -> F + Send + Sync + 'static,
    ) -> Self
    where
        R: ToolReply,
        F: Future<Output = R> + Send + 'static,
    {
        Self::made(name, description, parameters, body::of_values(call))
    }

    /// A program as a tool: it takes the program's input and gives its output.
    ///
    /// The name is that of the task or of the program's type, in `snake_case`; the description is the
    /// docs of `forward`, or the instructions where the program is one predictor. What they do not
    /// say, [`named`](Self::named) and [`described`](Self::described) do. The program's own
    /// parameters go on to be such, at the tool's path followed by `.program`, and its calls belong
    /// to the run the tool is called in.
    ///
    /// ```
    /// use dspy::prelude::*;
    ///
    /// /// Translate the text to English.
    /// #[derive(Signature)]
    /// struct Translate {
    ///     #[input]
    ///     text: String,
    ///     #[output]
    ///     english: String,
    /// }
    ///
    /// let translate = Tool::from_module(Predict::<Translate>::new());
    /// assert_eq!(translate.name(), "translate");
    /// assert_eq!(translate.description(), "Translate the text to English.");
    /// ```
    pub fn from_module(program: impl Module) -> Self {
        let about = body::about(&program);
        Self::made(about.name, about.description, about.parameters, Body::of_program(program))
    }

    fn made(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: Value,
        body: Body,
    ) -> Self {
        let (name, description) = (name.into(), description.into());
        Self {
            declared: Arc::new(Declared { name, description, parameters }),
            words: Arc::default(),
            body,
            timeout: None,
            frozen: false,
        }
    }

    /// The same tool under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.declared).name = name.into();
        self
    }

    /// The same tool, declared with another description.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.declared).description = description.into();
        self
    }

    /// The same tool, whose calls are given up after so long. It needs tokio's timer. A closure that
    /// blocks goes on in its thread; nobody waits for it.
    #[must_use]
    pub fn with_timeout(mut self, after: Duration) -> Self {
        self.timeout = Some(after);
        self
    }

    /// The same tool, whose words optimizers leave alone.
    #[must_use]
    pub fn frozen(mut self) -> Self {
        self.frozen = true;
        self
    }

    /// The name a model calls it by.
    pub fn name(&self) -> &str {
        &self.declared.name
    }

    /// What it does and when to use it, in the words in force.
    pub fn description(&self) -> &str {
        self.words.description.as_deref().unwrap_or(&self.declared.description)
    }

    /// The tool as a model is told of it: name, description, and the JSON Schema of its arguments,
    /// with the words in force.
    pub fn spec(&self) -> ToolSpec {
        let mut parameters = self.declared.parameters.clone();
        arguments::describe(&mut parameters, &self.words.arguments);
        ToolSpec::new(self.name(), self.description(), parameters)
    }

    /// Reads and checks arguments as a call would, and gives them as the code would get them.
    ///
    /// # Errors
    /// [`ToolError::Arguments`]: all that is missing, unknown or of the wrong type.
    pub fn check(&self, arguments: Value) -> Result<Parsed, ToolError> {
        let parameters = &self.declared.parameters;
        arguments::check(parameters, arguments).map_err(|problems| ToolError::Arguments {
            tool: self.name().to_owned(),
            problems,
            takes: arguments::said(parameters),
        })
    }

    /// Checks the arguments, then runs the code behind the tool.
    ///
    /// # Errors
    /// [`ToolError`]: arguments that do not fit, a failure or a panic of the code, or its time limit.
    pub async fn call(&self, arguments: Value) -> Result<Value, ToolError> {
        let content = listening() && default_lm().is_some_and(|lm| lm.traces_content());
        let Some(span) = span::begun(self.name(), "", &arguments, content) else {
            return self.run(self.check(arguments)?.value, None).await;
        };
        let done = match self.check(arguments) {
            Ok(checked) => Box::pin(self.run(checked.value, None).instrument(span.clone())).await,
            Err(error) => Err(error),
        };
        span::ended(&span, &done, content);
        done
    }

    /// Runs the code on checked arguments, for no longer than `limit` where that is shorter than the
    /// tool's own time limit.
    pub(crate) async fn run(
        &self,
        arguments: Value,
        limit: Option<Duration>,
    ) -> Result<Value, ToolError> {
        let tool = || self.name().to_owned();
        // A closure may panic before it gives a future.
        let work = AssertUnwindSafe(async { self.body.call(arguments).await }).catch_unwind();
        let done = match self.timeout.into_iter().chain(limit).min() {
            None => work.await,
            Some(after) => tokio::time::timeout(after, work)
                .await
                .map_err(|_| ToolError::TimedOut { tool: tool(), after })?,
        };
        match done {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(message)) => Err(ToolError::Failed { tool: tool(), message }),
            Err(panic) => {
                Err(ToolError::Panicked { tool: tool(), message: panic_message(panic.as_ref()) })
            }
        }
    }
}

/// The tool of an async function under `#[tool]`.
#[doc(hidden)]
pub fn tool<A, F>(
    name: &str,
    description: &str,
    call: impl Fn(A) -> F + Send + Sync + 'static,
) -> Tool
where
    A: ToolArguments,
    F: Future<Output = Result<Value, String>> + Send + 'static,
{
    Tool::new(name, description, call)
}

/// The tool of a function under `#[tool]` that blocks its thread.
#[doc(hidden)]
pub fn blocking_tool<A: ToolArguments>(
    name: &str,
    description: &str,
    call: impl Fn(A) -> Result<Value, String> + Send + Sync + 'static,
) -> Tool {
    Tool::blocking(name, description, call)
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it gave no reason").to_owned()
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool")
            .field("name", &self.name())
            .field("description", &self.description())
            .finish_non_exhaustive()
    }
}
