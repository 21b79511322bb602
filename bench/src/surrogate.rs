//! The command `surrogate`: how good a point our searches find with how many scores, beside others.

mod history;
mod table;
mod world;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::thread;

use history::{History, METHODS, Recommended};
use table::Table;
use world::{SPACES, World};

/// What to do with the worlds.
#[derive(Debug, PartialEq)]
pub(crate) enum Surrogate {
    /// Write so many of each space as JSON Lines.
    Export { worlds: usize },
    /// Search in so many of each space, and judge what others asked for in them.
    Search { worlds: usize, histories: Option<PathBuf> },
}

/// The method that others are compared with, if its histories are there.
const AGAINST: &str = "Optuna TPE";

pub(crate) fn run(task: &Surrogate) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match task {
        Surrogate::Export { worlds } => {
            for (space, _) in SPACES.iter().enumerate() {
                for world in 0..*worlds {
                    writeln!(out, "{}", serde_json::to_string(&World::new(space, world))?)?;
                }
            }
            Ok(())
        }
        Surrogate::Search { worlds, histories } => {
            let mut table = Table::default();
            if let Some(histories) = histories {
                add_peers(&mut table, *worlds, histories)?;
            }
            for (method, (name, ..)) in METHODS.iter().enumerate() {
                for (space, _) in SPACES.iter().enumerate() {
                    let done = in_all_worlds(*worlds, |world| {
                        let on = World::new(space, world);
                        History::run(method, space, world, &on)?.judge(space, &on)
                    })?;
                    for (world, values) in done {
                        table.add(name, space, world, &values);
                    }
                }
            }
            let against = histories.as_ref().map(|_| AGAINST);
            for line in table.lines(against) {
                writeln!(out, "{line}")?;
            }
            eprint!("{}", table.markdown(against));
            Ok(())
        }
    }
}

fn add_peers(table: &mut Table, worlds: usize, histories: &Path) -> io::Result<()> {
    for line in BufReader::new(File::open(histories)?).lines() {
        let history: History = serde_json::from_str(&line?)?;
        let named = |(name, _): &(&str, _)| *name == history.space;
        let space = SPACES
            .iter()
            .position(named)
            .ok_or_else(|| io::Error::other(format!("there is no space `{}`", history.space)))?;
        if history.world < worlds {
            let values = history.judge(space, &World::new(space, history.world))?;
            table.add(&history.method, space, history.world, &values);
        }
    }
    Ok(())
}

/// Does it for each world, on all cores.
fn in_all_worlds(
    worlds: usize,
    each: impl Fn(usize) -> io::Result<Recommended> + Sync,
) -> io::Result<Vec<(usize, Recommended)>> {
    let threads = thread::available_parallelism()?.get();
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|first| {
                let each = &each;
                scope.spawn(move || {
                    let mine = (first..worlds).step_by(threads);
                    mine.map(|world| Ok((world, each(world)?))).collect::<io::Result<Vec<_>>>()
                })
            })
            .collect();
        let mut done = Vec::with_capacity(worlds);
        for part in parts {
            done.extend(part.join().map_err(|_| io::Error::other("a search panicked"))??);
        }
        Ok(done)
    })
}
