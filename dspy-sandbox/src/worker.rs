//! The worker's side: reads orders, runs code, reports.

mod confine;
mod printer;
mod talk;
mod thrown;
mod values;

use std::process::ExitCode;
use std::thread;

use dspy_core::interpreter::{CodeError, Limit, Limits};
use monty::{MontyRepl, ReplFunctionCall, ReplProgress, ReplStartError};
use monty_types::{
    CompileOptions, ExcType, ExtFunctionResult, MontyException, MontyObject, NameLookupResult,
    PrintWriter, ResourceLimits, ResourceTracker,
};

use crate::frame::{Answer, Call, Declared, Done, Order, Report};
use crate::session::PARALLEL;
use printer::Printer;
use talk::{Gone, hear, tell};

/// The stack of the thread that interprets: nested data and sorting keys recurse on it.
const STACK: usize = 64 << 20;
/// What sessions call the snippets they are given.
const SCRIPT: &str = "code.py";

/// Serves one session over standard input and output. It is what `dspy-sandbox-worker` does, and what
/// [`Sandbox::this_program`](crate::Sandbox::this_program) does in a worker.
pub fn serve() -> ExitCode {
    let interpreting = thread::Builder::new().stack_size(STACK).spawn(serve_session);
    match interpreting.map(thread::JoinHandle::join) {
        // A host that is gone needs no further service, and no complaint.
        Ok(Ok(Ok(()) | Err(Gone))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn serve_session() -> Result<(), Gone> {
    tell(&Report::Ready { version: env!("CARGO_PKG_VERSION").to_owned() })?;
    confine::close_doors();
    // Armed before the variables are read, which count.
    let Order::Start { limits, variables, functions } = hear(|limits: &Limits| {
        confine::limit_memory(limits.memory);
    })?
    else {
        return Err(Gone);
    };
    let inputs = variables.into_iter().map(|(name, value)| (name, values::to_python(value)));
    let known: Vec<String> = functions.iter().map(|function| function.name.clone()).collect();
    let inputs: Vec<_> = inputs.chain(functions.into_iter().map(callable)).collect();
    let mut session = Session { limits, known, repl: None };
    session.begin(inputs)?;
    tell(&Report::Started)?;
    loop {
        let Order::Run { code } = hear(|_| ())? else { return Err(Gone) };
        confine::limit_processor_time(session.limits.time);
        let done = session.run(&code)?;
        tell(&Report::Done(Box::new(done)))?;
    }
}

fn callable(function: Declared) -> (String, MontyObject) {
    let object = MontyObject::Function {
        name: function.name.clone(),
        docstring: Some(function.documentation),
    };
    (function.name, object)
}

struct Session {
    limits: Limits,
    known: Vec<String>,
    repl: Option<MontyRepl>,
}

/// What the code got to, and what the host has to be told.
type Step = Result<ReplProgress, Box<ReplStartError>>;

impl Session {
    fn begin(&mut self, inputs: Vec<(String, MontyObject)>) -> Result<(), Gone> {
        let limits = ResourceLimits::default()
            .max_memory(self.limits.memory)
            .max_recursion_depth(self.limits.recursion)
            .max_suspensions(self.limits.calls);
        let repl = MontyRepl::new(SCRIPT, ResourceTracker::new(limits), CompileOptions::default());
        match repl.feed_start("None", inputs, PrintWriter::Disabled) {
            Ok(ReplProgress::Complete { repl, .. }) => {
                self.repl = Some(repl);
                Ok(())
            }
            _ => Err(Gone),
        }
    }

    fn run(&mut self, code: &str) -> Result<Done, Gone> {
        let Some(mut repl) = self.repl.take() else { return Err(Gone) };
        repl.tracker_mut().set_max_duration(self.limits.time);
        let mut printer = Printer::new(self.limits.output);
        let mut calls = 0;
        let mut stopped = false;
        let mut too_many = false;
        let mut step = repl.feed_start(code, Vec::new(), PrintWriter::Callback(&mut printer));
        let (repl, outcome) = loop {
            step = match step {
                Ok(ReplProgress::Complete { repl, value }) => break (repl, Ok(value)),
                Err(ended) => break (ended.repl, Err(ended.error)),
                Ok(ReplProgress::FunctionCall(call)) => {
                    printer.flush()?;
                    match self.calls_of(&call) {
                        _ if !self.known.contains(&call.function_name) => {
                            let unknown = ExtFunctionResult::NotFound(call.function_name.clone());
                            call.resume(unknown, PrintWriter::Callback(&mut printer))
                        }
                        Err(fault) => raise(call, fault, &mut printer),
                        Ok((asked, _)) if calls + asked.len() > self.limits.calls => {
                            too_many = true;
                            abort(call, &mut printer)
                        }
                        Ok((asked, several)) => {
                            calls += asked.len();
                            match answers(asked)? {
                                Reply::Stop => {
                                    stopped = true;
                                    abort(call, &mut printer)
                                }
                                Reply::Failed(message) => {
                                    let fault = (ExcType::RuntimeError, message);
                                    raise(call, fault, &mut printer)
                                }
                                Reply::Values(values) => {
                                    resume(call, values, several, &mut printer)
                                }
                            }
                        }
                    }
                }
                Ok(ReplProgress::OsCall(call)) => {
                    let refuse = |asked: monty_types::OsFunctionCall| {
                        let message = format!("`{}` is not available here", asked.name());
                        let kind = ExcType::PermissionError;
                        ExtFunctionResult::Error(MontyException::new(kind, Some(message)))
                    };
                    call.resume_with(PrintWriter::Callback(&mut printer), refuse)
                }
                Ok(ReplProgress::NameLookup(lookup)) => {
                    // A function of the host that code deleted is there again.
                    let found = self.known.contains(&lookup.name).then(|| MontyObject::Function {
                        name: lookup.name.clone(),
                        docstring: None,
                    });
                    let found = NameLookupResult::from(found);
                    lookup.resume(found, PrintWriter::Callback(&mut printer))
                }
                Ok(ReplProgress::ResolveFutures(waiting)) => {
                    let message = "nothing that could be awaited is under way".to_owned();
                    let error = MontyException::new(ExcType::RuntimeError, Some(message));
                    waiting.abort(error, PrintWriter::Callback(&mut printer))
                }
            };
        };
        printer.flush()?;
        let overtime = repl.tracker().elapsed() >= self.limits.time;
        self.repl = Some(repl);
        let mut done = Done { stopped, ..Done::default() };
        if printer.is_full() {
            done.error = Some(limit(Limit::Output, self.limits.output, "bytes were printed"));
        } else if too_many {
            done.error = Some(limit(Limit::Calls, self.limits.calls, "calls were made"));
        } else if !stopped {
            match outcome {
                Ok(value) => match values::to_json(value, self.limits.transfer) {
                    Ok(value) => done.value = value,
                    Err(fault) => done.error = Some(fault.into_error(&self.limits)),
                },
                Err(error) => done.error = Some(thrown::error(&error, &self.limits, overtime)),
            }
        }
        Ok(done)
    }

    /// The calls that a call of code stands for, and whether it asked for several.
    fn calls_of(&self, call: &ReplFunctionCall) -> Result<(Vec<Call>, bool), (ExcType, String)> {
        let transfer = self.limits.transfer;
        let too_large = |fault: values::Untold| (ExcType::ValueError, fault.to_string());
        if call.function_name != PARALLEL {
            let named = values::named(&call.kwargs, transfer).map_err(too_large)?;
            let positional = values::all(&call.args, transfer).map_err(too_large)?;
            let call = Call { name: call.function_name.clone(), positional, named };
            return Ok((vec![call], false));
        }
        let wrong = |message: &str| (ExcType::TypeError, message.to_owned());
        let [MontyObject::Function { name, .. }, items] = call.args.as_slice() else {
            return Err(wrong("parallel() takes a function of the host, and a list of items"));
        };
        let (MontyObject::List(items) | MontyObject::Tuple(items)) = items else {
            return Err(wrong("the items of parallel() must be a list"));
        };
        let mut calls = Vec::new();
        let mut left = transfer;
        for item in items {
            let (positional, named, used) = values::arguments(item, left).map_err(too_large)?;
            left = left.saturating_sub(used);
            calls.push(Call { name: name.clone(), positional, named });
        }
        Ok((calls, true))
    }
}

enum Reply {
    Values(Vec<MontyObject>),
    Failed(String),
    Stop,
}

/// Asks the host for these calls.
fn answers(asked: Vec<Call>) -> Result<Reply, Gone> {
    let count = asked.len();
    if count == 0 {
        return Ok(Reply::Values(Vec::new()));
    }
    tell(&Report::Calls(asked))?;
    let Order::Answers(answers) = hear(|_| ())? else { return Err(Gone) };
    if answers.len() != count {
        return Err(Gone);
    }
    let mut values = Vec::new();
    let mut failed = None;
    for (index, answer) in answers.into_iter().enumerate() {
        match answer {
            Answer::Stop => return Ok(Reply::Stop),
            Answer::Value(value) => values.push(values::to_python(value)),
            Answer::Failed(message) if count == 1 => failed = Some(message),
            Answer::Failed(message) => {
                failed.get_or_insert(format!("item {index} of {count}: {message}"));
            }
        }
    }
    Ok(failed.map_or(Reply::Values(values), Reply::Failed))
}

fn resume(
    call: ReplFunctionCall,
    mut values: Vec<MontyObject>,
    several: bool,
    printer: &mut Printer,
) -> Step {
    let value = match several {
        true => MontyObject::List(values),
        false => values.pop().unwrap_or(MontyObject::None),
    };
    call.resume(value, PrintWriter::Callback(printer))
}

fn raise(call: ReplFunctionCall, fault: (ExcType, String), printer: &mut Printer) -> Step {
    let error = MontyException::new(fault.0, Some(fault.1));
    call.resume(error, PrintWriter::Callback(printer))
}

/// Ends the code where it stands, past all that catches exceptions.
fn abort(call: ReplFunctionCall, printer: &mut Printer) -> Step {
    let error = MontyException::new(ExcType::SystemExit, None);
    call.abort(error, PrintWriter::Callback(printer))
}

/// A limit that the session survives.
fn limit(limit: Limit, allowed: usize, what: &str) -> CodeError {
    let message = format!("more than the allowed {allowed} {what}");
    CodeError::Limit { limit, message, state_lost: false }
}
