//! The inputs that the command line gives: an option for each, or JSON.

use std::io::Read as _;

use clap::{Arg, ArgAction, ArgMatches};
use dspy_core::module::Module;
use dspy_core::parse;
use dspy_core::schema;
use dspy_core::signature::{Field, Fields};
use dspy_core::wire;
use dspy_grammar::nearest;
use serde_json::{Map, Value};

use crate::command::text;
use crate::console::Console;
use crate::fault::Fault;
use crate::shape::{Slot, inputs};

/// Options are found under another id than the command's own, however the field is called.
fn id(name: &str) -> String {
    format!("input:{name}")
}

/// An option for each input: `--NAME`, or `--input-NAME` where the command has one of that name.
pub(super) fn args<P: Module>(program: &P, taken: &[String]) -> Vec<Arg> {
    inputs(program).iter().map(|slot| arg(slot, taken)).collect()
}

fn arg(slot: &Slot, taken: &[String]) -> Arg {
    let name = slot.field.name();
    let is_taken = taken.iter().any(|long| long == name);
    let long = if is_taken { format!("input-{name}") } else { name.to_owned() };
    let words = long.replace('_', "-");
    let mut help = slot.field.desc().to_owned();
    let kind = slot.field.type_name();
    help.push_str(&if help.is_empty() { format!("[{kind}]") } else { format!(" [{kind}]") });
    if items(&slot.field).is_some() {
        help.push_str(" (once for each item, or as JSON)");
    }
    if let Some(default) = slot.field.default_value().filter(|default| !default.is_null()) {
        help.push_str(&format!(" [default: {default}]"));
    }
    let mut arg = Arg::new(id(name)).long(long).value_name("VALUE").help(help);
    if words != name && !taken.contains(&words) && Some(words.as_str()) != arg.get_long() {
        arg = arg.alias(words);
    }
    arg.help_heading("Inputs").allow_hyphen_values(true).action(ArgAction::Append)
}

/// The first input that was given by an option.
pub(super) fn first<P: Module>(program: &P, args: &ArgMatches) -> Option<String> {
    let name = |slot: Slot| slot.field.name().to_owned();
    inputs(program).into_iter().map(name).find(|name| args.contains_id(&id(name)))
}

/// The program's input. Options go before the same fields of JSON.
pub(super) fn read<P: Module>(
    program: &P,
    args: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<P::Input, Fault> {
    let slots = inputs(program);
    let by_option = first(program, args).is_some();
    let stated = match text(args, "input") {
        Some("-") => Some(stdin(console)?),
        Some(json) => Some(("the argument".to_owned(), json.to_owned())),
        None if !by_option && !console.around.stdin_is_terminal => {
            Some(stdin(console)?).filter(|(_, text)| !text.trim().is_empty())
        }
        None => None,
    };
    let mut fields = match stated {
        Some((from, json)) => match object(&json, &from) {
            // An input that is no struct is given as it is.
            Ok(Value::Object(fields)) => fields,
            Ok(other) if slots.is_empty() => return typed(other),
            Ok(other) => {
                let found: String = other.to_string().chars().take(40).collect();
                return Err(Fault::usage(format!(
                    "{from} must be a JSON object with the inputs {}, not {found}",
                    names(&slots)
                )));
            }
            Err(fault) => return Err(fault),
        },
        None => Map::new(),
    };
    for slot in &slots {
        let name = slot.field.name();
        if let Some(given) = args.get_many::<String>(&id(name)) {
            let given: Vec<&str> = given.map(String::as_str).collect();
            fields.insert(name.to_owned(), value(&slot.field, &given)?);
        }
    }
    check(&fields, &slots)?;
    typed(Value::Object(fields))
}

fn stdin(console: &mut Console<'_>) -> Result<(String, String), Fault> {
    let mut text = String::new();
    let read = console.around.stdin.read_to_string(&mut text);
    let path = "standard input".to_owned();
    read.map_err(|source| Fault::File { action: "could not read", path: path.clone(), source })?;
    Ok((path, text))
}

fn object(json: &str, from: &str) -> Result<Value, Fault> {
    serde_json::from_str(json).map_err(|error| {
        Fault::usage(format!(
            "{from} is no JSON: {error}; write an object of inputs, such as {{\"name\": \"value\"}}"
        ))
    })
}

fn typed<I: dspy_core::signature::Data>(value: Value) -> Result<I, Fault> {
    wire::from_value(value)
        .map_err(|error| Fault::usage(format!("the input does not fit: {error}")))
}

/// What all fields are, known and given.
fn check(fields: &Fields, slots: &[Slot]) -> Result<(), Fault> {
    if slots.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = slots.iter().map(|slot| slot.field.name()).collect();
    if let Some(unknown) = fields.keys().find(|name| !known.contains(&name.as_str())) {
        let meant = match nearest(unknown, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names(slots)),
        };
        return Err(Fault::usage(format!("the program has no input `{unknown}`; {meant}")));
    }
    for slot in slots {
        let name = slot.field.name();
        match fields.get(name) {
            None if slot.is_required => {
                return Err(Fault::usage(format!(
                    "the input `{name}` ({}) is missing; give it as an option (`run --help` lists them) \
                     or in a JSON object",
                    slot.field.type_name()
                )));
            }
            Some(value) => slot.field.check(value).map_err(|message| {
                Fault::usage(format!("the input `{name}` does not fit: {message}"))
            })?,
            None => {}
        }
    }
    Ok(())
}

fn names(slots: &[Slot]) -> String {
    slots.iter().map(|slot| format!("`{}`", slot.field.name())).collect::<Vec<_>>().join(", ")
}

/// What an option says: text as it is, all else by the field's type; items one by one.
fn value(field: &Field, given: &[&str]) -> Result<Value, Fault> {
    let name = field.name();
    let wrong =
        |message: String| Fault::usage(format!("the input `{name}` does not fit: {message}"));
    let read = |text: &str, schema: &Value| {
        parse::parse(text, schema)
            .map(|parsed| parsed.value)
            .map_err(|error| wrong(error.to_string()))
    };
    if field.is_text() {
        return match given {
            [text] => Ok(Value::from(*text)),
            _ => Err(wrong("it was given more than once".to_owned())),
        };
    }
    match (given, items(field)) {
        ([text], Some(_)) if text.trim_start().starts_with('[') => read(text, field.schema()),
        (_, Some(item)) => {
            let item = Field::with_schema(name, item);
            let all = given.iter().map(|text| match item.is_text() {
                true => Ok(Value::from(*text)),
                false => read(text, item.schema()),
            });
            all.collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        ([text], None) => read(text, field.schema()),
        _ => Err(wrong("it was given more than once".to_owned())),
    }
}

/// The schema of a list's items, with the definitions that it refers to.
fn items(field: &Field) -> Option<Value> {
    let root = field.schema();
    let list = schema::resolve(root, root);
    if list.get("type").and_then(Value::as_str) != Some("array") {
        return None;
    }
    let mut item = list.get("items")?.clone();
    if let (Some(item), Some(definitions)) = (item.as_object_mut(), root.get("$defs")) {
        item.insert("$defs".to_owned(), definitions.clone());
    }
    Some(item)
}
