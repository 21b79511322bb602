//! One input or output of a signature.

use schemars::JsonSchema;
use serde_json::Value;

use crate::form::{self, DynForm, REASONING};
use crate::{parse, schema};

/// One input or output: its name, description and type.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    name: String,
    desc: String,
    schema: Value,
    /// What every call asks of the schema.
    traits: Traits,
    default: Option<Value>,
    aliases: Vec<String>,
    examples: Vec<Value>,
}

/// What a schema says at a glance.
#[derive(Clone, Debug, PartialEq)]
struct Traits {
    text: bool,
    nullable: bool,
    marker: Option<Box<str>>,
    /// The forms of the type, and of the types in it.
    forms: Vec<DynForm>,
}

impl Traits {
    fn of(schema: &Value, forms: Vec<DynForm>) -> Self {
        let marker = marker(schema);
        // How a form writes its value is its own business, and no plain text; but for thoughts.
        let is_free = marker.is_none_or(|word| word == REASONING);
        Self {
            text: is_free && schema::is_plain_text(schema, schema),
            nullable: is_nullable(schema),
            marker: marker.map(Box::from),
            forms,
        }
    }
}

/// The marker of the type, or of the one that is optional here.
fn marker(schema: &Value) -> Option<&str> {
    schema::marker(schema).or_else(|| {
        let resolved = schema::resolve(schema, schema);
        let alternatives = resolved.get("anyOf").and_then(Value::as_array)?;
        let mut resolved = alternatives.iter().map(|one| schema::resolve(schema, one));
        resolved.find_map(|one| one.get(schema::MARKER)?.as_str())
    })
}

fn is_nullable(schema: &Value) -> bool {
    let resolved = schema::resolve(schema, schema);
    let is_null = |schema: &Value| schema.get("type").and_then(Value::as_str) == Some("null");
    match (resolved.get("type"), resolved.get("anyOf")) {
        (Some(Value::Array(types)), _) => types.iter().any(|t| t == "null"),
        (_, Some(Value::Array(alternatives))) => alternatives.iter().any(is_null),
        _ => is_null(resolved),
    }
}

impl Field {
    /// A field of a Rust type.
    pub fn of<T: JsonSchema>(name: impl Into<String>) -> Self {
        let (schema, forms) = form::collected::<T>();
        Self::with_forms(name, schema, forms)
    }

    /// A field of any JSON Schema.
    pub fn with_schema(name: impl Into<String>, schema: Value) -> Self {
        let forms = form::builtin_in(&schema);
        Self::with_forms(name, schema, forms)
    }

    /// A field of a type with these forms in it.
    fn with_forms(name: impl Into<String>, schema: Value, forms: Vec<DynForm>) -> Self {
        Self {
            name: name.into(),
            desc: String::new(),
            traits: Traits::of(&schema, forms),
            schema,
            default: None,
            aliases: Vec::new(),
            examples: Vec::new(),
        }
    }

    /// The same field with a description.
    #[must_use]
    pub fn with_desc(mut self, desc: impl Into<String>) -> Self {
        self.desc = desc.into();
        self
    }

    /// The same field with a value that stands in where a model leaves it out.
    #[must_use]
    pub fn with_default(mut self, default: Value) -> Self {
        self.default = Some(default);
        self
    }

    /// The same field with one more name under which a file or a model may give it.
    #[must_use]
    pub fn with_alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// The same field with one more example of a value, which prompts show.
    #[must_use]
    pub fn with_example(mut self, example: Value) -> Self {
        self.examples.push(example);
        self
    }

    /// The same field with more examples of values.
    #[must_use]
    pub fn with_examples(mut self, examples: impl IntoIterator<Item = Value>) -> Self {
        self.examples.extend(examples);
        self
    }

    /// The name on the wire and in files.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the field holds, in words; empty where nothing was said.
    pub fn desc(&self) -> &str {
        &self.desc
    }

    /// The JSON Schema of its values.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// The value that stands in where the field is missing.
    pub fn default_value(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// Other names of the field.
    pub fn aliases(&self) -> &[String] {
        &self.aliases
    }

    /// Examples of values.
    pub fn examples(&self) -> &[Value] {
        &self.examples
    }

    /// The type's name, as a prompt spells it.
    pub fn type_name(&self) -> String {
        schema::type_name(&self.schema, &self.schema)
    }

    /// Whether the values are plain text: not of a closed set, and not of a form that is checked,
    /// such as a date.
    pub fn is_text(&self) -> bool {
        self.traits.text
    }

    /// Whether null is a value of the field.
    pub fn is_nullable(&self) -> bool {
        self.traits.nullable
    }

    /// The word by which the type asks adapters for special treatment.
    pub(crate) fn marker(&self) -> Option<&str> {
        self.traits.marker.as_deref()
    }

    /// The form of the type, if it has one of its own.
    pub(crate) fn form(&self) -> Option<&DynForm> {
        let word = self.marker()?;
        self.traits.forms.iter().find(|form| form.word() == word)
    }

    /// The forms of the type and of the types in it.
    pub(crate) fn forms(&self) -> &[DynForm] {
        &self.traits.forms
    }

    /// What a model must know to write a value; `None` where plain text will do.
    pub(crate) fn note(&self) -> Option<String> {
        match self.form() {
            Some(form) => match (form.note(), self.is_nullable()) {
                (Some(note), true) => Some(format!("{note}; or None")),
                (note, _) => note,
            },
            None => schema::note(&self.schema, &self.schema),
        }
    }

    /// Whether the value fits the field as it is: nothing repaired, nothing guessed.
    ///
    /// # Errors
    /// What was expected and what was found.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let parsed = parse::fit(value.clone(), &self.schema).map_err(|error| error.to_string())?;
        match parsed.repairs.first() {
            None => Ok(()),
            Some(repair) => Err(format!("the value does not fit as it is: {repair}")),
        }
    }

    /// Whether a name in a file or an answer means this field.
    pub fn answers_to(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }

    /// The same field with a schema made of its own, such as one with bounds.
    pub(crate) fn changed_to(mut self, change: impl FnOnce(Value) -> Value) -> Self {
        let schema = change(std::mem::take(&mut self.schema));
        self.set_schema(schema);
        self
    }

    pub(super) fn set_schema(&mut self, schema: Value) {
        let mut forms = std::mem::take(&mut self.traits.forms);
        for form in form::builtin_in(&schema) {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        self.traits = Traits::of(&schema, forms);
        self.schema = schema;
    }

    pub(super) fn set_desc(&mut self, desc: String) {
        self.desc = desc;
    }
}
