//! Hostile code: each limit holds, within twice its measure, and the host lives on.
//!
//! `cargo test -p dspy-sandbox --test limits -- --nocapture` prints what it took.

use std::time::{Duration, Instant};

use dspy::interpreter::{CodeError, DynInterpreter, DynSession, Execution, Limit, Limits, Setup};
use dspy::sandbox::Sandbox;
use serde_json::json;

const TIME: Duration = Duration::from_secs(2);
const MEMORY: usize = 64 << 20;

/// One at a time: they measure, and take all of a processor.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn limits() -> Limits {
    Limits::default().with_time(TIME).with_memory(MEMORY).with_output(100_000)
}

fn sandbox() -> Sandbox {
    Sandbox::with_worker(env!("CARGO_BIN_EXE_dspy-sandbox-worker")).with_limits(limits())
}

async fn session() -> DynSession {
    let setup = Setup::new().variable("given", json!("as it was"));
    DynInterpreter::new(sandbox()).start(setup).await.unwrap()
}

/// Runs the code in a fresh session; then checks the time, and that the session goes on.
async fn run(code: &str) -> Execution {
    let _turn = TURN.lock().await;
    let mut session = session().await;
    let since = Instant::now();
    let execution = session.run(code).await.unwrap();
    let took = since.elapsed();
    let error = execution.error.as_ref().map_or("no error".to_owned(), ToString::to_string);
    let shown: String = code.chars().take(60).collect();
    println!("{took:>8.0?}  {:<62} {error}", format!("{shown:?}"));
    assert!(took < 2 * TIME, "{code} took {took:?}");
    let after = session.run("given").await.unwrap();
    assert_eq!(after.value, json!("as it was"), "after {code}: {:?}", after.error);
    execution
}

async fn check(limit: Limit, codes: &[&str]) {
    let mut others = Vec::new();
    for code in codes {
        let error = run(code).await.error;
        if error.as_ref().and_then(CodeError::limit) != Some(limit) {
            others.push((code, error));
        }
    }
    assert!(others.is_empty(), "no {limit} limit: {others:#?}");
}

/// Whichever limit comes first: both hold.
async fn check_stopped(codes: &[&str]) {
    let mut done = Vec::new();
    for code in codes {
        if run(code).await.error.is_none() {
            done.push(code);
        }
    }
    assert!(done.is_empty(), "ran to their end: {done:#?}");
}

#[tokio::test]
async fn endless_loops_end() {
    check(
        Limit::Time,
        &[
            "while True: pass",
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            "def f():\n    try:\n        while True: pass\n    finally:\n        while True: pass\nf()",
        ],
    )
    .await;
}

#[tokio::test]
async fn loops_inside_the_interpreter_end() {
    check_stopped(&[
        "(10 ** 2000000) ** 50",
        "pow(3, 10 ** 7) % 7",
        "str(7 ** 3000000)",
        "int('9' * 4000000)",
        "import re\nre.match('(a|a)*\\\\1$', 'a' * 4000 + 'b')",
        "import math\nmath.factorial(5_000_000)",
        "sorted(range(10 ** 9), key=lambda x: -x)",
        "max(range(10 ** 12))",
        "10 ** 18 in (x for x in range(10 ** 18))",
        "list(range(10 ** 9)).count(5)",
        "'a' * 10 ** 7 in 'a' * 10 ** 7 and [('a' * 5000 + 'b') in 'a' * 10 ** 7 for _ in range(10 ** 6)]",
        "x = [1] * 10 ** 6\nwhile True: x == list(x)",
        "sum([[i] for i in range(10 ** 6)], [])",
    ])
    .await;
}

#[tokio::test]
async fn memory_is_bounded() {
    check(
        Limit::Memory,
        &[
            "'a' * 10**9",
            "x = 'a'\nwhile True: x += x",
            "b'a' * 10**9",
            "[0] * 10**9",
            "x = []\nwhile True: x.append('y' * 100_000)",
            "d = {}\ni = 0\nwhile True:\n    d[i] = str(i) * 10_000\n    i += 1",
            "x = 1 << (8 * 10**9)",
            "'a'.ljust(10**9)",
            "'a'.center(10 ** 18)",
            "('ab' * 10**6).replace('a', 'c' * 1000)",
            "try:\n    x = 'a' * 10**9\nexcept BaseException:\n    pass\ny = 'b' * 10**9",
            "bytes(10**10)",
        ],
    )
    .await;
    // Memory or time, whichever comes first on the machine.
    check_stopped(&[
        "'{:>1000000000}'.format(5)",
        "x = []\nwhile True: x = [x, x, list(range(1000))]",
        "set(range(10**9))",
        "list(range(10**10))",
        "','.join(['a' * 1000] * 10**6)",
        "a = [1] * 1000\nb = [a] * 1000\nc = [b] * 1000\nstr(c)",
        "a = [1] * 1000\nb = [a] * 1000\nc = [b] * 1000\nc",
    ])
    .await;
}

