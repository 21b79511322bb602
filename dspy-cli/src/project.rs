//! `new`: a project that works offline.

mod files;

use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use serde_json::json;

use crate::command::{json as json_flag, option, text};
use crate::console::Console;
use crate::exit::Exit;
use crate::fault::Fault;

/// Where the sources of `dspy` are, for those who work on it.
const VARIABLE: &str = "DSPY_PATH";

/// `new`.
pub(crate) fn command() -> Command {
    Command::new("new")
        .about("Makes a new project: a program, its command line, and rows, that work offline")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .required(true)
                .help("Its name, and that of its folder"),
        )
        .arg(option(
            "dspy-path",
            "FOLDER",
            "Depend on the dspy sources there [env: DSPY_PATH], not on the published version",
        ))
        .arg(json_flag("Write one line of JSON"))
}

/// Writes the project's files into a new folder.
pub(crate) fn run(console: &mut Console<'_>, args: &ArgMatches) -> Result<Exit, Fault> {
    let name = text(args, "name").unwrap_or_default();
    check(name)?;
    let sources = text(args, "dspy-path").map(str::to_owned);
    let sources = sources.or_else(|| console.around.env.get(VARIABLE).cloned());
    let dependency = match sources {
        None => format!("{{ version = \"{}\", features = [\"cli\"] }}", env!("CARGO_PKG_VERSION")),
        Some(folder) => {
            let folder = console.path(&folder);
            let manifest = folder.join("Cargo.toml");
            let folder = std::fs::canonicalize(&folder).ok().filter(|_| manifest.is_file());
            let folder = folder.ok_or_else(|| {
                Fault::usage(format!(
                    "`{}` is not there; --dspy-path must name the folder of dspy's sources",
                    manifest.display()
                ))
            })?;
            // A literal string of TOML, in which nothing is escaped.
            format!("{{ path = '{}', features = [\"cli\"] }}", folder.display())
        }
    };
    let folder = console.path(name);
    if folder.exists() {
        return Err(Fault::usage(format!(
            "`{}` exists already; choose another name, or remove it",
            folder.display()
        )));
    }
    let written = files::all(name, &dependency);
    for (path, content) in &written {
        write(&folder.join(path), content)?;
    }
    let names: Vec<&str> = written.iter().map(|(path, _)| *path).collect();
    if console.is_json {
        console.json(&json!({"folder": folder, "files": names}))?;
        return Ok(Exit::Done);
    }
    console.line(&format!("made {name}/ with {}", names.join(", ")))?;
    console.write(&files::next_steps(name))?;
    Ok(Exit::Done)
}

fn write(path: &Path, content: &str) -> Result<(), Fault> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(path, content)).map_err(|source| Fault::File {
        action: "could not write",
        path: path.display().to_string(),
        source,
    })
}

/// What cargo takes as a package's name.
fn check(name: &str) -> Result<(), Fault> {
    let is_begun = name.starts_with(|first: char| first.is_ascii_lowercase());
    let is_plain =
        name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
    let reserved = ["test", "core", "std", "alloc", "proc_macro", "dspy"];
    if is_begun && is_plain && !reserved.contains(&name) && !dspy_grammar::is_keyword(name) {
        return Ok(());
    }
    Err(Fault::usage(format!(
        "`{name}` is no name for a project; take one of small letters, digits, `-` and `_` that begins \
         with a letter and is no word of Rust, such as my-program"
    )))
}
