//! Programs without async: for scripts, and for code that is not async itself.
//!
//! [`Module::call_blocking`](crate::module::Module::call_blocking) calls a program; [`run`] waits for
//! anything else: calls with options, evaluations, optimizers.
//!
//! ```
//! use dspy::prelude::*;
//! use dspy::{Evaluate, blocking};
//!
//! #[derive(Signature, Clone)]
//! struct Qa {
//!     #[input]
//!     question: String,
//!     #[output]
//!     answer: String,
//! }
//!
//! fn main() -> dspy::Result<()> {
//!     let program = Predict::<Qa>::new().with_lm(Lm::embedded());
//!     let out = program.call_blocking("Who wrote it?")?;
//!     println!("{}", out.answer);
//!     let recorded = blocking::run(program.call("Who?").record())?;
//!     assert_eq!(recorded.trace().calls().len(), 1);
//!
//!     let rows = vec![Qa { question: "Who?".into(), answer: "Ada".into() }];
//!     let right = |row: &Qa, output: &QaOutput| row.answer == output.answer;
//!     println!("{}", blocking::run(Evaluate::new(&rows).run(&program, right))?);
//!     Ok(())
//! }
//! ```
//!
//! All of it runs on one runtime of tokio, made when first needed and kept until the process ends. It
//! has no threads of its own: the thread that waits does the work, so several threads may wait at
//! once, and what a call leaves behind rests until the next one.

use std::future::IntoFuture;
use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::Error;

static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();

/// Waits for a call, an evaluation, a compilation, or any other future that gives a result.
///
/// # Errors
/// What the future gives; and [`Error::Invalid`] inside an async runtime of tokio, where waiting would
/// block the runtime's thread, or for want of a runtime. The future is then not begun.
pub fn run<F, T, E>(future: F) -> Result<T, E>
where
    F: IntoFuture<Output = Result<T, E>>,
    E: From<Error>,
{
    if Handle::try_current().is_ok() {
        return Err(Error::Invalid(
            "a blocking call inside an async runtime would block its thread: await the call \
             instead, as in `program.call(input).await`, or make it from a thread of your own \
             (`std::thread::spawn`)"
                .to_owned(),
        )
        .into());
    }
    match RUNTIME.get_or_init(|| Builder::new_current_thread().enable_all().build()) {
        Ok(runtime) => runtime.block_on(future.into_future()),
        Err(error) => {
            let message = format!("could not make a runtime for blocking calls: {error}");
            Err(Error::Invalid(message).into())
        }
    }
}
