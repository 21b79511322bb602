//! Settings: from flags, the environment and a file, in this order.

mod setting;

use setting::SETTINGS;
pub(crate) use setting::Setting;

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Command};
use dspy_core::module::Module;
use dspy_grammar::nearest;
use serde_json::{Value, json};

use crate::command::{self, Session, json as json_flag, text};
use crate::console::Console;
use crate::exit::Exit;
use crate::fault::Fault;

/// The file that is looked for in the working folder.
const FILE: &str = "dspy.toml";

/// What the environment and the file say.
#[derive(Debug, Default)]
pub(crate) struct Config {
    env: BTreeMap<String, String>,
    file: Option<File>,
}

#[derive(Debug)]
struct File {
    name: String,
    values: BTreeMap<String, String>,
}

/// A setting's value, and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) value: String,
    pub(crate) origin: String,
    /// Whether it comes from the environment.
    pub(crate) is_env: bool,
}

impl Config {
    /// Reads the file, if there is one.
    pub(crate) fn find(args: &ArgMatches, console: &Console<'_>) -> Result<Self, Fault> {
        let env = console.around.env.clone();
        let named = text(args, "config");
        let path = console.path(named.unwrap_or(FILE));
        let name = path.display().to_string();
        let file = match std::fs::read_to_string(&path) {
            Ok(content) => Some(File { values: values(&content, &name)?, name }),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => {
                return Err(Fault::File {
                    action: "could not read the settings",
                    path: name,
                    source,
                });
            }
        };
        Ok(Self { env, file })
    }

    /// A setting as it was given, by whatever goes first.
    pub(crate) fn find_text(&self, args: &ArgMatches, name: &str) -> Option<Found> {
        let setting = Setting::named(name)?;
        let flag = || match args.try_get_one::<String>(setting.flag()) {
            Ok(Some(value)) => Some(Found {
                value: value.clone(),
                origin: format!("--{}", setting.flag()),
                is_env: false,
            }),
            _ => None,
        };
        let env = || {
            let value = self.env.get(setting.variable)?.trim();
            let origin = setting.variable.to_owned();
            (!value.is_empty()).then(|| Found { value: value.to_owned(), origin, is_env: true })
        };
        let file = || {
            let file = self.file.as_ref()?;
            let value = file.values.get(setting.name)?.clone();
            let origin = format!("`{}` of `{}`", setting.name, file.name);
            Some(Found { value, origin, is_env: false })
        };
        flag().or_else(env).or_else(file)
    }

    /// A setting as text.
    pub(crate) fn text(&self, args: &ArgMatches, name: &str) -> Option<String> {
        self.find_text(args, name).map(|found| found.value)
    }

    /// A setting as a number.
    pub(crate) fn number<T: std::str::FromStr>(
        &self,
        args: &ArgMatches,
        name: &str,
        what: &str,
    ) -> Result<Option<T>, Fault> {
        let Some(Found { value, origin, .. }) = self.find_text(args, name) else { return Ok(None) };
        match value.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Fault::usage(format!("{origin} must be {what}, not `{value}`"))),
        }
    }

    /// How many rows are worked on at a time.
    pub(crate) fn concurrency(&self, args: &ArgMatches) -> Result<usize, Fault> {
        let number: Option<std::num::NonZeroUsize> =
            self.number(args, "concurrency", "a whole number from 1")?;
        Ok(number.map_or(16, std::num::NonZeroUsize::get))
    }
}

/// The file's values as texts. No value is told in an error: it may be what should not be there.
fn values(content: &str, name: &str) -> Result<BTreeMap<String, String>, Fault> {
    let table: toml::Table = content.parse().map_err(|error: toml::de::Error| {
        let offset = error.span().map_or(0, |span| span.start);
        let line = content.get(..offset).unwrap_or_default().matches('\n').count() + 1;
        Fault::usage(format!("`{name}`, line {line}: {}", error.message()))
    })?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        if Setting::named(&key).is_none() {
            return Err(Fault::usage(unknown(&key, name)));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            other => {
                return Err(Fault::usage(format!(
                    "`{key}` of `{name}` must be a text or a number, not of type {}",
                    other.type_str()
                )));
            }
        };
        values.insert(key, value);
    }
    Ok(values)
}

fn unknown(key: &str, file: &str) -> String {
    let lower = key.to_lowercase();
    if ["key", "token", "secret", "password"].iter().any(|word| lower.ends_with(word)) {
        return format!(
            "`{file}` has an unknown key `{key}`; keys of providers are read from the environment only, \
             such as OPENAI_API_KEY: take it out of the file"
        );
    }
    let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    let meant = match nearest(&lower, &known) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => ".".to_owned(),
    };
    format!("`{file}` has an unknown key `{key}`{meant} Known are: {}", known.join(", "))
}

/// `--config FILE`.
pub(crate) fn file_arg() -> Arg {
    command::option("config", "FILE", "Settings, in place of `dspy.toml` in the working folder")
}

/// The flag of a setting.
pub(crate) fn arg(name: &'static str) -> Arg {
    let (value, help) = Setting::named(name).map_or(("VALUE", ""), |s| (s.value, s.help));
    let flag = Setting::named(name).map_or(name, Setting::flag);
    command::option(flag, value, help)
}

/// The flags by which a model is chosen.
pub(crate) fn model_args() -> [Arg; 4] {
    ["lm", "api_base", "temperature", "max_tokens"].map(arg)
}

/// `config`.
pub(crate) fn command() -> Command {
    Command::new("config")
        .about("The settings in force, and where each comes from")
        .arg(json_flag("Write JSON"))
        .args(SETTINGS.iter().map(|setting| arg(setting.name)))
}

/// Lists all settings, those that are not set included.
pub(crate) fn run<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    let mut all = serde_json::Map::new();
    let mut lines = String::new();
    for setting in &SETTINGS {
        let found = session.config.find_text(args, setting.name);
        let shown = found.as_ref().map(|found| without_secrets(&found.value));
        let origin = found.map(|found| found.origin);
        let line = match (&shown, &origin) {
            (Some(value), Some(origin)) => {
                format!("{} ({origin})", session.console.style.bold(value))
            }
            _ => session.console.style.dim(&format!(
                "not set; --{}, {}",
                setting.flag(),
                setting.variable
            )),
        };
        lines.push_str(&format!("{:<12} {line}\n", setting.name));
        all.insert(setting.name.to_owned(), json!({"value": shown, "origin": origin}));
    }
    match session.console.is_json {
        true => session.console.json(&Value::Object(all))?,
        false => session.console.write(&lines)?,
    }
    Ok(Exit::Done)
}

/// An address without the name, password and query that it may carry.
fn without_secrets(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_owned() };
    let (place, query) = rest.split_once('?').map_or((rest, ""), |(place, query)| (place, query));
    let (host, path) =
        place.split_once('/').map_or((place, None), |(host, path)| (host, Some(path)));
    let host = host.rsplit_once('@').map_or(host.to_owned(), |(_, host)| format!("…@{host}"));
    let path = path.map(|path| format!("/{path}")).unwrap_or_default();
    let query = if query.is_empty() { "" } else { "?…" };
    format!("{scheme}://{host}{path}{query}")
}
