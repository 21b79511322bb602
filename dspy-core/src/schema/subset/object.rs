//! Objects, maps and tuples in the form that a provider accepts.

use serde_json::{Map, Value};

use super::Unsupported;
use super::form::{Entry, Form, Kind, Undo, item_key};
use super::note::Change;
use super::reshape::Reshaper;
use super::rules::Recursion;
use crate::schema::shape::{self, Key, Property, Rest, Shape};

impl Reshaper<'_> {
    pub(super) fn object(
        &mut self,
        properties: &[Property],
        rest: &Rest,
        depth: usize,
    ) -> Result<Form, Unsupported> {
        if properties.is_empty() && matches!(rest, Rest::Closed) && !self.rules.has_null {
            return Ok(self.word("empty", Value::Object(Map::new())));
        }
        let mut entries = Vec::with_capacity(properties.len());
        for property in properties {
            entries.push(self.entry(property, depth)?);
        }
        let Rest::Of(value) = rest else {
            return Ok(Form::of(Kind::Object(entries, None)));
        };
        if self.rules.has_maps {
            let value = self.part("*", value, depth)?;
            return Ok(Form::of(Kind::Object(entries, Some(Box::new(value)))));
        }
        let taken = |name: &str| properties.iter().any(|property| property.name == name);
        let numbered = (2..).map(|number| format!("others{number}"));
        let name = std::iter::once("others".to_owned()).chain(numbered).find(|name| !taken(name));
        let name = name.unwrap_or_default();
        let length = self.path.len();
        self.path.push_str("/*");
        let mut pairs = self.pairs(Key::Text, value, depth)?;
        self.path.truncate(length);
        pairs.say("Whatever else the object holds.");
        entries.push(required(name.clone(), pairs));
        Ok(Form { undo: Undo::Others(name), ..Form::of(Kind::Object(entries, None)) })
    }

    fn entry(&mut self, property: &Property, depth: usize) -> Result<Entry, Unsupported> {
        let mut form = self.part(&property.name, &property.shape, depth)?;
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(&property.name);
        let default = property.default.as_ref().filter(|default| !default.is_null());
        let takes_null = self.takes_null(&property.shape);
        let mut entry = Entry {
            name: property.name.clone(),
            required: property.required || self.rules.requires_all,
            form: Form::of(Kind::Null),
            null_is_absent: false,
            absent_is_empty: false,
        };
        let mut words = default.map(|default| format!("Default: {default}."));
        if !property.required && self.rules.requires_all && !takes_null {
            self.note(Change::NullForAbsent);
            form.nullable = true;
            entry.null_is_absent = true;
            words = default.map(|default| format!("Null stands for the default: {default}."));
        }
        let is_absent_null = !property.required && default.is_none() && form.nullable;
        if self.rules.counts_nulls && is_absent_null && !matches!(form.kind, Kind::Null) {
            self.note(Change::AbsentForNull);
            form.nullable = false;
        }
        if self.rules.recursion == Recursion::ThroughOptional
            && property.required
            && matches!(property.shape.kind, shape::Kind::List(_))
            && !property.shape.limits.contains_key("minItems")
            && self.leads_to_circle(&property.shape)
        {
            self.note(Change::AbsentForEmpty);
            entry.required = false;
            entry.absent_is_empty = true;
        }
        if let Some(words) = words {
            // A reference is said more of only where it stands in for its definition.
            if !matches!(form.kind, Kind::Reference(_)) {
                form.say(&words);
            }
        }
        self.path.truncate(length);
        entry.form = form;
        Ok(entry)
    }

    /// Whether null is a value of the type itself.
    fn takes_null(&self, shape: &Shape) -> bool {
        let mut shape = shape;
        for _ in 0..32 {
            match shape.kind {
                _ if shape.nullable => return true,
                shape::Kind::Reference(place) => match self.document.definition(place) {
                    Some(definition) => shape = &definition.shape,
                    None => return false,
                },
                _ => return false,
            }
        }
        false
    }

    pub(super) fn tuple(&mut self, items: &[Shape], depth: usize) -> Result<Form, Unsupported> {
        let mut forms = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            forms.push(self.part(&index.to_string(), item, depth)?);
        }
        if self.rules.has_tuples {
            return Ok(Form::of(Kind::Tuple(forms)));
        }
        if forms.is_empty() && !self.rules.has_null {
            return Ok(self.word("empty", Value::Array(Vec::new())));
        }
        self.note(Change::TupleAsObject);
        let named = forms.into_iter().enumerate();
        let entries = named.map(|(index, form)| required(item_key(index), form)).collect();
        Ok(Form { undo: Undo::Tuple, ..Form::of(Kind::Object(entries, None)) })
    }

    pub(super) fn map(
        &mut self,
        key: Key,
        value: &Shape,
        depth: usize,
    ) -> Result<Form, Unsupported> {
        if !self.rules.has_maps {
            return self.pairs(key, value, depth);
        }
        let value = self.part("*", value, depth)?;
        let mut form = Form::of(Kind::Object(Vec::new(), Some(Box::new(value))));
        if key != Key::Text {
            form.say("Each key is a whole number.");
        }
        Ok(form)
    }

    fn pairs(&mut self, key: Key, value: &Shape, depth: usize) -> Result<Form, Unsupported> {
        self.note(Change::Pairs);
        let value = self.part("*", value, depth)?;
        let key = match key {
            Key::Text => Form::of(Kind::Text),
            Key::Integer { negative } => {
                let mut form = Form::of(Kind::Integer);
                if !negative {
                    form.say("At least 0.");
                }
                form
            }
        };
        let entries = vec![required("key".to_owned(), key), required("value".to_owned(), value)];
        let pair = Form::of(Kind::Object(entries, None));
        let mut form = Form { undo: Undo::Pairs, ..Form::of(Kind::List(Box::new(pair))) };
        form.say("A list of keys and values; no key twice.");
        Ok(form)
    }
}

fn required(name: String, form: Form) -> Entry {
    Entry { name, form, required: true, null_is_absent: false, absent_is_empty: false }
}
