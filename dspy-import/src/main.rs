//! `dspy-import x.json --signatures sig.json [--out FOLDER] [--dspy VERSION-OR-PATH]`

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::Value;

const USAGE: &str = "usage: dspy-import PROGRAM.json --signatures SIGNATURES.json [--out FOLDER] \
                     [--dspy VERSION-OR-PATH]

Makes a Rust crate of a program that Python DSPy saved with `program.save(\"PROGRAM.json\")`.
SIGNATURES.json is what scripts/dump_signatures.py writes where the Python program is.
FOLDER is `imported` unless it is given; no file in it is overwritten.";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("dspy-import: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<String, String> {
    let (mut program, mut signatures) = (None, None);
    let (mut out, mut dspy) = (PathBuf::from("imported"), env!("CARGO_PKG_VERSION").to_owned());
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(USAGE.to_owned()),
            "--signatures" => signatures = Some(value()?),
            "--out" => out = value()?.into(),
            "--dspy" => dspy = value()?,
            unknown if unknown.starts_with('-') => {
                return Err(format!("there is no option `{unknown}`\n\n{USAGE}"));
            }
            _ if program.is_none() => program = Some(argument),
            extra => return Err(format!("one program at a time, not also `{extra}`")),
        }
    }
    let (Some(program), Some(signatures)) = (program, signatures) else {
        return Err(format!("a program and its signatures are needed\n\n{USAGE}"));
    };
    let file = read(&program)?;
    let dump = serde_json::from_value(read(&signatures)?)
        .map_err(|error| format!("`{signatures}` holds no signatures: {error}"))?;
    let skeleton = dspy_import::generate(&file, &dump, &dspy).map_err(|error| error.to_string())?;
    skeleton.write(&out).map_err(|error| error.to_string())?;
    let notes: Vec<String> = skeleton.notes.iter().map(|note| format!("note: {note}\n")).collect();
    Ok(format!("{}wrote {} files into {}", notes.concat(), skeleton.files().count(), out.display()))
}

fn read(path: &str) -> Result<Value, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("could not read `{path}`: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("`{path}` is no JSON: {error}"))
}
