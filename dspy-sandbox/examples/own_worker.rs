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
        // The limits that a code may meet first; a fast machine fills its memory in time.
        let cases: [(&str, &[Limit]); 6] = [
            ("sum(range(10))", &[]),
            ("while True: pass", &[Limit::Time]),
            ("(10 ** 2000000) ** 50", &[Limit::Time, Limit::Memory]),
            ("'a' * 10**9", &[Limit::Memory]),
            ("x = []\nwhile True: x.append('y' * 100_000)", &[Limit::Memory]),
            ("def f(): return f()\nf()", &[Limit::Recursion]),
        ];
        for (code, limits) in cases {
            let mut session = python.start(Setup::new()).await?;
            let since = Instant::now();
            let run = session.run(code).await?;
            println!("{:>8.0?}  {code:?}: {:?} {:?}", since.elapsed(), run.value, run.error);
            assert!(since.elapsed() < 2 * time);
            match run.error.and_then(|error| error.limit()) {
                Some(met) => assert!(limits.contains(&met), "{met:?}"),
                None => assert!(limits.is_empty()),
            }
        }
        println!("all held");
        Ok(())
    })
}
