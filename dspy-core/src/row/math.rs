//! MATH: problems of competitions, with the answer in a box.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::DataError;
use super::objects::objects;
use super::reader::text_of;

/// A problem of MATH (Hendrycks et al. 2021).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MathProblem {
    /// The problem, in LaTeX.
    pub problem: String,
    /// How hard it is: `Level 1` to `Level 5`.
    pub level: String,
    /// Its field, such as `Algebra`.
    pub subject: String,
    /// The solution, in LaTeX.
    pub solution: String,
    /// What stands in the solution's last box.
    pub answer: String,
}

/// Reads a local copy of MATH: a JSON or JSON Lines file, or a folder with a JSON file for each
/// problem, however deep, in the order of their paths.
///
/// # Errors
/// [`DataError`], with file, line and field; also for a solution without a box.
pub fn read_math(path: impl AsRef<Path>) -> Result<Vec<MathProblem>, DataError> {
    let mut files = Vec::new();
    collect(path.as_ref(), &mut files)?;
    let mut problems = Vec::new();
    for file in files {
        let (name, text) = text_of(&file)?;
        for object in objects(&text, &name)? {
            let solution = object.text("solution", &name)?;
            let Some(answer) = last_box(solution) else {
                let message = "there is no `\\boxed{…}` in it".to_owned();
                return Err(object.wrong("solution", &name, message));
            };
            problems.push(MathProblem {
                problem: object.text("problem", &name)?.to_owned(),
                level: object.text("level", &name)?.to_owned(),
                subject: object.text("type", &name)?.to_owned(),
                answer: answer.trim().to_owned(),
                solution: solution.to_owned(),
            });
        }
    }
    if problems.is_empty() {
        return Err(DataError::Empty {
            what: format!("`{}`", path.as_ref().display()),
            fix: "it has no problem in a JSON file".to_owned(),
        });
    }
    Ok(problems)
}

/// The file, or all JSON files of the folder.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), DataError> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let unreadable = |error: std::io::Error| DataError::Io {
        file: path.display().to_string(),
        message: error.to_string(),
    };
    let mut inside = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        inside.push(entry.map_err(unreadable)?.path());
    }
    inside.sort();
    for path in inside {
        let is_json = path.extension().is_some_and(|ending| ending == "json" || ending == "jsonl");
        if path.is_dir() || is_json {
            collect(&path, files)?;
        }
    }
    Ok(())
}

/// What stands in the last `\boxed{…}` or `\fbox{…}`, braces inside included.
fn last_box(text: &str) -> Option<&str> {
    let starts = ["\\boxed{", "\\fbox{"];
    let begin = starts.iter().filter_map(|s| text.rfind(s).map(|at| at + s.len())).max()?;
    let inside = text.get(begin..)?;
    let mut depth = 1_usize;
    for (place, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return inside.get(..place);
        }
    }
    None
}
