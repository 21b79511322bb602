//! From a type's own form to the one that is sent.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::circle::{circles, demanded, recursive};
use super::form::{Entry, Form, Forms, Kind, Undo, WRAPPED};
use super::note::{Change, Note};
use super::rules::{Recursion, Root, Rules, split_limits};
use super::{Dialect, Unsupported};
use crate::schema::limits::bounds_text;
use crate::schema::shape::{self, Document, Shape};

/// The deepest nesting, definitions in place of their references included.
const MAX_DEPTH: usize = 128;

/// The most types that are written: definitions in place of their references multiply.
const MAX_FORMS: usize = 50_000;

pub(super) struct Reshaper<'d> {
    pub(super) document: &'d Document,
    pub(super) dialect: Dialect,
    pub(super) rules: Rules,
    /// The definitions that lead back to themselves.
    recursive: Vec<bool>,
    /// The definitions that are referred to, in the order in which they were met.
    open: Vec<usize>,
    is_open: Vec<bool>,
    notes: Vec<Note>,
    noted: HashSet<Note>,
    pub(super) path: String,
    count: usize,
}

impl<'d> Reshaper<'d> {
    pub(super) fn new(document: &'d Document, dialect: Dialect) -> Self {
        Self {
            document,
            dialect,
            rules: Rules::of(dialect),
            recursive: recursive(document),
            open: Vec::new(),
            is_open: vec![false; document.definitions.len()],
            notes: Vec::new(),
            noted: HashSet::new(),
            path: String::new(),
            count: 0,
        }
    }

    pub(super) fn reshape(mut self) -> Result<(Forms, Vec<Note>), Unsupported> {
        let root = self.root()?;
        let mut definitions: Vec<Option<Form>> = vec![None; self.document.definitions.len()];
        let mut next = 0;
        while let Some(place) = self.open.get(next).copied() {
            next += 1;
            let Some(definition) = self.document.definition(place) else { continue };
            self.path.clone_from(&definition.name);
            let form = self.form(&definition.shape, 0)?;
            if let Some(slot) = definitions.get_mut(place) {
                *slot = Some(form);
            }
        }
        let names = self.document.definitions.iter().map(|known| known.name.clone()).collect();
        let own = self.document.definitions.iter().position(|known| known.is_root);
        let is_wrapped = root.undo == Undo::Wrapper;
        let root_place = own.filter(|_| self.rules.has_root_reference && !is_wrapped);
        let forms = Forms { root, definitions, names, root_place };
        if self.rules.recursion == Recursion::ThroughOptional {
            self.demand_breaks(&forms)?;
        }
        Ok((forms, self.notes))
    }

    fn root(&mut self) -> Result<Form, Unsupported> {
        let document = self.document;
        let mut shape = &document.root;
        // A root that merely refers is what it refers to.
        for _ in 0..32 {
            match shape.kind {
                shape::Kind::Reference(place) if !shape.nullable => {
                    match document.definition(place) {
                        Some(definition) => shape = &definition.shape,
                        None => break,
                    }
                }
                _ => break,
            }
        }
        let form = self.form(shape, 0)?;
        let is_fit = match (&form.kind, self.rules.root) {
            (_, Root::Anything) => true,
            (Kind::Object(..), _) => !form.nullable,
            (Kind::List(_), Root::ObjectOrList) => !form.nullable,
            _ => false,
        };
        if is_fit {
            return Ok(form);
        }
        self.note(Change::Wrapped);
        let entry = Entry {
            name: WRAPPED.to_owned(),
            form,
            required: true,
            null_is_absent: false,
            absent_is_empty: false,
        };
        Ok(Form { undo: Undo::Wrapper, ..Form::of(Kind::Object(vec![entry], None)) })
    }

    pub(super) fn note(&mut self, change: Change) {
        let note = Note { path: self.path.clone(), change };
        if self.noted.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    pub(super) fn unsupported<T>(&self, reason: impl Into<String>) -> Result<T, Unsupported> {
        let (dialect, path) = (self.dialect, self.path.clone());
        Err(Unsupported { dialect, path, reason: reason.into() })
    }

    /// Reshapes a part of the type that is being reshaped.
    pub(super) fn part(
        &mut self,
        name: &str,
        shape: &Shape,
        depth: usize,
    ) -> Result<Form, Unsupported> {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(name);
        let form = self.form(shape, depth + 1)?;
        self.path.truncate(length);
        Ok(form)
    }

    pub(super) fn form(&mut self, shape: &Shape, depth: usize) -> Result<Form, Unsupported> {
        self.count += 1;
        if depth > MAX_DEPTH || self.count > MAX_FORMS {
            return self.unsupported("the schema is too large, its definitions in place");
        }
        let mut form = match &shape.kind {
            shape::Kind::Reference(place) => return self.reference(shape, *place, depth),
            shape::Kind::Any => self.anything(),
            shape::Kind::Never => return self.unsupported("no value is allowed"),
            shape::Kind::Null if self.rules.has_null => Form::of(Kind::Null),
            shape::Kind::Null => self.word("null", Value::Null),
            shape::Kind::Boolean => Form::of(Kind::Boolean),
            shape::Kind::Integer => Form::of(Kind::Integer),
            shape::Kind::Number => Form::of(Kind::Number),
            shape::Kind::Text => Form::of(Kind::Text),
            shape::Kind::Choice(choices) => self.closed_set(choices)?,
            shape::Kind::List(item) => Form::of(Kind::List(Box::new(self.part("*", item, depth)?))),
            shape::Kind::Tuple(items) => self.tuple(items, depth)?,
            shape::Kind::Object(properties, rest) => self.object(properties, rest, depth)?,
            shape::Kind::Map(key, value) => self.map(*key, value, depth)?,
            shape::Kind::Union(parts) => self.union(parts, depth)?,
        };
        form.nullable |= shape.nullable && form.undo != Undo::Word(Value::Null);
        self.limit(&mut form, shape);
        self.describe(&mut form, shape.description.as_deref());
        Ok(form)
    }

    /// What the type means comes before what its form means.
    fn describe(&self, form: &mut Form, said: Option<&str>) {
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            let rest = form.description.take();
            form.say(said);
            if let Some(rest) = rest {
                form.say(&rest);
            }
        }
    }

