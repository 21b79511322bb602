//! What is served where; each path also below `/v1`.

use std::time::Duration;

use dspy_sim::{Simulation, Split, Variant};
use serde_json::{Value, json};

use super::http::{Request, Response};

pub(super) async fn answer(
    simulation: &Simulation,
    latency: Duration,
    request: &Request,
) -> Response {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let path = path.strip_prefix("/v1").unwrap_or(path);
    match (request.method.as_str(), path) {
        ("POST", "/chat/completions") => {
            let reply = serde_json::from_slice(&request.body)
                .map(|body: Value| simulation.reply(&body))
                .unwrap_or_else(|error| json!({"error": {"message": error.to_string()}}));
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            let status = if reply.get("error").is_some() { "400 Bad Request" } else { "200 OK" };
            Response { status, kind: "application/json", body: reply.to_string() }
        }
        ("GET", "/dataset") => match rows(simulation, query) {
            Ok(lines) => Response { status: "200 OK", kind: "application/jsonl", body: lines },
            Err(error) => failure("400 Bad Request", &error),
        },
        ("GET", "/task") => found(&task(simulation)),
        ("GET", "/stats") => found(&simulation.stats().to_json()),
        ("GET", "/requests") => {
            let lines = simulation.requests().into_iter().map(|(hash, role, count)| {
                let hash = format!("{hash:016x}");
                json!({"request": hash, "role": role.name(), "count": count}).to_string() + "\n"
            });
            Response { status: "200 OK", kind: "application/jsonl", body: lines.collect() }
        }
        ("POST", "/reset") => {
            simulation.reset();
            found(&simulation.stats().to_json())
        }
        _ => failure("404 Not Found", &format!("there is no {} {path}", request.method)),
    }
}

fn found(body: &Value) -> Response {
    Response { status: "200 OK", kind: "application/json", body: body.to_string() }
}

fn failure(status: &'static str, message: &str) -> Response {
    let body = json!({"error": {"message": message}}).to_string();
    Response { status, kind: "application/json", body }
}

/// The program to start from.
fn task(simulation: &Simulation) -> Value {
    let world = simulation.world();
    let last = world.instructions();
    let stages = if world.settings().variant == Variant::TwoStage {
        json!([
            {"signature": "text -> topic", "instructions": world.topic_instructions()},
            {"signature": "text, topic -> label", "instructions": last},
        ])
    } else {
        json!([{"signature": "text -> label", "instructions": last}])
    };
    json!({"stages": stages})
}

fn rows(simulation: &Simulation, query: &str) -> Result<String, String> {
    let (mut split, mut count, mut seed) = (None, 100, 0);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let number = || value.parse().map_err(|_| format!("`{name}` is no number: {value}"));
        match name {
            "split" => {
                let found = Split::named(value);
                split = Some(found.ok_or_else(|| format!("there is no split `{value}`"))?);
            }
            "n" => count = number()?,
            "seed" => seed = number()?,
            _ => return Err(format!("there is no parameter `{name}`")),
        }
    }
    let split = split.ok_or("`split=train|val|test` is missing")?;
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(100_000);
    let rows = simulation.world().rows(split, count, seed);
    Ok(rows.iter().map(|row| row.to_json().to_string() + "\n").collect())
}
