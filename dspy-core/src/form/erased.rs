//! [`DynForm`]: a form without its type, and how those of a field's type are found.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::generate::SchemaSettings;
use schemars::transform::Transform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use super::{
    Audio, Citations, Code, Document, File, Form, Image, Inputs, NativeAnswer, Reasoning, Target,
    ToolCalls, YesNo, language,
};
use crate::lm::{Part, ToolSpec};
use crate::schema::MARKER;
use crate::wire;

/// A form without its type.
#[derive(Clone)]
pub(crate) struct DynForm {
    word: Arc<str>,
    note: fn() -> Option<String>,
    answer_schema: fn() -> Value,
    render: fn(&Value, &Target) -> Result<Vec<Part>, String>,
    parse: fn(&str) -> Result<Value, String>,
    accept: fn(Value) -> Result<Value, String>,
    native: fn(&NativeAnswer<'_>) -> Option<Value>,
    check: fn(&Value, &Inputs<'_>) -> Result<(), String>,
    is_media: bool,
}

impl DynForm {
    pub(crate) fn of<T: Form>() -> Self {
        Self {
            word: T::word().into(),
            note: T::note,
            answer_schema: T::answer_schema,
            render: |value, target| typed::<T>(value)?.render(target),
            parse: |text| json(&T::parse(text)?),
            accept: accept::<T>,
            native: |answer| json(&T::native(answer)?).ok(),
            check: |value, inputs| typed::<T>(value)?.check(inputs),
            is_media: T::is_media(),
        }
    }

    pub(crate) fn word(&self) -> &str {
        &self.word
    }

    pub(crate) fn note(&self) -> Option<String> {
        (self.note)()
    }

    pub(crate) fn answer_schema(&self) -> Value {
        (self.answer_schema)()
    }

    pub(crate) fn is_media(&self) -> bool {
        self.is_media
    }

    pub(crate) fn render(&self, value: &Value, target: &Target) -> Result<Vec<Part>, String> {
        (self.render)(value, target)
    }

    pub(crate) fn parse(&self, text: &str) -> Result<Value, String> {
        (self.parse)(text)
    }

    /// Reads what stands as JSON in an answer.
    pub(crate) fn accept(&self, value: Value) -> Result<Value, String> {
        (self.accept)(value)
    }

    pub(crate) fn native(&self, answer: &NativeAnswer<'_>) -> Option<Value> {
        (self.native)(answer)
    }

    pub(crate) fn check(&self, value: &Value, inputs: &Inputs<'_>) -> Result<(), String> {
        (self.check)(value, inputs)
    }
}

impl PartialEq for DynForm {
    fn eq(&self, other: &Self) -> bool {
        self.word == other.word
    }
}

impl fmt::Debug for DynForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word)
    }
}

fn typed<T: Form>(value: &Value) -> Result<T, String> {
    wire::from_value(value.clone()).map_err(|error| error.to_string())
}

fn json<T: Form>(value: &T) -> Result<Value, String> {
    wire::to_value(value).map_err(|error| error.to_string())
}

fn accept<T: Form>(value: Value) -> Result<Value, String> {
    match value {
        Value::String(text) => json(&T::parse(&text)?),
        other => match typed::<T>(&other) {
            Ok(value) => json(&value),
            // What a type says of its own text is the better error.
            Err(_) => json(&T::parse(&other.to_string())?),
        },
    }
}

/// Gathers the forms of all types that a schema is made of. It changes no schema: schemars hands it
/// to every type, and that is all that is wanted of it.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<DynForm>>>);

impl Transform for Collector {
    fn transform(&mut self, _schema: &mut Schema) {}
}

/// Tells whoever gathers forms, if anybody does, that the schema is made of this one, too.
pub(super) fn collect<T: Form>(generator: &SchemaGenerator) {
    let mut all = generator.settings().transforms.iter();
    let Some(collector) = all.find_map(|transform| transform.downcast_ref::<Collector>()) else {
        return;
    };
    let mut found = collector.0.lock().unwrap_or_else(PoisonError::into_inner);
    let form = DynForm::of::<T>();
    if !found.contains(&form) {
        found.push(form);
    }
}

/// The schema of a type, as [`schema::of`](crate::schema::of) makes it, and the forms in it.
pub(crate) fn collected<T: JsonSchema + ?Sized>() -> (Value, Vec<DynForm>) {
    let collector = Collector::default();
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.meta_schema = None)
        .with_transform(collector.clone());
    let schema = SchemaGenerator::new(settings).into_root_schema_for::<T>().to_value();
    let found = std::mem::take(&mut *collector.0.lock().unwrap_or_else(PoisonError::into_inner));
    (schema, found)
}

/// The forms of this crate that a schema names: for schemas that come without a type.
pub(crate) fn builtin_in(schema: &Value) -> Vec<DynForm> {
    let mut found = Vec::new();
    search(schema, &mut found);
    found
}

fn search(schema: &Value, found: &mut Vec<DynForm>) {
    match schema {
        Value::Object(object) => {
            let form = object.get(MARKER).and_then(Value::as_str).and_then(builtin);
            if let Some(form) = form.filter(|form| !found.contains(form)) {
                found.push(form);
            }
            object.values().for_each(|inner| search(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| search(inner, found)),
        _ => {}
    }
}

fn builtin(word: &str) -> Option<DynForm> {
    macro_rules! first {
        ($($type:ty),+ $(,)?) => {
            match word {
                $(_ if word == <$type as Form>::word() => DynForm::of::<$type>(),)+
                _ => return None,
            }
        };
    }
    use language::{
        Any, Bash, Css, Go, Html, Java, JavaScript, Json, Python, Rust, Sql, TypeScript, Yaml,
    };
    Some(first!(
        Image,
        Audio,
        File,
        Reasoning,
        Document,
        Citations,
        ToolCalls,
        ToolSpec,
        YesNo,
        Code<Any>,
        Code<Bash>,
        Code<Css>,
        Code<Go>,
        Code<Html>,
        Code<Java>,
        Code<JavaScript>,
        Code<Json>,
        Code<Python>,
        Code<Rust>,
        Code<Sql>,
        Code<TypeScript>,
        Code<Yaml>,
    ))
}
