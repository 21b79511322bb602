//! Tools of MCP servers. `scripts/mcp.sh` gets the reference server and runs this; without it, the
//! tests that need one say so and do nothing.
#![cfg(feature = "mcp")]

use std::time::{Duration, Instant};

use dspy::lm::{Capabilities, Completion, Part, Response, Scripted, ScriptedAnswer, ToolCall};
use dspy::mcp::{McpError, McpServer};
use dspy::prelude::*;
use dspy::tool::ToolError;
use serde_json::{Value, json};

const SERVER: &str = "DSPY_TEST_MCP_SERVER";
const ADDRESS: &str = "DSPY_TEST_MCP_ADDRESS";

fn named(variable: &str) -> Option<String> {
    let value = std::env::var(variable).ok();
    if value.is_none() {
        println!("skipped: {variable} names no MCP server");
    }
    value
}

async fn over_stdio() -> Option<McpServer> {
    let server = McpServer::stdio("node", [named(SERVER)?, "stdio".to_owned()]);
    let server = server.start_timeout(Duration::from_secs(180));
    Some(server.env("DSPY_TEST_SEEN", "by the server").await.unwrap())
}

async fn over_http() -> Option<McpServer> {
    Some(McpServer::http(named(ADDRESS)?).await.unwrap())
}

