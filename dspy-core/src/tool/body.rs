//! The code behind a tool.

use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;

use super::arguments::{self, ToolArguments};
use super::reply::ToolReply;
use crate::module::{Leaf, Module, Parameters, Path, Visit, VisitMut};
use crate::wire;

type Running<'a> = Pin<Box<dyn Future<Output = Result<Value, String>> + Send + 'a>>;

/// A function, or a program with parameters of its own.
#[derive(Clone)]
pub(super) enum Body {
    Function(Arc<dyn Fn(Value) -> Running<'static> + Send + Sync>),
    Program(Box<dyn Program>),
}

/// A program of any type.
pub(super) trait Program: Parameters + Send + Sync {
    fn run(&self, input: Value) -> Running<'_>;
    fn boxed_clone(&self) -> Box<dyn Program>;
}

impl<M: Module> Program for M {
    fn run(&self, input: Value) -> Running<'_> {
        Box::pin(async move {
            let input = arguments::read::<M::Input>(input)?;
            let output = self.invoke(input).await.map_err(|error| error.to_string())?.into_output();
            wire::to_value(&output).map_err(|error| format!("its output is no JSON: {error}"))
        })
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Program> {
    fn clone(&self) -> Self {
        self.as_ref().boxed_clone()
    }
}

impl Body {
    pub(super) fn of_program(program: impl Module) -> Self {
        Self::Program(Box::new(program))
    }

    pub(super) fn call(&self, arguments: Value) -> Running<'_> {
        match self {
            Self::Function(function) => function(arguments),
            Self::Program(program) => program.run(arguments),
        }
    }

    pub(super) fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        if let Self::Program(program) = self {
            path.field(PROGRAM, |path| program.walk(path, visit));
        }
    }

    pub(super) fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        if let Self::Program(program) = self {
            path.field(PROGRAM, |path| program.walk_mut(path, visit));
        }
    }
}

/// Where a program stands below its tool.
const PROGRAM: &str = "program";

pub(super) fn of_values<R, F>(call: impl Fn(Value) -> F + Send + Sync + 'static) -> Body
where
    R: ToolReply,
    F: Future<Output = R> + Send + 'static,
{
    Body::Function(Arc::new(move |arguments| {
        let work = call(arguments);
        Box::pin(async move { work.await.into_reply() })
    }))
}

pub(super) fn of_async<A, R, F>(call: impl Fn(A) -> F + Send + Sync + 'static) -> Body
where
    A: ToolArguments,
    R: ToolReply,
    F: Future<Output = R> + Send + 'static,
{
    Body::Function(Arc::new(move |arguments| match arguments::read::<A>(arguments) {
        Ok(arguments) => {
            let work = call(arguments);
            Box::pin(async move { work.await.into_reply() })
        }
        Err(message) => Box::pin(async move { Err(message) }),
    }))
}

pub(super) fn of_blocking<A, R>(call: impl Fn(A) -> R + Send + Sync + 'static) -> Body
where
    A: ToolArguments,
    R: ToolReply + Send + 'static,
{
    let call = Arc::new(call);
    Body::Function(Arc::new(move |arguments| {
        let call = Arc::clone(&call);
        Box::pin(async move {
            let arguments = arguments::read::<A>(arguments)?;
            if tokio::runtime::Handle::try_current().is_err() {
                return call(arguments).into_reply();
            }
            match tokio::task::spawn_blocking(move || call(arguments)).await {
                Ok(reply) => reply.into_reply(),
                Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
                Err(_) => Err("the runtime shut down before it was done".to_owned()),
            }
        })
    }))
}

/// What a program says of itself.
pub(super) struct About {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) parameters: Value,
}

pub(super) fn about<M: Module>(program: &M) -> About {
    // The whole program may be one predictor, which knows its task.
    let mut task: Option<(String, String)> = None;
    program.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
        if path.as_str() == Path::root().as_str()
            && let Some(schema) = leaf.schema()
        {
            task = Some((schema.name().to_owned(), schema.instructions().to_owned()));
        }
    });
    let mut parameters = arguments::schema_of::<M::Input>();
    // What is said of the input as a whole is said of the program.
    let own = parameters.as_object_mut().and_then(|input| input.shift_remove("description"));
    let own = own.and_then(|own| own.as_str().map(str::to_owned));
    let (name, instructions) =
        task.unwrap_or_else(|| (last_word(std::any::type_name::<M>()), String::new()));
    About { name: snake_case(&name), description: own.unwrap_or(instructions), parameters }
}

/// `a::b::Type<c::D>` as `Type`.
fn last_word(type_name: &str) -> String {
    let bare = type_name.split('<').next().unwrap_or(type_name);
    bare.rsplit("::").next().unwrap_or(bare).to_owned()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut after_small = false;
    for c in name.chars() {
        if c.is_uppercase() && after_small {
            snake.push('_');
        }
        after_small = c.is_lowercase() || c.is_numeric();
        snake.extend(c.to_lowercase());
    }
    snake
}
