//! Demonstrations from rows.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use serde_json::Value;

use super::report::DemoCount;
use crate::canonical;
use crate::error::{Error, Result};
use crate::module::{ParameterKind, Parameters, parameters, set_demos, task_schemas};
use crate::row::{Row, Rows};
use crate::seed;
use crate::signature::{Demo, Fields, SignatureSchema};

/// Demonstrations by predictor, each with the row it came from.
pub(super) type DemoSets = BTreeMap<String, Vec<(usize, Demo)>>;

/// The predictors an optimizer may change, by path.
pub(super) fn open_tasks<P: Parameters>(program: &P) -> Vec<(String, SignatureSchema)> {
    let tasks = task_schemas(program).into_iter();
    tasks.filter(|(_, _, frozen)| !frozen).map(|(path, schema, _)| (path, schema)).collect()
}

/// All fields of all rows.
pub(super) fn row_fields<I, R: Row<I>>(rows: &Rows<R>) -> Result<Vec<Fields>> {
    rows.iter().map(|row| row.fields().map_err(Error::from)).collect()
}

/// The rows that can demonstrate each predictor, and how many could not.
///
/// A program-level row demonstrates a predictor only where it has inputs and outputs of that
/// predictor; a value that does not fit its field is an error.
pub(super) fn labeled(
    tasks: &[(String, SignatureSchema)],
    rows: &[Fields],
) -> Result<(DemoSets, Vec<DemoCount>)> {
    let mut sets = DemoSets::new();
    let mut counts = Vec::new();
    for (path, schema) in tasks {
        let mut set = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let demo = schema.demo_from(row).map_err(|error| {
                Error::Invalid(format!("row {index} cannot demonstrate `{path}`: {error}"))
            })?;
            set.extend(demo.map(|demo| (index, demo)));
        }
        counts.push(DemoCount { path: path.clone(), usable: set.len(), rows: rows.len() });
        sets.insert(path.clone(), set);
    }
    Ok((sets, counts))
}

/// At most `count` of the demonstrations, drawn without replacement. Every predictor has a stream
/// of its own, so that what one draws does not depend on the others.
pub(super) fn sample(
    from: &[(usize, Demo)],
    count: usize,
    seed: u64,
    path: &str,
) -> Vec<(usize, Demo)> {
    let mut drawn: Vec<_> = from.to_vec();
    drawn.shuffle(&mut seed::rng(seed, &format!("labeled demos of {path}"), 0));
    drawn.truncate(count);
    drawn
}

/// A copy of the program with these demonstrations; predictors without an entry keep theirs.
pub(super) fn with_demos<P: Parameters + Clone>(program: &P, sets: &DemoSets) -> Result<P> {
    let mut program = program.clone();
    for (path, set) in sets {
        let demos: Vec<Demo> = set.iter().map(|(_, demo)| demo.clone()).collect();
        set_demos(&mut program, path, &demos)
            .map_err(|error| Error::Parameter { path: path.clone(), error })?;
    }
    Ok(program)
}

/// A copy of the program without the demonstrations that `unwanted` picks.
pub(super) fn without_demos<P: Parameters + Clone>(
    program: &P,
    unwanted: impl Fn(&Demo) -> bool,
) -> Result<P> {
    let mut copy = program.clone();
    for (path, mut demos) in demos_by_path(program) {
        let before = demos.len();
        demos.retain(|demo| !unwanted(demo));
        if demos.len() < before {
            set_demos(&mut copy, &path, &demos)
                .map_err(|error| Error::Parameter { path, error })?;
        }
    }
    Ok(copy)
}

fn demos_by_path<P: Parameters>(program: &P) -> Vec<(String, Vec<Demo>)> {
    parameters(program)
        .into_iter()
        .filter(|parameter| parameter.kind == ParameterKind::DEMOS)
        .map(|parameter| {
            (parameter.path, serde_json::from_value(parameter.value).unwrap_or_default())
        })
        .collect()
}

/// The hash of a data set, whatever the order of fields.
pub(super) fn data_hash(rows: &[Fields]) -> String {
    canonical::hash(&rows.iter().cloned().map(Value::Object).collect())
}