#[tokio::test]
async fn recursion_is_bounded() {
    check(
        Limit::Recursion,
        &[
            "def f(n):\n    return f(n + 1)\nf(0)",
            "f = lambda: f()\nf()",
            "def f(x):\n    return sorted([x], key=f)\nf(1)",
        ],
    )
    .await;
    check_stopped(&[
        &("(".repeat(100_000) + "1" + &")".repeat(100_000)),
        &("-".repeat(100_000) + "1"),
        &("[".repeat(5_000) + &"]".repeat(5_000)),
        &("a.".repeat(100_000) + "b"),
        &("if 1:\n".to_owned() + &(1..300).map(|n| " ".repeat(n) + "if 1:\n").collect::<String>()),
        "x = []\nfor _ in range(100_000): x = [x]\nx",
        "x = []\ny = []\nfor _ in range(100_000):\n    x = [x]\n    y = [y]\nx == y",
        "import json\njson.loads('[' * 100_000)",
        "import re\nre.compile('(' * 100_000 + ')' * 100_000)",
    ])
    .await;
    // What takes others forever, or their stack, the interpreter does at once; and lives on.
    run("x = []\nfor _ in range(10_000): x = [x]\nrepr(x)").await;
    run("import re\nre.match('(a+)+$', 'a' * 60 + 'b')").await;
}

#[tokio::test]
async fn output_is_bounded() {
    check(
        Limit::Output,
        &[
            "while True: print('spam')",
            "print('a' * 10_000_000)",
            "while True:\n    try:\n        print('spam' * 1000)\n    except BaseException:\n        break",
        ],
    )
    .await;
    let execution = run("print('é' * 10_000_000)").await;
    assert!(execution.output.len() <= 100_000 && execution.output.len() > 99_000);
    // What was printed before code is killed is there.
    let execution = run("print('so far')\n(10 ** 2000000) ** 50").await;
    assert!(execution.error.is_some());
    let execution = run("print('so far')\nwhile True: pass").await;
    assert_eq!(execution.output, "so far\n");
}

#[tokio::test]
async fn values_and_calls_are_bounded() {
    let small = limits().with_transfer(10_000).with_calls(5);
    let python = DynInterpreter::new(sandbox().with_limits(small));
    let touch = dspy::interpreter::HostFunction::with_schema(
        "touch",
        "",
        &json!({"type": "object", "properties": {"it": {}}, "required": ["it"]}),
        |_| async { Ok(json!(1)) },
    );
    let mut session = python.start(Setup::new().function(touch)).await.unwrap();
    let mut limit_of =
        async |code: &str| session.run(code).await.unwrap().error.and_then(|error| error.limit());
    assert_eq!(limit_of("'a' * 100_000").await, Some(Limit::Transfer));
    assert_eq!(limit_of("a = [1] * 100\n[[a] * 10] * 10").await, Some(Limit::Transfer));
    assert_eq!(limit_of("while True: touch(1)").await, Some(Limit::Calls));
    assert_eq!(limit_of("parallel(touch, [1, 2, 3, 4, 5, 6])").await, Some(Limit::Calls));
    assert_eq!(limit_of("parallel(touch, [1, 2, 3, 4, 5])").await, None);
    let execution = session.run("touch('a' * 100_000)").await.unwrap();
    assert!(execution.error.unwrap().to_string().contains("too large"));
}

