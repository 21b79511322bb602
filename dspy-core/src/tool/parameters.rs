//! A tool's words as parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Tool;
use super::arguments::argument_names;
use crate::module::{Leaf, ParameterError, ParameterKind, Parameters, Path, Visit, VisitMut};

impl ParameterKind {
    /// What a tool does and when to use it: a string.
    pub const TOOL_DESCRIPTION: Self = Self::new_static("tool_description");
    /// Descriptions of a tool's arguments that replace the declared ones: a map by name.
    pub const ARGUMENT_DESCRIPTIONS: Self = Self::new_static("argument_descriptions");
}

impl Leaf for Tool {
    fn parameters(&self) -> Vec<(ParameterKind, Value)> {
        vec![
            (ParameterKind::TOOL_DESCRIPTION, Value::from(self.description())),
            (ParameterKind::ARGUMENT_DESCRIPTIONS, json!(self.words.arguments)),
        ]
    }

    fn set(&mut self, kind: &ParameterKind, value: Value) -> Result<(), ParameterError> {
        let invalid = |error: serde_json::Error| ParameterError::invalid(kind, error);
        if *kind == ParameterKind::TOOL_DESCRIPTION {
            let description: String = serde_json::from_value(value).map_err(invalid)?;
            Arc::make_mut(&mut self.words).description = Some(description);
        } else if *kind == ParameterKind::ARGUMENT_DESCRIPTIONS {
            let words: BTreeMap<String, String> = serde_json::from_value(value).map_err(invalid)?;
            let known = argument_names(&self.declared.parameters);
            if let Some(name) = words.keys().find(|name| !known.contains(&name.as_str())) {
                let message = format!("the tool `{}` has no argument `{name}`", self.name());
                return Err(ParameterError::invalid(kind, message));
            }
            Arc::make_mut(&mut self.words).arguments = words;
        } else {
            let known: Vec<_> = self.parameters().into_iter().map(|(kind, _)| kind).collect();
            return Err(ParameterError::unknown_kind(kind, &known));
        }
        Ok(())
    }

    fn shape(&self) -> Value {
        json!({"tool": self.declared.name, "parameters": self.declared.parameters})
    }

    fn set_frozen(&mut self, frozen: bool) -> bool {
        self.frozen = frozen;
        true
    }
}

impl Parameters for Tool {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        if self.frozen {
            path.frozen(|path| visit.leaf(path, self));
        } else {
            visit.leaf(path, self);
        }
        self.body.walk(path, visit);
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        if self.frozen {
            path.frozen(|path| visit.leaf(path, self));
        } else {
            visit.leaf(path, self);
        }
        self.body.walk_mut(path, visit);
    }
}
