//! Functions of the host that code can call.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use dspy_grammar::nearest;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::declaration;
use super::names::identifier;
use crate::signature::Fields;
use crate::{parse, schema, wire};

type Answer = Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send>>;

/// Why a host function gave no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostError {
    /// It failed: an exception with this message is raised in the code, which may catch it.
    Failed(String),
    /// It wants the code to end here. Code cannot catch it.
    Stop,
}

impl HostError {
    /// A failure with this message.
    pub fn failed(message: impl fmt::Display) -> Self {
        Self::Failed(message.to_string())
    }
}

/// One parameter of a host function.
#[derive(Clone, Debug, PartialEq)]
pub struct HostParameter {
    pub(super) name: String,
    pub(super) schema: Value,
    pub(super) required: bool,
}

impl HostParameter {
    /// A parameter of any JSON Schema, which must not point outside of itself.
    pub fn new(name: impl Into<String>, schema: Value, required: bool) -> Self {
        Self { name: name.into(), schema, required }
    }
}

/// A function of the host that code in an interpreter can call: a tool, a query to a model.
///
/// It is async, takes its arguments by position or by name, and gets them checked against their
/// schemas: what code passes wrongly is an exception there. Clones share the function.
///
/// ```
/// use dspy::interpreter::{HostError, HostFunction};
///
/// #[dspy::data]
/// struct Search {
///     query: String,
///     limit: Option<u32>,
/// }
///
/// let search = HostFunction::of("search", "Finds pages.", |args: Search| async move {
///     if args.query.is_empty() {
///         return Err(HostError::failed("the query is empty"));
///     }
///     Ok(vec![format!("A page on {}.", args.query)])
/// });
/// assert_eq!(search.declaration(), "search(query: str, limit: int | None = None)");
/// ```
#[derive(Clone)]
pub struct HostFunction {
    name: Arc<str>,
    description: Arc<str>,
    parameters: Arc<[HostParameter]>,
    call: Arc<dyn Fn(Fields) -> Answer + Send + Sync>,
}

impl HostFunction {
    /// A function whose arguments come as JSON fields, checked and under their names.
    pub fn new<F, A>(
        name: impl Into<Arc<str>>,
        description: impl Into<Arc<str>>,
        parameters: impl IntoIterator<Item = HostParameter>,
        call: F,
    ) -> Self
    where
        F: Fn(Fields) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Value, HostError>> + Send + 'static,
    {
        Self {
            name: name.into(),
            description: description.into(),
            parameters: parameters.into_iter().collect(),
            call: Arc::new(move |fields| Box::pin(call(fields))),
        }
    }

    /// The same for arguments that one JSON Schema of an object describes, as tools have it.
    pub fn with_schema<F, A>(
        name: impl Into<Arc<str>>,
        description: impl Into<Arc<str>>,
        schema: &Value,
        call: F,
    ) -> Self
    where
        F: Fn(Fields) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Value, HostError>> + Send + 'static,
    {
        Self::new(name, description, declaration::parameters(schema), call)
    }

    /// A function that takes its arguments as a struct, whose fields are its parameters.
    pub fn of<T, O, F, A>(
        name: impl Into<Arc<str>>,
        description: impl Into<Arc<str>>,
        call: F,
    ) -> Self
    where
        T: DeserializeOwned + JsonSchema,
        O: Serialize,
        F: Fn(T) -> A + Send + Sync + 'static,
        A: Future<Output = Result<O, HostError>> + Send + 'static,
    {
        let call = Arc::new(call);
        Self::with_schema(name, description, &schema::of::<T>(), move |fields| {
            let call = Arc::clone(&call);
            let arguments = wire::from_value(Value::Object(fields));
            // Called here, so that the future holds no `T`, which need not be `Send`.
            let answer = arguments.map(|arguments| call(arguments));
            async move {
                let output = answer.map_err(HostError::failed)?.await?;
                wire::to_value(&output).map_err(HostError::failed)
            }
        })
    }

    /// The name that code calls it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does, for models.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// How code calls it, in Python's notation: `search(query: str, limit: int = None)`.
    pub fn declaration(&self) -> String {
        declaration::declaration(&self.name, &self.parameters)
    }

    /// Calls it with what code passed.
    ///
    /// # Errors
    /// [`HostError::Failed`] for arguments that do not fit, and whatever the function gives.
    pub async fn call(&self, positional: Vec<Value>, named: Fields) -> Result<Value, HostError> {
        let fields = self.bind(positional, named).map_err(HostError::Failed)?;
        (self.call)(fields).await
    }

    fn bind(&self, positional: Vec<Value>, named: Fields) -> Result<Fields, String> {
        let takes = || format!("; it is called as {}", self.declaration());
        let (given, at_most) = (positional.len(), self.parameters.len());
        if given > at_most {
            return Err(format!("{given} arguments, but there are {at_most}{}", takes()));
        }
        let mut fields = Fields::new();
        for (parameter, value) in self.parameters.iter().zip(positional) {
            fields.insert(parameter.name.clone(), value);
        }
        for (name, value) in named {
            let meant = |one: &&HostParameter| one.name == name || identifier(&one.name) == name;
            let Some(parameter) = self.parameters.iter().find(meant) else {
                let known: Vec<_> = self.parameters.iter().map(|p| p.name.as_str()).collect();
                let hint = nearest(&name, &known);
                let hint = hint.map_or(String::new(), |meant| format!(", did you mean `{meant}`?"));
                return Err(format!("no argument `{name}`{hint}{}", takes()));
            };
            if fields.insert(parameter.name.clone(), value).is_some() {
                return Err(format!("the argument `{name}` is given twice{}", takes()));
            }
        }
        for parameter in self.parameters.iter() {
            // What may be left out may be given as `None`, too.
            let value = match fields.shift_remove(&parameter.name) {
                None if parameter.required => {
                    return Err(format!("the argument `{}` is missing{}", parameter.name, takes()));
                }
                None => continue,
                Some(Value::Null) if !parameter.required => continue,
                Some(value) => value,
            };
            let fitting = parse::fit(value, &parameter.schema)
                .map_err(|error| format!("the argument `{}`: {error}", parameter.name))?;
            fields.insert(parameter.name.clone(), fitting.value);
        }
        Ok(fields)
    }
}

impl fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HostFunction").field(&self.declaration()).finish()
    }
}