#[tokio::test]
async fn there_is_no_way_out() {
    let secret = "s3cret-of-the-host";
    let path = std::env::temp_dir().join(format!("dspy-sandbox-{}", std::process::id()));
    std::fs::write(&path, secret).unwrap();
    let file = path.display().to_string();
    let escaped = path.with_extension("escaped");
    let codes = [
        format!("open({file:?}).read()"),
        format!("open({:?}, 'w').write('x')", escaped.display().to_string()),
        format!("import pathlib\npathlib.Path({file:?}).read_text()"),
        format!("import pathlib\npathlib.Path({:?}).write_text('x')", escaped.display()),
        "import pathlib\nlist(pathlib.Path('/').iterdir())".to_owned(),
        "import os\nos.listdir('/')".to_owned(),
        "import os\nos.environ['PATH']".to_owned(),
        "import os\nos.getenv('PATH').upper()".to_owned(),
        "import os\nos.system('id')".to_owned(),
        "import os\nos.fork()".to_owned(),
        "import os\nos.kill(1, 9)".to_owned(),
        "import os\nos._exit(0)".to_owned(),
        "import subprocess\nsubprocess.run(['id'])".to_owned(),
        "import socket\nsocket.socket()".to_owned(),
        "import urllib.request\nurllib.request.urlopen('http://localhost')".to_owned(),
        "import http.client".to_owned(),
        "import ctypes".to_owned(),
        "import signal".to_owned(),
        "import threading".to_owned(),
        "import importlib".to_owned(),
        "import pickle".to_owned(),
        "import shutil".to_owned(),
        "__import__('os').system('id')".to_owned(),
        "__builtins__['open']".to_owned(),
        "import sys\nsys.modules['os'].system('id')".to_owned(),
        "import sys\nsys._getframe()".to_owned(),
        "().__class__.__bases__[0].__subclasses__()".to_owned(),
        "[c for c in object.__subclasses__() if c.__name__ == 'Popen'][0]".to_owned(),
        "(lambda: 0).__globals__['__builtins__']".to_owned(),
        "(lambda: 0).__code__.replace(co_code=b'x')".to_owned(),
        "getattr(getattr(1, '__class__'), '__subclasses__')()".to_owned(),
        "'{0.__class__.__mro__[1].__subclasses__}'.format(1)()".to_owned(),
        "exec('import os; os.system(\"id\")')".to_owned(),
        "eval('__import__(\"os\").system(\"id\")')".to_owned(),
        "compile('1', 'x', 'eval').co_consts[0].foo".to_owned(),
        "input()".to_owned(),
        "breakpoint()".to_owned(),
        "help(1)()".to_owned(),
        "given.__class__.__init__.__globals__".to_owned(),
        "parallel.__globals__".to_owned(),
        "parallel('open', ['/etc/passwd'])".to_owned(),
        "parallel(print, [1])".to_owned(),
    ];
    for code in codes {
        let execution = run(&code).await;
        assert!(execution.error.is_some(), "{code} gave {}", execution.value);
        let all = format!("{execution:?}");
        assert!(!all.contains(secret) && !all.contains("uid="), "{all}");
    }
    assert!(!escaped.exists());
    std::fs::remove_file(path).unwrap();
}

/// Its allocator does not count: the system's limit on the address space is alone.
#[test]
fn a_program_that_is_its_own_worker_is_as_safe() {
    let _turn = TURN.blocking_lock();
    let worker = std::path::Path::new(env!("CARGO_BIN_EXE_dspy-sandbox-worker"));
    let program = worker.with_file_name("examples").join("own_worker");
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(program.is_file(), "first: cargo build -p dspy-sandbox --examples");
    let output = std::process::Command::new(program).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
    assert_eq!(text.lines().last(), Some("all held"));
}

#[tokio::test]
async fn a_run_that_is_dropped_ends_its_process() {
    let mut session = session().await;
    session.run("mine = 1").await.unwrap();
    let run = session.run("while True: pass");
    assert!(tokio::time::timeout(Duration::from_millis(200), run).await.is_err());
    let after = session.run("mine").await.unwrap();
    assert!(after.error.unwrap().to_string().contains("mine"), "it began anew");
}

#[tokio::test]
async fn many_hostile_sessions_at_once_leave_the_host_alone() {
    let python = DynInterpreter::new(sandbox());
    let codes =
        ["while True: pass", "'a' * 10**9", "while True: print('x')", "1 +", "1 / 0", "6 * 7"];
    let mut runs = tokio::task::JoinSet::new();
    for code in codes {
        let python = python.clone();
        runs.spawn(async move {
            let mut session = python.start(Setup::new()).await.unwrap();
            session.run(code).await.unwrap()
        });
    }
    let outcomes = runs.join_all().await;
    assert_eq!(outcomes.iter().filter(|run| run.error.is_none()).count(), 1);
    assert!(outcomes.iter().any(|run| run.value == json!(42)));
}
