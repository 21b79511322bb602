//! What a session begins with.

use std::collections::BTreeSet;

use serde_json::Value;

use super::error::InterpreterError;
use super::host_function::HostFunction;
use super::names;
use crate::signature::Fields;

/// The variables and functions that a session begins with.
///
/// ```
/// use dspy::interpreter::Setup;
/// use serde_json::json;
///
/// let setup = Setup::new().variable("prices", json!([3, 4]));
/// assert!(setup.check().is_ok());
/// assert!(Setup::new().variable("1st", json!(1)).check().is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Setup {
    variables: Fields,
    functions: Vec<HostFunction>,
}

impl Setup {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: Value) -> Self {
        self.variables.insert(name.into(), value);
        self
    }

    /// The same with one more function that code can call.
    #[must_use]
    pub fn function(mut self, function: HostFunction) -> Self {
        self.functions.push(function);
        self
    }

    /// The variables.
    pub fn variables(&self) -> &Fields {
        &self.variables
    }

    /// The functions.
    pub fn functions(&self) -> &[HostFunction] {
        &self.functions
    }

    /// Checks that all names can be names in code, and that none is there twice. Interpreters call
    /// it as they start.
    ///
    /// # Errors
    /// [`InterpreterError::Name`].
    pub fn check(&self) -> Result<(), InterpreterError> {
        let mut taken = BTreeSet::new();
        let variables = self.variables.keys().map(String::as_str);
        for name in variables.chain(self.functions.iter().map(HostFunction::name)) {
            let fault = match names::fault(name) {
                None if taken.insert(name) => continue,
                None => "it is there twice",
                Some(fault) => fault,
            };
            return Err(InterpreterError::Name { name: name.into(), message: fault.into() });
        }
        Ok(())
    }
}
