//! Fields: what the prompt says of each input and output.

use serde_json::Value;

use super::bounds::Bounds;
use super::{kind, nested, notation, schema};

/// A field, an item of a list, or a property of an object.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) shape: Shape,
    pub(super) bounds: Bounds,
    /// Whether `null` is an answer too.
    pub(super) nullable: bool,
}

/// The form of a field's value.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Text,
    Whole,
    Number,
    /// One of a closed set.
    Choice(Vec<Choice>),
    List(Box<Field>),
    Tuple(Vec<Field>),
    Object(Vec<Field>),
    /// Names of the caller's choosing, with values of one form.
    Map(Box<Field>),
    /// One of several forms.
    OneOf(Vec<Field>),
    /// Nothing that could be filled in, such as a type within itself.
    Nothing,
}

/// An option of a closed set.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// As it is written in an answer.
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) description: String,
}

impl Choice {
    pub(super) fn new(value: Value, description: &str) -> Self {
        let name = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Self { name, value, description: description.to_owned() }
    }
}

/// An entry of the numbered field lists, as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) description: String,
    /// Lines of the form ``- `name`: description``.
    pub(super) bullets: Vec<(String, String)>,
    pub(super) constraints: String,
    /// What the interaction's outline says of the value.
    pub(super) note: String,
}

impl Entry {
    /// Reads ``3. `name` (type): description``; `None` for any other line.
    pub(super) fn read(line: &str) -> Option<Self> {
        let (number, rest) = line.trim_start().split_once(". `")?;
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (name, rest) = rest.split_once('`')?;
        let rest = rest.trim_start();
        let (kind, rest) = match rest.strip_prefix('(') {
            Some(inner) => inner.split_at_checked(closing(inner)?)?,
            None => ("", rest),
        };
        let description = rest.trim_start_matches(')').trim_start_matches(':').trim();
        Some(Self {
            name: name.to_owned(),
            kind: kind.trim().to_owned(),
            description: description.to_owned(),
            ..Self::default()
        })
    }

    /// Takes an indented line that follows the entry.
    pub(super) fn continued(&mut self, line: &str) {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("Constraints:") {
            self.constraints.push_str(rest);
        } else if line.starts_with("Examples:") {
            // Examples of values are no evidence for the value that is asked for.
        } else if let Some((name, rest)) = line.strip_prefix("- `").and_then(|l| l.split_once('`'))
        {
            let description = rest.trim_start_matches(':').trim();
            self.bullets.push((name.to_owned(), description.to_owned()));
        } else {
            self.description.push('\n');
            self.description.push_str(line);
        }
    }

    /// What the entry says in all, with the schema of the answer where the request has one.
    pub(super) fn into_field(self, property: Option<(&Value, &Value)>) -> Field {
        let mut field = self.read_note(property);
        field.name.clone_from(&self.name);
        field.description.clone_from(&self.description);
        if let Shape::Choice(choices) = &mut field.shape {
            for choice in choices.iter_mut().filter(|choice| choice.description.is_empty()) {
                let said = self.bullets.iter().find(|(name, _)| *name == choice.name);
                choice.description = said.map(|(_, text)| text.clone()).unwrap_or_default();
            }
        } else {
            for (name, text) in &self.bullets {
                field.description.push_str(&format!("\n{name}: {text}"));
            }
        }
        if field.bounds == Bounds::default() {
            // What a note says of parts is no limit of the whole.
            let has_parts = self.note.starts_with('<') || self.note.contains(notation::SIGN);
            let note = if has_parts { "" } else { &self.note };
            let said = format!("{}\n{note}", self.constraints);
            // A number in a text's description may count anything: sentences, say.
            if matches!(field.shape, Shape::Text | Shape::List(_)) {
                field.bounds = Bounds::read(&said);
                field.bounds.limit_length();
            } else {
                field.bounds = Bounds::read(&format!("{said}\n{}", self.description));
            }
        }
        field
    }

