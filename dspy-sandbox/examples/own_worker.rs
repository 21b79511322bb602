//! A program that is its own worker, and survives what it runs: nothing has to be installed.

use std::time::{Duration, Instant};

use dspy::interpreter::{DynInterpreter, Limit, Limits, Setup};
use dspy::sandbox::Sandbox;

fn main() -> dspy::Result<()> {
    // First: in a worker it does not return.
    let sandbox = Sandbox::this_program()?;
    let time = Duration::from_secs(2);
    let limits = Limits::default().with_time(time).with_memory(64 << 20);
    let python = DynInterpreter::new(sandbox.with_limits(limits));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let Ok(runtime) = runtime else { return Err(dspy::Error::Invalid("no runtime".to_owned())) };
    runtime.block_on(async {
        for (code, limit) in [
            ("sum(range(10))", None),
            ("while True: pass", Some(Limit::Time)),
            ("(10 ** 2000000) ** 50", Some(Limit::Time)),
            ("'a' * 10**9", Some(Limit::Memory)),
            ("x = []\nwhile True: x.append('y' * 100_000)", Some(Limit::Memory)),
            ("def f(): return f()\nf()", Some(Limit::Recursion)),
        ] {
            let mut session = python.start(Setup::new()).await?;
            let since = Instant::now();
            let run = session.run(code).await?;
            println!("{:>8.0?}  {code:?}: {:?} {:?}", since.elapsed(), run.value, run.error);
            assert!(since.elapsed() < 2 * time);
            assert_eq!(run.error.and_then(|error| error.limit()), limit);
        }
        println!("all held");
        Ok(())
    })
}
