//! What code can do in the sandbox: values, state, host functions, errors, strategies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dspy::interpreter::{
    CodeError, DynInterpreter, DynSession, HostError, HostFunction, InterpreterError, Limit,
    Limits, Setup,
};
use dspy::lm::{Request, Scripted};
use dspy::predict::{Ending, Rlm};
use dspy::prelude::*;
use dspy::sandbox::Sandbox;
use serde_json::{Value, json};

fn sandbox() -> Sandbox {
    Sandbox::with_worker(env!("CARGO_BIN_EXE_dspy-sandbox-worker"))
}

async fn start(setup: Setup) -> DynSession {
    DynInterpreter::new(sandbox()).start(setup).await.unwrap()
}

async fn value(session: &mut DynSession, code: &str) -> Value {
    let run = session.run(code).await.unwrap();
    assert_eq!(run.error, None, "{code}");
    run.value
}

#[tokio::test]
async fn values_come_and_go_as_json() {
    let given = json!({
        "text": "ä\n\"q\" 😀", "int": -3, "large": u64::MAX, "float": 0.1, "none": null,
        "list": [1, [2, {"deep": true}]],
    });
    let mut session = start(Setup::new().variable("given", given.clone())).await;
    assert_eq!(value(&mut session, "given").await, given);
    assert_eq!(value(&mut session, "given['large'] + 1").await, json!("18446744073709551616"));
    assert_eq!(value(&mut session, "(1, 2), {3}").await, json!([[1, 2], [3]]));
    assert_eq!(value(&mut session, "{1: 2, None: 3, True: 4}").await["null"], json!(3));
    assert_eq!(value(&mut session, "float('nan')").await, json!("nan"));
    assert_eq!(value(&mut session, "x = 5").await, json!(null));
    let class = "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nP(3)";
    assert_eq!(value(&mut session, class).await, json!({"x": 3}));
}

#[tokio::test]
async fn a_session_keeps_what_code_defines_through_errors() {
    let mut session = start(Setup::new().variable("n", json!(2))).await;
    let run = session.run("def f(x):\n    return x * n\nm = f(4)\nprint(m)\n1 / 0").await.unwrap();
    assert_eq!(run.output, "8\n");
    let Some(CodeError::Runtime { exception, line, traceback, .. }) = run.error else {
        panic!("no exception")
    };
    assert_eq!((exception.as_str(), line), ("ZeroDivisionError", Some(5)));
    assert!(traceback.contains("1 / 0"), "{traceback}");
    assert_eq!(value(&mut session, "f(m)").await, json!(16));
    let run = session.run("m = 1\ndef g(:\n").await.unwrap();
    assert!(matches!(run.error, Some(CodeError::Syntax { line: Some(2), .. })), "{:?}", run.error);
    assert_eq!(value(&mut session, "m").await, json!(8), "nothing of it ran");
    for code in ["import numpy", "class A: pass\nclass B(A): pass\nB()"] {
        let error = session.run(code).await.unwrap().error;
        assert!(matches!(error, Some(CodeError::Unsupported { .. })), "{code}: {error:?}");
    }
}

#[tokio::test]
async fn after_a_limit_that_ends_the_process_the_given_is_there_again() {
    let limits = Limits::default().with_memory(64 << 20);
    let python = DynInterpreter::new(sandbox().with_limits(limits));
    let mut session = python.start(Setup::new().variable("n", json!(2))).await.unwrap();
    session.run("n = 3\nmine = 4").await.unwrap();
    let error = session.run("'a' * 10**9").await.unwrap().error.unwrap();
    assert_eq!((error.limit(), error.loses_state()), (Some(Limit::Memory), true));
    assert!(error.to_string().contains("is lost"), "the model is told: {error}");
    assert_eq!(value(&mut session, "n").await, json!(2));
    assert!(session.run("mine").await.unwrap().error.is_some());
}

fn slow(counter: Arc<AtomicUsize>) -> HostFunction {
    let schema = json!({
        "type": "object",
        "properties": {"it": {"type": "string"}, "times": {"type": "integer"}},
        "required": ["it"],
    });
    HostFunction::with_schema("slow", "Repeats.", &schema, move |given| {
        counter.fetch_add(1, Ordering::Relaxed);
        async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let times = given.get("times").and_then(Value::as_u64).unwrap_or(1) as usize;
            match given["it"].as_str() {
                Some("bad") => Err(HostError::failed("it is bad")),
                Some("stop") => Err(HostError::Stop),
                it => Ok(json!(it.unwrap_or_default().repeat(times))),
            }
        }
    })
}