    fn read_note(&self, property: Option<(&Value, &Value)>) -> Field {
        if self.note.starts_with('<') {
            return nested::field(&self.note);
        }
        if let Some((_, notation)) = self.note.split_once(notation::SIGN) {
            return notation::field(notation);
        }
        let note = self.note.to_lowercase();
        if let Some(choices) =
            kind::quoted_options(&self.note).or_else(|| kind::options(&self.note))
        {
            return Field::shaped(Shape::Choice(choices));
        }
        if note.contains("json") {
            let text = self.note.find('{').and_then(|at| self.note.get(at..)).unwrap_or_default();
            let parsed = serde_json::Deserializer::from_str(text).into_iter::<Value>().next();
            if let Some(Ok(schema)) = parsed {
                return schema::field(&schema, &schema);
            }
        }
        if let Some((schema, root)) = property {
            return schema::field(schema, root);
        }
        if note.contains("true or false") {
            let mut truth = Shape::truth();
            if let (Shape::Choice(choices), true) = (&mut truth, self.note.contains("True")) {
                for choice in choices {
                    choice.name = if choice.value == true { "True" } else { "False" }.to_owned();
                }
            }
            return Field::shaped(truth);
        }
        if note.contains("integer") || note.contains("whole number") {
            return Field::shaped(Shape::Whole);
        }
        if note.contains("a number") {
            return Field::shaped(Shape::Number);
        }
        let field = kind::field(&self.kind);
        let plain = matches!(self.kind.as_str(), "text" | "str" | "string" | "String" | "");
        match field.shape {
            Shape::Text if !plain && !self.bullets.is_empty() => {
                let choice =
                    |(name, text): &(String, String)| Choice::new(name.as_str().into(), text);
                Field::shaped(Shape::Choice(self.bullets.iter().map(choice).collect()))
            }
            _ => field,
        }
    }
}

impl Field {
    pub(super) fn shaped(shape: Shape) -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            shape,
            bounds: Bounds::default(),
            nullable: false,
        }
    }

    /// The field as one of several forms: its tag, else its name.
    pub(super) fn label(&self) -> &str {
        let Shape::Object(properties) = &self.shape else {
            return &self.name;
        };
        let tag = properties.iter().find_map(|property| match &property.shape {
            Shape::Choice(choices) => choices.first().filter(|_| choices.len() == 1),
            _ => None,
        });
        match (tag, properties.as_slice()) {
            (Some(tag), _) => &tag.name,
            (None, [only]) => &only.name,
            _ => &self.name,
        }
    }

    /// Whether a value could be of this field's form.
    pub(super) fn describes(&self, value: &Value) -> bool {
        match &self.shape {
            Shape::Text => value.is_string(),
            Shape::Whole => value.is_i64() || value.is_u64(),
            Shape::Number => value.is_number(),
            Shape::Choice(choices) => choices.iter().any(|choice| choice.value == *value),
            Shape::List(_) | Shape::Tuple(_) => value.is_array(),
            Shape::Map(_) => value.is_object(),
            Shape::Object(properties) => properties.iter().all(|property| {
                let own = value.get(&property.name);
                own.map_or(property.nullable, |own| property.describes(own))
            }),
            Shape::OneOf(variants) => variants.iter().any(|variant| variant.describes(value)),
            Shape::Nothing => value.is_null(),
        }
    }

    /// Whether one of the words that make up the name starts with one of `beginnings`.
    pub(super) fn is_named(&self, beginnings: &[&str]) -> bool {
        name_has(&self.name, beginnings)
    }
}

/// Whether one of the words of a field name starts with one of `beginnings`.
pub(super) fn name_has(name: &str, beginnings: &[&str]) -> bool {
    let name = name.to_lowercase();
    name.split(|c: char| !c.is_alphanumeric())
        .any(|word| beginnings.iter().any(|beginning| word.starts_with(beginning)))
}

impl Shape {
    /// True or false.
    pub(super) fn truth() -> Self {
        Self::Choice(vec![Choice::new(true.into(), ""), Choice::new(false.into(), "")])
    }
}

/// Where the parenthesis closes that was opened just before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}
