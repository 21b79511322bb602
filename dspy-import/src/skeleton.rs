//! The whole crate.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::dump::{Agent, Dump, DumpedTool};
use crate::names::{doc, free, of_type, of_value};
use crate::parts::{Part, Segment, segments};
use crate::program::Program;
use crate::signatures::Signatures;
use crate::types::Types;

/// The files of a crate, by path.
#[derive(Clone, Debug)]
pub struct Skeleton {
    files: BTreeMap<String, String>,
    /// What has no counterpart in Rust, and what was made of it.
    pub notes: Vec<String>,
}

/// Why there is no crate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file and the signatures are of different programs.
    #[error("the file and the signatures are of different programs: {0}")]
    Differ(String),
    /// A path that no program has.
    #[error("`{0}` is no path of a predictor")]
    Path(String),
    /// A file that could not be written.
    #[error("could not write `{path}`: {message}")]
    Write {
        /// The file.
        path: String,
        /// What the system said.
        message: String,
    },
}

impl Skeleton {
    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// All files with their paths, sorted.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Writes the files into a folder, which is made where it is not there. No file that is there
    /// already is overwritten.
    ///
    /// # Errors
    /// [`ImportError::Write`].
    pub fn write(&self, folder: &Path) -> Result<(), ImportError> {
        let fault = |path: &Path, message: String| ImportError::Write {
            path: path.display().to_string(),
            message,
        };
        let places: Vec<_> =
            self.files.iter().map(|(name, text)| (folder.join(name), text)).collect();
        if let Some((path, _)) = places.iter().find(|(path, _)| path.exists()) {
            return Err(fault(path, "it is there already".to_owned()));
        }
        for (path, text) in places {
            let parent = path.parent().unwrap_or(folder);
            std::fs::create_dir_all(parent).map_err(|error| fault(parent, error.to_string()))?;
            std::fs::write(&path, text).map_err(|error| fault(&path, error.to_string()))?;
        }
        Ok(())
    }
}

/// Makes a crate of a saved program and its signatures. `dspy` is the version of the crate `dspy` to
/// depend on, or the path of one: whatever holds a `/` is a path.
///
/// # Errors
/// [`ImportError`]: they do not belong together.
pub fn generate(file: &Value, dump: &Dump, dspy: &str) -> Result<Skeleton, ImportError> {
    same_program(file, dump)?;
    let (mut types, mut signatures) = (Types::default(), Signatures::default());
    let mut root = Part::Parts(BTreeMap::new());
    let mut tools = Vec::new();
    for (place, agent) in &dump.agents {
        let leaf = agent_leaf(place, agent, &mut signatures, &mut types, &mut tools);
        put(&mut root, place, leaf)?;
    }
    for (place, predictor) in &dump.predictors {
        if predictor.module == "ReAct" {
            continue;
        }
        let mut task = predictor.signature.clone();
        let is_thought = predictor.module == "ChainOfThought"
            && task.outputs.first().is_some_and(|field| field.name == "reasoning");
        // A chain of thought's predictor is one level deeper in Python.
        let outer = match is_thought {
            true => {
                place.strip_suffix("predict").map(|it| it.trim_end_matches('.')).unwrap_or(place)
            }
            false => place,
        };
        let (strategy, erased) = match is_thought {
            true => ("ChainOfThought", "chain_of_thought"),
            false => ("Predict", "new"),
        };
        if is_thought {
            task.outputs.remove(0);
        }
        let name = signatures.of(&task, &named(outer, &dump.program), &mut types);
        let question = if is_thought { "?" } else { "" };
        let leaf = Part::Leaf {
            kind: format!("{strategy}<{name}>"),
            made: format!("{strategy}::new()"),
            erased: format!("dspy::Predictor::{erased}({name}::schema()){question}"),
        };
        put(&mut root, outer, leaf)?;
    }
    let tools = tools_file(&tools, &mut types);
    let manifest = manifest(&dump.program, &types, dspy);
    let program = Program::beside(signatures.names()).file(&dump.program, &root);
    let all = [
        ("Cargo.toml", manifest),
        ("program.json", format!("{file:#}\n")),
        ("src/lib.rs", library(!types.file().is_empty())),
        ("src/program.rs", program),
        ("src/signatures.rs", signatures.file()),
        ("src/tools.rs", tools),
        ("src/types.rs", types.file()),
    ];
    let files = all.into_iter().filter(|(_, text)| !text.is_empty());
    let files = files.map(|(path, text)| (path.to_owned(), text)).collect();
    Ok(Skeleton { files, notes: types.notes })
}