#[tokio::test]
async fn code_calls_the_host_one_by_one_or_at_once() {
    let counter = Arc::new(AtomicUsize::new(0));
    let mut session = start(Setup::new().function(slow(Arc::clone(&counter)))).await;
    assert_eq!(value(&mut session, "slow('a') + slow(it='b', times=2)").await, json!("abb"));
    let since = Instant::now();
    let code = "parallel(slow, ['a', ('b', 2), {'it': 'c', 'times': 3}] + ['d'] * 5)";
    let all = value(&mut session, code).await;
    let took = since.elapsed();
    assert_eq!(all, json!(["a", "bb", "ccc", "d", "d", "d", "d", "d"]));
    assert!(took < Duration::from_millis(900), "8 calls of 300 ms took {took:?}");
    let caught = "try:\n    slow('bad')\nexcept RuntimeError as e:\n    r = str(e)\nr";
    assert_eq!(value(&mut session, caught).await, json!("it is bad"));
    let error = session.run("parallel(slow, ['a', 'bad'])").await.unwrap().error.unwrap();
    assert!(error.to_string().contains("item 1 of 2: it is bad"), "{error}");
    let before = counter.load(Ordering::Relaxed);
    let error = session.run("slow()").await.unwrap().error.unwrap();
    assert!(error.to_string().contains("slow(it: str, times: int = None)"), "{error}");
    assert_eq!(counter.load(Ordering::Relaxed), before);
    let code =
        "x = 1\ntry:\n    slow('stop')\nexcept BaseException:\n    x = 2\nfinally:\n    x = 3";
    let run = session.run(code).await.unwrap();
    assert!(run.stopped && run.error.is_none());
    assert_eq!(value(&mut session, "x").await, json!(1), "nothing catches it");
}

#[tokio::test]
async fn waiting_for_the_host_is_not_computing() {
    let limits = Limits::default().with_time(Duration::from_millis(200));
    let python = DynInterpreter::new(sandbox().with_limits(limits));
    let mut session = python.start(Setup::new().function(slow(Arc::default()))).await.unwrap();
    assert_eq!(value(&mut session, "slow('a') + slow('b') + slow('c')").await, json!("abc"));
}

#[tokio::test]
async fn a_worker_that_is_none_is_an_error_that_says_so() {
    for (program, what) in [("/nowhere/worker", "/nowhere/worker"), ("/bin/echo", "greet")] {
        let python = DynInterpreter::new(Sandbox::with_worker(program));
        let error = python.start(Setup::new()).await.unwrap_err();
        assert!(matches!(error, InterpreterError::Start { .. }));
        assert!(error.to_string().contains(what), "{error}");
    }
}

/// Find the sum.
#[derive(Signature)]
struct Sum {
    #[input]
    ledger: String,
    #[output]
    total: i64,
}

#[tokio::test]
async fn a_recursive_model_explores_in_python() {
    let ledger: String = (0..1000).map(|n| format!("line {n}: paid {}\n", n % 7)).collect();
    let total: i64 = (0..1000).map(|n| n % 7).sum();
    let steps = [
        "print(len(ledger), ledger[:20])",
        "import re\npaid = [int(n) for n in re.findall(r'paid (\\d+)', ledger)]\n\
         words = llm_query_batched([f'read {n}' for n in paid[:3]])\nprint(words)",
        "SUBMIT(total='unknown')",
        "SUBMIT(total=sum(paid))",
    ];
    let model = Scripted::with(move |request: &Request, _| {
        let text = request.messages.last().unwrap().text();
        if text.contains("[[ ## prompt ## ]]") {
            return "[[ ## response ## ]]\nread\n[[ ## completed ## ]]".to_owned();
        }
        let code = steps[text.matches("Code:\n").count().min(steps.len() - 1)];
        format!(
            "[[ ## reasoning ## ]]\ngo\n\n[[ ## code ## ]]\n```python\n{code}\n```\n\n[[ ## completed ## ]]"
        )
    });
    let rlm = Rlm::<Sum>::new(sandbox()).with_lm(&model.lm());
    let out = rlm.call(ledger).await.unwrap();
    assert_eq!((out.total, out.ending, out.trajectory.len()), (total, Ending::Submitted, 4));
    assert!(out.trajectory[1].output.contains("['read', 'read', 'read']"), "{:?}", out.trajectory);
    assert!(out.trajectory[2].error.as_ref().unwrap().to_string().contains("`total`"));
}
