//! An interpreter for a language of lines, to test what strategies make of an interpreter.
//!
//! `print TEXT` and `show VARIABLE` print; `call FUNCTION {"named": "arguments"}` calls a host function
//! and prints what it gives; `fail TEXT` raises; `let NAME` notes a name, which `has NAME` prints. The
//! last line may be JSON: the value.

use std::collections::BTreeSet;

use dspy::interpreter::{
    CodeError, CodeInterpreter, CodeSession, Execution, HostError, InterpreterError, Setup,
};
use serde_json::Value;

pub(crate) struct Lines;

pub(crate) struct LinesSession {
    setup: Setup,
    noted: BTreeSet<String>,
}

impl CodeInterpreter for Lines {
    type Session = LinesSession;

    async fn start(&self, setup: Setup) -> Result<LinesSession, InterpreterError> {
        setup.check()?;
        Ok(LinesSession { setup, noted: BTreeSet::new() })
    }

    fn guide(&self) -> &str {
        "The language of lines."
    }
}

impl CodeSession for LinesSession {
    async fn run(&mut self, code: &str) -> Result<Execution, InterpreterError> {
        let mut run = Execution::new();
        for (number, line) in (1..).zip(code.lines()) {
            let failed = |message: String| CodeError::Runtime {
                exception: "LineError".into(),
                message,
                line: Some(number),
                traceback: String::new(),
            };
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "print" => run.output += &format!("{rest}\n"),
                "show" => run.output += &format!("{}\n", self.setup.variables()[rest]),
                "let" => drop(self.noted.insert(rest.to_owned())),
                "has" => run.output += &format!("{}\n", self.noted.contains(rest)),
                "fail" => {
                    run.error = Some(failed(rest.to_owned()));
                    return Ok(run);
                }
                "call" => {
                    let (name, arguments) = rest.split_once(' ').unwrap();
                    let mut functions = self.setup.functions().iter();
                    let function = functions.find(|one| one.name() == name).unwrap();
                    run.calls += 1;
                    let named = serde_json::from_str(arguments).unwrap();
                    match function.call(Vec::new(), named).await {
                        Ok(value) => run.output += &format!("{value}\n"),
                        Err(HostError::Failed(message)) => {
                            run.error = Some(failed(message));
                            return Ok(run);
                        }
                        Err(_) => {
                            run.stopped = true;
                            return Ok(run);
                        }
                    }
                }
                _ => match serde_json::from_str::<Value>(line) {
                    Ok(value) => run.value = value,
                    Err(error) => {
                        let message = error.to_string();
                        run.error = Some(CodeError::Syntax { message, line: Some(number) });
                        return Ok(run);
                    }
                },
            }
        }
        Ok(run)
    }
}
