//! [`Component`]: a text of a program that evolves.

use serde_json::{Map, Value};

use crate::module::ParameterKind;
use crate::optimize::changes::Changes;
use crate::optimize::engine::{CandidateId, Engine};

/// A text of a program that evolves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Component {
    /// The leaf.
    pub(super) path: String,
    pub(super) kind: ParameterKind,
    /// The entry, where the parameter is a map of texts.
    pub(super) entry: Option<String>,
}

impl Component {
    /// All texts that may evolve: instructions, then descriptions of tools and the like, then those
    /// of fields where they are wanted.
    pub(super) fn all(engine: &Engine, descriptions: bool) -> Vec<Self> {
        let mut all: Vec<Self> = engine
            .tasks()
            .map(|task| Self {
                path: task.path.clone(),
                kind: ParameterKind::INSTRUCTIONS,
                entry: None,
            })
            .collect();
        for parameter in engine.given().iter().filter(|parameter| !parameter.frozen) {
            let one =
                |entry| Self { path: parameter.path.clone(), kind: parameter.kind.clone(), entry };
            let described = parameter.kind.as_str().contains("description");
            match &parameter.value {
                Value::String(_) if described => all.push(one(None)),
                Value::Object(texts)
                    if described && parameter.kind != ParameterKind::DESCRIPTIONS =>
                {
                    all.extend(texts.keys().map(|entry| one(Some(entry.clone()))));
                }
                _ => {}
            }
        }
        if descriptions {
            for task in engine.tasks() {
                all.extend(task.schema.fields().map(|field| Self {
                    path: task.path.clone(),
                    kind: ParameterKind::DESCRIPTIONS,
                    entry: Some(field.name().to_owned()),
                }));
            }
        }
        all
    }

    /// The text in a candidate.
    pub(super) fn text(&self, engine: &Engine, id: CandidateId) -> String {
        let value = engine.value(id, &self.path, &self.kind);
        let own = match &self.entry {
            None => value.and_then(Value::as_str),
            Some(entry) => value.and_then(|value| value.get(entry)).and_then(Value::as_str),
        };
        if let Some(own) = own {
            return own.to_owned();
        }
        let declared = engine.all_tasks().iter().find(|task| task.path == self.path);
        let field = declared.zip(self.entry.as_ref()).and_then(|(task, entry)| {
            task.schema.fields().find(|field| field.name() == entry).map(|f| f.desc().to_owned())
        });
        field.unwrap_or_default()
    }

    /// A candidate's changes with another text.
    pub(super) fn with_text(&self, engine: &Engine, id: CandidateId, text: &str) -> Changes {
        let changes = (*engine.candidate(id).changes).clone();
        let value = match &self.entry {
            None => Value::from(text),
            Some(entry) => {
                let own = engine.value(id, &self.path, &self.kind);
                let mut texts = match own {
                    Some(Value::Object(texts)) => texts.clone(),
                    _ => Map::new(),
                };
                texts.insert(entry.clone(), Value::from(text));
                Value::Object(texts)
            }
        };
        changes.with(self.path.as_str(), self.kind.clone(), value)
    }

    /// What the text is, for whoever rewrites it; nothing for an instruction.
    pub(super) fn subject(&self) -> String {
        match (&self.entry, self.kind == ParameterKind::INSTRUCTIONS) {
            (_, true) => String::new(),
            (Some(entry), _) => format!("the description of `{entry}`"),
            (None, _) => format!("the {} of `{}`", self.kind.as_str().replace('_', " "), self.path),
        }
    }
}
