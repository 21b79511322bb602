//! Signatures as JSON.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::Fields;
use super::error::{SignatureError, suggestion};
use super::field::Field;
use super::task::SignatureSchema;
use super::text::{UNNAMED, schema_of_type};

const KEYS: [&str; 4] = ["name", "instructions", "inputs", "outputs"];
const FIELD_KEYS: [&str; 7] = ["name", "type", "schema", "desc", "default", "aliases", "examples"];

impl SignatureSchema {
    /// Reads a signature from JSON:
    ///
    /// ```
    /// use dspy::SignatureSchema;
    ///
    /// let schema = SignatureSchema::from_json(&serde_json::json!({
    ///     "name": "Rate",
    ///     "instructions": "Rate the answer.",
    ///     "inputs": [{"name": "question"}, {"name": "answers", "type": "list[str]"}],
    ///     "outputs": [{
    ///         "name": "score",
    ///         "schema": {"type": "number", "maximum": 1},
    ///         "desc": "At most 1.",
    ///         "default": 0.5,
    ///         "aliases": ["rating"],
    ///         "examples": [0.9],
    ///     }],
    /// }))?;
    /// assert_eq!(schema.inputs()[1].type_name(), "list of text");
    /// # Ok::<(), dspy::signature::SignatureError>(())
    /// ```
    ///
    /// A field's type is given by `type`, spelled as in a signature's text, or by `schema`, a JSON
    /// Schema; without either it is text. Without `instructions`, they name the fields. Writing
    /// gives `schema`, and reading that back gives the same signature.
    ///
    /// # Errors
    /// [`SignatureError`], which names the field.
    pub fn from_json(json: &Value) -> Result<Self, SignatureError> {
        let object = object(json, "the signature", &KEYS)?;
        let name = text(object, "name", "the signature")?.unwrap_or(UNNAMED);
        let instructions = text(object, "instructions", "the signature")?;
        let inputs = fields(object, "inputs")?;
        let outputs = fields(object, "outputs")?;
        let schema = Self::new(name, inputs, outputs);
        schema.check()?;
        Ok(match instructions {
            Some(instructions) => schema.with_instructions(instructions),
            None => schema,
        })
    }

    /// Writes the signature as JSON that [`from_json`](Self::from_json) reads.
    pub fn to_json(&self) -> Value {
        let list = |fields: &[Field]| fields.iter().map(field_to_json).collect::<Vec<_>>();
        json!({
            "name": self.name(),
            "instructions": self.instructions(),
            "inputs": list(self.inputs()),
            "outputs": list(self.outputs()),
        })
    }
}

impl Serialize for SignatureSchema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SignatureSchema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn field_to_json(field: &Field) -> Value {
    let mut json = Fields::new();
    let mut put = |key: &str, value: Value| drop(json.insert(key.to_owned(), value));
    put("name", field.name().into());
    put("schema", field.schema().clone());
    if !field.desc().is_empty() {
        put("desc", field.desc().into());
    }
    if let Some(default) = field.default_value() {
        put("default", default.clone());
    }
    if !field.aliases().is_empty() {
        put("aliases", field.aliases().into());
    }
    if !field.examples().is_empty() {
        put("examples", field.examples().into());
    }
    Value::Object(json)
}

fn fields(object: &Fields, key: &str) -> Result<Vec<Field>, SignatureError> {
    match object.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Array(fields)) => {
            let read = |(index, json)| read_field(json, &format!("{key}[{index}]"));
            fields.iter().enumerate().map(read).collect()
        }
        Some(_) => Err(wrong("the signature", format!("`{key}` must be a list of fields"))),
    }
}

fn read_field(json: &Value, place: &str) -> Result<Field, SignatureError> {
    let name = json.get("name").and_then(Value::as_str);
    let place = match name {
        Some(name) => format!("{place} `{name}`"),
        None => place.to_owned(),
    };
    let object = object(json, &place, &FIELD_KEYS)?;
    let Some(name) = text(object, "name", &place)? else {
        return Err(wrong(&place, "the field's `name` is missing"));
    };
    let schema = match (text(object, "type", &place)?, object.get("schema")) {
        (Some(_), Some(_)) => {
            let message = "`type` and `schema` both say what the field holds: keep one of them";
            return Err(wrong(&place, message));
        }
        (Some(spelled), None) => {
            schema_of_type(spelled).map_err(|error| wrong(&place, format!("`type`: {error}")))?
        }
        (None, Some(schema @ (Value::Object(_) | Value::Bool(true)))) => schema.clone(),
        (None, Some(_)) => {
            let message =
                "`schema` must be a JSON Schema: an object, such as {\"type\": \"string\"}";
            return Err(wrong(&place, message));
        }
        (None, None) => crate::schema::of::<String>(),
    };
    let mut field = Field::with_schema(name, schema);
    if let Some(desc) = text(object, "desc", &place)? {
        field = field.with_desc(desc);
    }
    if let Some(default) = object.get("default") {
        field = field.with_default(default.clone());
    }
    for alias in list(object, "aliases", &place)? {
        let Some(alias) = alias.as_str() else {
            return Err(wrong(
                &place,
                format!("`aliases` must be a list of names, not of `{alias}`"),
            ));
        };
        field = field.with_alias(alias);
    }
    for example in list(object, "examples", &place)? {
        field = field.with_example(example.clone());
    }
    Ok(field)
}

/// The JSON as an object that has none but these keys.
fn object<'j>(json: &'j Value, place: &str, keys: &[&str]) -> Result<&'j Fields, SignatureError> {
    let Some(object) = json.as_object() else {
        return Err(wrong(place, "expected a JSON object"));
    };
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => {
            let known: Vec<_> = keys.iter().map(|key| (*key).to_owned()).collect();
            Err(wrong(place, format!("there is no key `{key}`{}", suggestion(key, &known))))
        }
        None => Ok(object),
    }
}

fn text<'j>(object: &'j Fields, key: &str, place: &str) -> Result<Option<&'j str>, SignatureError> {
    match object.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(place, format!("`{key}` must be a text"))),
    }
}

fn list<'j>(object: &'j Fields, key: &str, place: &str) -> Result<&'j [Value], SignatureError> {
    match object.get(key) {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(wrong(place, format!("`{key}` must be a list"))),
    }
}

fn wrong(place: &str, message: impl Into<String>) -> SignatureError {
    SignatureError::Json { place: place.to_owned(), message: message.into() }
}
