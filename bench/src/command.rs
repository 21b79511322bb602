//! What is asked for on the command line.

use std::path::PathBuf;
use std::time::Duration;

use dspy_sim::{Settings, Variant};
use lexopt::prelude::*;

use crate::optimize::Optimize;
#[cfg(unix)]
use crate::overhead::{ClientKind, Overhead, Runtime};
use crate::race::Races;
use crate::retrieval::Retrieval;
use crate::sim::Sim;
use crate::surrogate::Surrogate;

pub(crate) const USAGE: &str = "\
usage: dspy-bench COMMAND [OPTIONS]

commands, which read and write JSON Lines (`-` for FILE is standard input):
  parse --cases FILE          text and JSON Schema -> value, or why there is none
  format --cases FILE         a call of an adapter -> the messages it sends
  adapter-parse --cases FILE  a call and a completion -> output fields, or why there are none
  speed [--rounds N]          CPU time of parsing, as JSON Lines and, on standard error, a table
  overhead --client dspy|dspy-nested|reqwest --requests N --concurrency C
           [--base-url URL] [--latency-ms MS] [--runtime current|multi]
                              a whole call over HTTP: time, CPU time and memory of the client
                              (`dspy-nested`: a chain of thought inside two modules);
                              without a URL against a server of its own, which waits MS; with one
                              MS says how long that server waits, for the time above the ideal
  serve [--port N] [--latency-ms MS]
                              that server alone; it ends with its standard input
  sim --port N [--world SEED] [--variant single|two-stage|noisy|defective]
      [--latency-ms MS] [--proposer-quality Q] [--stateless]
                              a model whose answers depend on the prompt, to measure optimizers;
                              stateless, it answers a repeated request alike; it ends when it is
                              killed
  cache --writers N [--entries N]
                              processes that fill one cache file at once -> answers lost
  cache --hits                time of a hit from memory and from the file
  optimize --base-url URL --signature TEXT --train FILE --val FILE --test FILE --optimizer NAME
           [--instructions TEXT] [--model NAME] [--seed N] [--auto light|medium|heavy] [--paper]
           [--max-calls N] [--concurrency N] [--no-cache] [--journal FILE] [--report FILE]
           [--save FILE] [--verbose]
                              a program optimized on rows of JSON Lines; NAME is none, labeled,
                              bootstrap, random-search, miprov2, gepa, copro, simba or best
  race [--candidates N] [--items N] [--repeats N] [--seeds N]
                              how well and how cheaply the best of several candidates is found,
                              on simulated scores; a Markdown table
  handle                      what counting, tracing and a history add to a call
  metrics --cases FILE        a prediction and references -> what each metric gives
  evaluate [--items N]        a large evaluation into a file, at two concurrencies: memory above
                              idle, and whether the results are the same
  intervals [--repeats N]     how often the interval of a score covers the truth, as a table
  surrogate [--worlds N] [--histories FILE]
                              true value of what searches find with so many scores, and of what
                              others found in the same worlds; with a table on standard error
  surrogate --export [--worlds N]
                              those worlds
  retrieval [--documents N]   time to index generated texts by their words, and of queries
  retrieval --corpus FILE     a JSON object of `documents` and `queries`, lists of texts with words
                              between white space -> for each query the ten best places and scores
  help                        this text

`cache` needs `--features disk-cache`.

The case formats are in bench/README.md.";

/// One thing to do.
#[derive(Debug)]
pub(crate) enum Command {
    Parse {
        cases: PathBuf,
    },
    Format {
        cases: PathBuf,
    },
    AdapterParse {
        cases: PathBuf,
    },
    Speed {
        rounds: usize,
    },
    #[cfg(unix)]
    Overhead(Overhead),
    #[cfg(unix)]
    Serve {
        port: u16,
        latency: Duration,
    },
    Sim(Sim),
    #[cfg_attr(not(feature = "disk-cache"), expect(dead_code, reason = "SQLite is left out"))]
    Cache(CacheTask),
    Optimize(Box<Optimize>),
    Race(Races),
    Handle,
    Metrics {
        cases: PathBuf,
    },
    Intervals {
        repeats: usize,
    },
    #[cfg(unix)]
    Evaluate {
        items: usize,
    },
    Surrogate(Surrogate),
    Retrieval(Retrieval),
    Help,
}

/// What to do with a cache.
#[derive(Debug, PartialEq)]
pub(crate) enum CacheTask {
    /// Let so many processes write so many answers each.
    Writers { writers: u32, entries: u32 },
    /// Be one of them.
    Write { place: u32, entries: u32, file: PathBuf },
    /// Time hits.
    Hits,
}