/// What the reference server offers, called in every way.
async fn check(server: McpServer) {
    let tools = Toolset::new(server.tools().await.unwrap()).unwrap();
    println!("{server:?}: {}", tools.names().collect::<Vec<_>>().join(", "));
    let echo = tools.get("echo").unwrap().spec();
    assert!(!echo.description.is_empty());
    assert_eq!(echo.parameters["properties"]["message"]["type"], "string");
    assert_eq!(echo.parameters["required"], json!(["message"]));

    let said = tools.call("echo", json!({"message": "æøå 🗼"})).await.unwrap();
    assert_eq!(said, "Echo: æøå 🗼");
    let sum = tools.call("get-sum", json!({"a": "2", "b": 40})).await.unwrap();
    assert!(sum.as_str().unwrap().contains("42"), "numbers are read out of texts: {sum}");
    let image = tools.call("get-tiny-image", Value::Null).await.unwrap();
    assert!(image.as_str().unwrap().contains("(image, image/png, "), "{image}");
    let links = tools.call("get-resource-links", json!({"count": 2})).await.unwrap();
    assert!(links.as_str().unwrap().contains("://"), "{links}");

    // Checked here, before the server is asked.
    let error = tools.call("get-sum", json!({"a": 1, "c": 2})).await.unwrap_err();
    assert!(matches!(error, ToolError::Arguments { .. }), "{error}");
    assert!(error.to_string().contains("`b` is missing"), "{error}");
    // Refused by the server.
    let error = tools.call("get-resource-reference", json!({"resourceId": -1})).await.unwrap_err();
    assert!(matches!(error, ToolError::Failed { .. }), "{error}");

    let long = json!({"duration": 30, "steps": 3});
    let slow = tools.get("trigger-long-running-operation").unwrap().clone();
    let started = Instant::now();
    let error = slow.with_timeout(Duration::from_millis(300)).call(long).await.unwrap_err();
    assert!(matches!(error, ToolError::TimedOut { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(tools.call("echo", json!({"message": "still"})).await.unwrap(), "Echo: still");

    // A handle of the connection is not needed for its tools.
    drop(server);
    assert_eq!(tools.call("echo", json!({"message": "there"})).await.unwrap(), "Echo: there");
}

#[tokio::test]
async fn the_reference_server_over_stdio() {
    let Some(server) = over_stdio().await else { return };
    let tools = server.tools().await.unwrap();
    let environment = tools.iter().find(|tool| tool.name() == "get-env").unwrap();
    let seen = environment.call(json!({})).await.unwrap();
    assert!(seen.as_str().unwrap().contains("by the server"), "{seen}");
    check(server).await;
}

#[tokio::test]
async fn the_reference_server_over_http() {
    if let Some(server) = over_http().await {
        check(server).await;
    }
}

/// Add the numbers.
#[derive(Signature)]
struct Add {
    #[input]
    question: String,
    #[output]
    sum: i64,
}

#[tokio::test]
async fn an_agent_with_the_tools_of_a_server() {
    let Some(server) = over_stdio().await else { return };
    let wish =
        |id: &str, a, b| Part::ToolCall(ToolCall::new(id, "get-sum", json!({"a": a, "b": b})));
    let mut completion = Completion::default();
    completion.parts = (0..8).map(|n| wish(&n.to_string(), n, 40)).collect();
    let mut steps = Response::default();
    steps.completions = vec![completion];
    let mut capabilities = Capabilities::default();
    capabilities.tools = true;
    let model = Scripted::new([
        ScriptedAnswer::from(steps),
        "That is all.".into(),
        "[[ ## reasoning ## ]]\nSee above.\n\n[[ ## sum ## ]]\n42\n\n[[ ## completed ## ]]".into(),
    ])
    .with_capabilities(capabilities);
    let agent = ReAct::<Add>::new(server.tools().await.unwrap()).unwrap().with_lm(&model.lm());
    let out = agent.call("What is 2 and 40?").await.unwrap();
    assert_eq!(out.sum, 42);
    let calls = &out.trajectory.steps[0].calls;
    for (n, call) in calls.iter().enumerate() {
        assert!(call.outcome.text().contains(&(n + 40).to_string()), "{call:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_closed_answers_no_more() {
    let Some(server) = over_stdio().await else { return };
    let tools = Toolset::new(server.tools().await.unwrap()).unwrap();
    server.close().await;
    let error = tools.call("echo", json!({"message": "x"})).await.unwrap_err();
    assert!(matches!(error, ToolError::Failed { .. }), "{error}");
}

#[tokio::test]
async fn a_program_that_there_is_not() {
    let error = McpServer::stdio("no-such-mcp-server", ["x"]).await.unwrap_err();
    assert!(matches!(error, McpError::Start { .. }), "{error}");
    assert!(error.to_string().contains("is it installed and on the path?"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_gives_up_says_why() {
    let script = "echo 'no licence found' >&2; exit 3";
    let error = McpServer::stdio("sh", ["-c", script]).await.unwrap_err();
    assert!(matches!(error, McpError::Greeting { .. }), "{error}");
    assert!(error.to_string().ends_with("; it wrote: no licence found"), "{error}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_program_that_never_greets_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let server = McpServer::stdio("sh", ["-c", "echo $$ > pid; exec sleep 60"])
        .current_dir(folder.path())
        .start_timeout(Duration::from_millis(300));
    let error = server.await.unwrap_err();
    assert!(matches!(error, McpError::Timeout { what: "start", .. }), "{error}");
    let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
    assert!(is_gone(pid.trim()).await, "process {pid} is still there");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_process_ends_with_the_last_of_its_tools() {
    let Some(program) = named(SERVER) else { return };
    let folder = tempfile::tempdir().unwrap();
    let script = format!("echo $$ > pid; exec node '{program}' stdio");
    let server = McpServer::stdio("sh", ["-c".to_owned(), script]).current_dir(folder.path());
    let server = server.await.unwrap();
    let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
    let tools = server.tools().await.unwrap();
    drop(server);
    assert!(!is_gone(pid.trim()).await, "its tools still need process {pid}");
    drop(tools);
    assert!(is_gone(pid.trim()).await, "process {pid} is still there");
}

/// Whether a process ends within some seconds.
#[cfg(target_os = "linux")]
async fn is_gone(pid: &str) -> bool {
    for _ in 0..40 {
        let status = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        if status.map_or(true, |status| status.contains(") Z ")) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test]
async fn an_address_that_cannot_be() {
    let error = McpServer::http("localhost:3000/mcp").await.unwrap_err();
    assert!(error.to_string().contains("must begin with http or https"), "{error}");
    let error = McpServer::http("not an address").await.unwrap_err();
    assert!(matches!(error, McpError::Config { .. }), "{error}");
    // Nobody listens there.
    let nobody = McpServer::http("http://127.0.0.1:9/mcp?key=canary").bearer("canary-token");
    assert!(!format!("{nobody:?}").contains("canary"));
    let error = nobody.start_timeout(Duration::from_secs(10)).await.unwrap_err();
    assert!(!error.to_string().contains("canary"), "{error}");
}
