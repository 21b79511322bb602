//! Several tools, by name.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::Value;

use super::Tool;
use super::error::ToolError;
use crate::lm::ToolSpec;
use crate::module::{Parameters, Path, Visit, VisitMut};

/// Tools in the order of their names, of which no two are alike. Cloning is cheap.
///
/// In a program's paths a tool goes by its name: `tools['search']`.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::tool::ToolError;
///
/// let now = Tool::blocking("now", "The time.", |(): ()| "noon");
/// let tools = Toolset::new([now.clone(), now.clone().named("clock")])?;
/// assert_eq!(tools.names().collect::<Vec<_>>(), ["clock", "now"]);
/// assert!(matches!(Toolset::new([now.clone(), now]), Err(ToolError::Duplicate { .. })));
/// # Ok::<(), ToolError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Toolset {
    tools: BTreeMap<String, Tool>,
}

impl Toolset {
    /// These tools.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn new(tools: impl IntoIterator<Item = Tool>) -> Result<Self, ToolError> {
        let mut set = Self::default();
        for tool in tools {
            set.add(tool)?;
        }
        Ok(set)
    }

    /// Adds a tool.
    ///
    /// # Errors
    /// [`ToolError::Duplicate`] where another has its name, [`ToolError::Name`] for a name that
    /// providers refuse.
    pub fn add(&mut self, tool: Tool) -> Result<(), ToolError> {
        if let Some(reason) = fault_of(tool.name()) {
            return Err(ToolError::Name { name: tool.name().to_owned(), reason });
        }
        match self.tools.entry(tool.name().to_owned()) {
            Entry::Occupied(taken) => Err(ToolError::Duplicate { name: taken.key().clone() }),
            Entry::Vacant(place) => {
                place.insert(tool);
                Ok(())
            }
        }
    }

    /// The tool of this name.
    pub fn get(&self, name: &str) -> Option<&Tool> {
        self.tools.get(name)
    }

    /// The tool of this name, or an error that says which there are.
    ///
    /// # Errors
    /// [`ToolError::Unknown`].
    pub fn find(&self, name: &str) -> Result<&Tool, ToolError> {
        self.get(name).ok_or_else(|| ToolError::Unknown {
            name: name.to_owned(),
            known: self.names().map(str::to_owned).collect(),
        })
    }

    /// Calls the tool of this name.
    ///
    /// # Errors
    /// [`ToolError::Unknown`], or those of [`Tool::call`].
    pub async fn call(&self, name: &str, arguments: Value) -> Result<Value, ToolError> {
        self.find(name)?.call(arguments).await
    }

    /// The tools in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Tool> {
        self.tools.values()
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tools.keys().map(String::as_str)
    }

    /// The tools as a model is told of them.
    pub fn specs(&self) -> Vec<ToolSpec> {
        self.iter().map(Tool::spec).collect()
    }

    /// How many tools there are.
    pub fn len(&self) -> usize {
        self.tools.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }
}

impl IntoIterator for Toolset {
    type Item = Tool;
    type IntoIter = std::collections::btree_map::IntoValues<String, Tool>;

    fn into_iter(self) -> Self::IntoIter {
        self.tools.into_values()
    }
}

impl Parameters for Toolset {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        self.tools.walk(path, visit);
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        self.tools.walk_mut(path, visit);
    }
}

/// Why a name cannot be a tool's: what all providers accept is what OpenAI and Anthropic do.
fn fault_of(name: &str) -> Option<&'static str> {
    const LONGEST: usize = 64;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() {
        Some("it is empty")
    } else if name.len() > LONGEST {
        Some("it is longer than 64 characters")
    } else if !name.chars().all(fits) {
        Some("providers take ASCII letters, digits, `_` and `-` alone")
    } else {
        None
    }
}