    fn reference(
        &mut self,
        shape: &Shape,
        place: usize,
        depth: usize,
    ) -> Result<Form, Unsupported> {
        let document = self.document;
        let Some(definition) = document.definition(place) else {
            return self.unsupported("its definition is missing");
        };
        let is_recursive = self.recursive.get(place).copied().unwrap_or(true);
        if is_recursive && self.rules.recursion == Recursion::None {
            let name = &definition.name;
            return self.unsupported(format!("the type `{name}` is within itself"));
        }
        // Most dialects refuse or ignore what stands beside a reference.
        let is_described = shape.description.is_some() && !is_recursive;
        if is_described || !self.rules.has_references {
            self.note(Change::Inlined);
            let mut form = self.form(&definition.shape, depth + 1)?;
            form.nullable |= shape.nullable && form.undo != Undo::Word(Value::Null);
            self.describe(&mut form, shape.description.as_deref());
            return Ok(form);
        }
        if let Some(is_open) = self.is_open.get_mut(place)
            && !std::mem::replace(is_open, true)
        {
            self.open.push(place);
        }
        let mut form = Form::of(Kind::Reference(place));
        form.nullable = shape.nullable;
        form.description.clone_from(&shape.description);
        Ok(form)
    }

    fn anything(&mut self) -> Form {
        if self.rules.has_anything {
            return Form::of(Kind::Any);
        }
        self.note(Change::JsonInText);
        let mut form = Form { undo: Undo::Json, ..Form::of(Kind::Text) };
        form.say("Any JSON value, written as JSON in a text.");
        form
    }

    /// A type with one value, where the provider has no type for it.
    pub(super) fn word(&mut self, word: &str, value: Value) -> Form {
        self.note(Change::Word);
        let choice = Kind::Choice(vec![Value::from(word)]);
        Form { undo: Undo::Word(value), ..Form::of(choice) }
    }

    fn union(&mut self, parts: &[Shape], depth: usize) -> Result<Form, Unsupported> {
        let mut forms: Vec<Form> = Vec::with_capacity(parts.len());
        for part in parts {
            let form = self.form(part, depth + 1)?;
            match form {
                // The members of a closed set may have become a union.
                Form {
                    kind: Kind::Union(inner, _), description: None, nullable: false, ..
                } => {
                    forms.extend(inner);
                }
                form => forms.push(form),
            }
        }
        Ok(Form::of(Kind::Union(forms, self.path.clone())))
    }

    /// Keeps the limits that the dialect knows as keywords, and tells the others in words.
    fn limit(&mut self, form: &mut Form, shape: &Shape) {
        let mut limits = shape.limits.clone();
        let kind = match form.kind {
            Kind::Text if form.undo == Undo::Nothing => "string",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::List(_) => "array",
            _ => "",
        };
        if form.undo == Undo::Pairs {
            // A map has as many pairs as keys.
            limits = limits
                .into_iter()
                .map(|(keyword, value)| (keyword.replace("Properties", "Items"), value))
                .collect();
        }
        let (kept, others) = split_limits(self.dialect, kind, &limits);
        self.tell(form, others, kind);
        form.limits.extend(kept);
    }

    fn tell(&mut self, form: &mut Form, limits: Map<String, Value>, kind: &str) {
        for keyword in limits.keys() {
            self.note(Change::InWords { keyword: keyword.clone() });
        }
        let mut schema = limits;
        if kind == "string" {
            // The words for a format depend on it.
            schema.insert("type".to_owned(), Value::from(kind));
        }
        if let Some(words) = bounds_text(&Value::Object(schema)) {
            let mut chars = words.chars();
            let first = chars.next().map(|first| first.to_uppercase().to_string());
            form.say(&format!("{}{}.", first.unwrap_or_default(), chars.as_str()));
        }
    }

    /// Demands that a field that may be left out breaks every circle of definitions.
    fn demand_breaks(&self, forms: &Forms) -> Result<(), Unsupported> {
        let graph = forms.definitions.iter().map(|form| {
            let mut places = Vec::new();
            if let Some(form) = form {
                demanded(form, &mut places);
            }
            places
        });
        let graph: Vec<Vec<usize>> = graph.collect();
        match circles(&graph).iter().position(|is_circular| *is_circular) {
            None => Ok(()),
            Some(place) => {
                let name = forms.names.get(place).cloned().unwrap_or_default();
                let reason =
                    format!("the type `{name}` is within itself, and no optional field ends that");
                Err(Unsupported { dialect: self.dialect, path: name, reason })
            }
        }
    }

    /// Whether the type leads to a definition that leads back to itself.
    pub(super) fn leads_to_circle(&self, shape: &Shape) -> bool {
        match shape.kind {
            shape::Kind::Reference(place) => self.recursive.get(place).copied().unwrap_or(true),
            _ => shape.parts().into_iter().any(|part| self.leads_to_circle(part)),
        }
    }
}