/// Whether both have the same predictors with as many fields.
fn same_program(file: &Value, dump: &Dump) -> Result<(), ImportError> {
    let differ = |message: String| Err(ImportError::Differ(message));
    let Some(entries) = file.as_object() else {
        return differ("the file is no JSON object".to_owned());
    };
    // A program that is one predictor has no path in its file.
    let is_bare = file.pointer("/signature/instructions").is_some();
    let bare = || serde_json::Map::from_iter([("self".to_owned(), file.clone())]);
    let entries = if is_bare { &bare() } else { entries };
    for (path, entry) in entries.iter().filter(|(path, _)| *path != "metadata") {
        let Some(predictor) = dump.predictors.get(path) else {
            return differ(format!("there is no signature for `{path}`"));
        };
        let task = &predictor.signature;
        let there = task.inputs.len() + task.outputs.len();
        let fields = entry.pointer("/signature/fields").and_then(Value::as_array);
        match fields.map(Vec::len) {
            Some(here) if here > 0 && here != there => {
                return differ(format!(
                    "`{path}` has {here} fields in the file, its signature {there}"
                ));
            }
            _ => {}
        }
    }
    match dump.predictors.keys().find(|path| !entries.contains_key(*path)) {
        Some(path) => differ(format!("the file has no entry for `{path}`")),
        None => Ok(()),
    }
}

fn put(root: &mut Part, place: &str, leaf: Part) -> Result<(), ImportError> {
    let fault = || ImportError::Path(place.to_owned());
    let path = match place {
        "self" => Vec::new(),
        _ => segments(place).ok_or_else(fault)?,
    };
    root.put(&path, leaf).ok_or_else(fault)
}

/// What a task without a name is called: the last name of its path, or the program's.
fn named(place: &str, program: &str) -> String {
    let last = segments(place).unwrap_or_default().into_iter().rev().find_map(|it| match it {
        Segment::Field(name) | Segment::Key(name) if name != "self" => Some(name),
        _ => None,
    });
    format!("{}Task", of_type(last.as_deref().unwrap_or(program)))
}

fn agent_leaf(
    place: &str,
    agent: &Agent,
    signatures: &mut Signatures,
    types: &mut Types,
    tools: &mut Vec<(String, DumpedTool)>,
) -> Part {
    let name = signatures.of(&agent.signature, &named(place, "agent"), types);
    let mut made = Vec::new();
    for tool in &agent.tools {
        let known = tools.iter().find(|(_, known)| known == tool).map(|(ident, _)| ident.clone());
        let ident = known.unwrap_or_else(|| {
            let is_taken = |name: &str| tools.iter().any(|(known, _)| known == name);
            let ident = free(of_value(&tool.name), is_taken);
            tools.push((ident.clone(), tool.clone()));
            ident
        });
        made.push(format!("tools::{ident}_tool()"));
    }
    let steps = agent.max_iters.map(|most| format!(".max_iterations({most})")).unwrap_or_default();
    Part::Leaf {
        kind: format!("ReAct<{name}>"),
        made: format!("ReAct::new([{}])?{steps}", made.join(", ")),
        erased: String::new(),
    }
}

/// A tool that says that it has to be written.
fn written(tool: &DumpedTool, ident: &str, types: &mut Types) -> String {
    let arguments = tool.args.iter().map(|(key, schema)| {
        let kind = types.of(schema, &format!("{}_{key}", tool.name));
        let name = of_value(key);
        let rename = match name == *key {
            true => String::new(),
            false => format!("#[arg(rename = {})] ", Value::from(key.as_str())),
        };
        format!("{rename}{name}: {kind}")
    });
    let arguments = arguments.collect::<Vec<_>>();
    let used: String = tool.args.keys().map(|key| of_value(key) + ", ").collect();
    let message = Value::from(format!("`{}` does not do anything yet", tool.name));
    let mut text = doc(&tool.desc, "");
    let rename = match ident == tool.name {
        true => String::new(),
        false => format!("(rename = {})", Value::from(tool.name.as_str())),
    };
    let _ = write!(
        text,
        "#[dspy::tool{rename}]\npub async fn {ident}({}) -> Result<String, String> {{\n    \
         let _ = ({});\n    Err({message}.to_owned())\n}}\n",
        arguments.join(", "),
        used.trim_end(),
    );
    text
}

fn tools_file(tools: &[(String, DumpedTool)], types: &mut Types) -> String {
    let texts: Vec<_> = tools.iter().map(|(ident, tool)| written(tool, ident, types)).collect();
    format!("//! What agents can do: write what each tool does.\n\n{}", texts.join("\n"))
}

fn library(has_types: bool) -> String {
    let types = if has_types { "pub mod types;\n" } else { "" };
    format!(
        "//! A program that was written in Python; `program.json` is what it learned there.\n\n\
         pub mod program;\npub mod signatures;\npub mod tools;\n{types}"
    )
}

fn manifest(name: &str, types: &Types, dspy: &str) -> String {
    let name = of_value(name).replace('_', "-");
    let features = if types.crates.contains("chrono") { ", features = [\"chrono\"]" } else { "" };
    let place = if dspy.contains('/') { "path" } else { "version" };
    let place = format!("{place} = {}", Value::from(dspy));
    let mut text = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\ndspy = {{ {place}{features} }}\n"
    );
    if types.crates.contains("chrono") {
        text.push_str("chrono = { version = \"0.4\", default-features = false }\n");
    }
    if types.crates.contains("serde_json") {
        text.push_str("serde_json = \"1\"\n");
    }
    // A folder of its own, whatever workspace it stands in.
    text.push_str("\n[workspace]\n");
    text
}