impl Command {
    pub(crate) fn from_args(mut args: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let name = match args.next()? {
            Some(Value(name)) => name.string()?,
            Some(Long("help") | Short('h')) => return Ok(Self::Help),
            Some(other) => return Err(other.unexpected()),
            None => return Err("a command is missing".into()),
        };
        let command = match name.as_str() {
            "parse" => Self::Parse { cases: cases(&mut args)? },
            "format" => Self::Format { cases: cases(&mut args)? },
            "adapter-parse" => Self::AdapterParse { cases: cases(&mut args)? },
            "speed" => Self::Speed { rounds: rounds(&mut args)? },
            #[cfg(unix)]
            "overhead" => return overhead(args).map(Self::Overhead),
            #[cfg(unix)]
            "serve" => return serve(args),
            "sim" => return sim(args).map(Self::Sim),
            "cache" => Self::Cache(cache_task(&mut args)?),
            "optimize" => return Optimize::from_args(args).map(|o| Self::Optimize(Box::new(o))),
            "race" => return races(args).map(Self::Race),
            "handle" => Self::Handle,
            "metrics" => Self::Metrics { cases: cases(&mut args)? },
            "intervals" => Self::Intervals { repeats: count(&mut args, "repeats", 1_000)? },
            #[cfg(unix)]
            "evaluate" => Self::Evaluate { items: count(&mut args, "items", 50_000)? },
            "surrogate" => return surrogate(args).map(Self::Surrogate),
            "retrieval" => return retrieval(args).map(Self::Retrieval),
            "help" => Self::Help,
            _ => return Err(format!("there is no command `{name}`").into()),
        };
        match args.next()? {
            None => Ok(command),
            Some(extra) => Err(extra.unexpected()),
        }
    }
}

fn cases(args: &mut lexopt::Parser) -> Result<PathBuf, lexopt::Error> {
    match args.next()? {
        Some(Long("cases")) => Ok(args.value()?.into()),
        Some(other) => Err(other.unexpected()),
        None => Err("the option `--cases FILE` is missing".into()),
    }
}

/// The one option of a command that takes a number of something.
fn count(args: &mut lexopt::Parser, option: &str, default: usize) -> Result<usize, lexopt::Error> {
    match args.next()? {
        Some(Long(name)) if name == option => match args.value()?.parse()? {
            0 => Err(format!("`--{option}` must be at least 1").into()),
            number => Ok(number),
        },
        Some(other) => Err(other.unexpected()),
        None => Ok(default),
    }
}

fn rounds(args: &mut lexopt::Parser) -> Result<usize, lexopt::Error> {
    const DEFAULT: usize = 15;
    match args.next()? {
        Some(Long("rounds")) => match args.value()?.parse()? {
            0 => Err("at least one round is needed".into()),
            rounds => Ok(rounds),
        },
        Some(other) => Err(other.unexpected()),
        None => Ok(DEFAULT),
    }
}

fn retrieval(mut args: lexopt::Parser) -> Result<Retrieval, lexopt::Error> {
    const DOCUMENTS: usize = 100_000;
    let (mut documents, mut corpus) = (None, None);
    while let Some(arg) = args.next()? {
        match arg {
            Long("documents") => match args.value()?.parse()? {
                0 => return Err("at least one document is needed".into()),
                number => documents = Some(number),
            },
            Long("corpus") => corpus = Some(args.value()?.into()),
            other => return Err(other.unexpected()),
        }
    }
    match (documents, corpus) {
        (documents, None) => Ok(Retrieval::Times { documents: documents.unwrap_or(DOCUMENTS) }),
        (None, Some(corpus)) => Ok(Retrieval::Ranks { corpus }),
        (Some(_), Some(_)) => {
            Err("`retrieval` takes either `--documents N` or `--corpus FILE`".into())
        }
    }
}

fn surrogate(mut args: lexopt::Parser) -> Result<Surrogate, lexopt::Error> {
    const WORLDS: usize = 200;
    let (mut worlds, mut histories, mut export) = (WORLDS, None, false);
    while let Some(arg) = args.next()? {
        match arg {
            Long("worlds") => match args.value()?.parse()? {
                0 => return Err("at least one world is needed".into()),
                number => worlds = number,
            },
            Long("histories") => histories = Some(args.value()?.into()),
            Long("export") => export = true,
            other => return Err(other.unexpected()),
        }
    }
    match (export, histories) {
        (true, None) => Ok(Surrogate::Export { worlds }),
        (true, Some(_)) => Err("worlds do not depend on histories".into()),
        (false, histories) => Ok(Surrogate::Search { worlds, histories }),
    }
}

#[cfg(unix)]
fn overhead(mut args: lexopt::Parser) -> Result<Overhead, lexopt::Error> {
    let (mut base_url, mut requests, mut concurrency, mut client) = (None, None, None, None);
    let (mut latency, mut runtime) = (None, Runtime::Current);
    while let Some(arg) = args.next()? {
        match arg {
            Long("base-url") => base_url = Some(args.value()?.string()?),
            Long("requests") => requests = Some(positive(args.value()?.parse()?)?),
            Long("concurrency") => concurrency = Some(positive(args.value()?.parse()?)?),
            Long("latency-ms") => latency = Some(Duration::from_millis(args.value()?.parse()?)),
            Long("client") => {
                client = Some(match args.value()?.string()?.as_str() {
                    "dspy" => ClientKind::Dspy,
                    "dspy-nested" => ClientKind::DspyNested,
                    "reqwest" => ClientKind::Reqwest,
                    other => return Err(format!("there is no client `{other}`").into()),
                });
            }
            Long("runtime") => {
                runtime = match args.value()?.string()?.as_str() {
                    "current" => Runtime::Current,
                    "multi" => Runtime::Multi,
                    other => return Err(format!("there is no runtime `{other}`").into()),
                };
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Overhead {
        base_url,
        requests: requests.ok_or("the option `--requests N` is missing")?,
        concurrency: concurrency.ok_or("the option `--concurrency C` is missing")?,
        client: client.ok_or("the option `--client dspy|dspy-nested|reqwest` is missing")?,
        runtime,
        latency,
    })
}

#[cfg(unix)]
fn serve(mut args: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let (mut port, mut latency) = (0, Duration::ZERO);
    while let Some(arg) = args.next()? {
        match arg {
            Long("port") => port = args.value()?.parse()?,
            Long("latency-ms") => latency = Duration::from_millis(args.value()?.parse()?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Serve { port, latency })
}

fn races(mut args: lexopt::Parser) -> Result<Races, lexopt::Error> {
    let mut races = Races { candidates: 16, items: 300, repeats: 400, seeds: 3 };
    while let Some(arg) = args.next()? {
        match arg {
            Long("candidates") => races.candidates = positive(args.value()?.parse()?)?,
            Long("items") => races.items = positive(args.value()?.parse()?)?,
            Long("repeats") => races.repeats = args.value()?.parse()?,
            Long("seeds") => races.seeds = args.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    if races.repeats == 0 || races.seeds == 0 {
        return Err("at least one repeat of one seed is needed".into());
    }
    Ok(races)
}

fn sim(mut args: lexopt::Parser) -> Result<Sim, lexopt::Error> {
    let (mut port, mut latency, mut stateless) = (None, Duration::ZERO, false);
    let mut settings = Settings::default();
    while let Some(arg) = args.next()? {
        match arg {
            Long("port") => port = Some(args.value()?.parse()?),
            Long("world") => settings.seed = args.value()?.parse()?,
            Long("stateless") => stateless = true,
            Long("latency-ms") => latency = Duration::from_millis(args.value()?.parse()?),
            Long("variant") => {
                let name = args.value()?.string()?;
                settings.variant =
                    Variant::named(&name).ok_or_else(|| format!("there is no variant `{name}`"))?;
            }
            Long("proposer-quality") => {
                let quality = args.value()?.parse()?;
                if !(0.0..=1.0).contains(&quality) {
                    return Err("the proposer's quality is between 0 and 1".into());
                }
                settings.proposer_quality = quality;
            }
            other => return Err(other.unexpected()),
        }
    }
    let port = port.ok_or("the option `--port N` is missing (0 takes any that is free)")?;
    Ok(Sim { port, settings, latency, stateless })
}

#[cfg(unix)]
fn positive(number: usize) -> Result<usize, lexopt::Error> {
    if number == 0 { Err("at least 1 is needed".into()) } else { Ok(number) }
}

fn cache_task(args: &mut lexopt::Parser) -> Result<CacheTask, lexopt::Error> {
    const ENTRIES: u32 = 10_000;
    let (mut writers, mut place, mut entries, mut file, mut hits) = (None, None, None, None, false);
    while let Some(argument) = args.next()? {
        match argument {
            Long("writers") => writers = Some(args.value()?.parse()?),
            Long("write-as") => place = Some(args.value()?.parse()?),
            Long("entries") => entries = Some(args.value()?.parse()?),
            Long("file") => file = Some(args.value()?.into()),
            Long("hits") => hits = true,
            other => return Err(other.unexpected()),
        }
    }
    match (writers, place, file, hits) {
        (Some(writers), None, None, false) => {
            Ok(CacheTask::Writers { writers, entries: entries.unwrap_or(ENTRIES) })
        }
        (None, Some(place), Some(file), false) => {
            Ok(CacheTask::Write { place, entries: entries.unwrap_or(ENTRIES), file })
        }
        (None, None, None, true) if entries.is_none() => Ok(CacheTask::Hits),
        _ => Err("`cache` takes either `--writers N [--entries N]` or `--hits`".into()),
    }
}
