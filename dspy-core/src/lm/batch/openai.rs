//! OpenAI's batches: a file of requests in, a file of answers and one of errors out.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use url::Url;

use super::super::error::LmError;
use super::super::http::Reply;
use super::super::openai::ChatCompletions;
use super::super::request::Request;
use super::super::response::Response;
use super::super::responses::Responses;
use super::answers::{Answers, custom_id};
use super::client::{BatchClient, BatchWire, Protocol, below, unfinished};
use super::multipart::Form;
use super::status::{BatchCounts, BatchId, BatchState, BatchStatus};

impl BatchWire for ChatCompletions {
    const PROTOCOL: Protocol = Protocol::OpenAi { endpoint: "/v1/chat/completions" };
}

impl BatchWire for Responses {
    const PROTOCOL: Protocol = Protocol::OpenAi { endpoint: "/v1/responses" };
}

pub(super) async fn submit<W: BatchWire>(
    client: &BatchClient<W>,
    endpoint: &str,
    requests: &[Request],
) -> Result<BatchId, LmError> {
    let mut lines = Vec::new();
    for (place, request) in requests.iter().enumerate() {
        let id = custom_id(place);
        // The body is JSON on one line already.
        lines.extend_from_slice(
            format!(r#"{{"custom_id":"{id}","method":"POST","url":"{endpoint}","body":"#)
                .as_bytes(),
        );
        lines.extend_from_slice(&client.encode(request)?);
        lines.extend_from_slice(b"}\n");
    }
    let root = root(client, endpoint);
    let form = Form::new(&[("purpose", "batch")], "requests.jsonl", &lines);
    let url = below(root.clone(), &["files"]);
    let reply = client.connection().post_as(&url, form.kind()?, form.body).await?;
    let reading = client.connection().reading(&reply);
    let file: Value = reading.json()?;
    let Some(file) = file.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()) else {
        return Err(reading.unreadable("expected the `id` of the uploaded file"));
    };
    let body = json!({
        "input_file_id": file,
        "endpoint": endpoint,
        "completion_window": "24h",
    });
    let url = below(root, &["batches"]);
    let reply = client.connection().post(&url, body.to_string().into_bytes()).await?;
    let reading = client.connection().reading(&reply);
    let batch: Value = reading.json()?;
    match batch.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()) {
        Some(id) => Ok(BatchId::new(id)),
        None => Err(reading.unreadable("expected the `id` of the batch")),
    }
}

pub(super) async fn poll<W: BatchWire>(
    client: &BatchClient<W>,
    endpoint: &str,
    id: &BatchId,
) -> Result<BatchStatus, LmError> {
    Ok(status(client, &client.get_json(&address(client, endpoint, id)).await?))
}

pub(super) async fn cancel<W: BatchWire>(
    client: &BatchClient<W>,
    endpoint: &str,
    id: &BatchId,
) -> Result<(), LmError> {
    let url = below(address(client, endpoint, id), &["cancel"]);
    client.post_json(&url, b"{}".to_vec()).await.map(drop)
}

pub(super) async fn fetch<W: BatchWire>(
    client: &BatchClient<W>,
    endpoint: &str,
    id: &BatchId,
) -> Result<Vec<Result<Response, LmError>>, LmError> {
    let batch = client.get_json(&address(client, endpoint, id)).await?;
    let status = status(client, &batch);
    if !status.state.is_over() {
        return Err(unfinished(id, &status));
    }
    let mut answers = Answers::of(status.counts.total);
    // Answers of errors are in a file of their own; either file is missing where it would be empty.
    for field in ["output_file_id", "error_file_id"] {
        let Some(file) = batch.get(field).and_then(Value::as_str) else { continue };
        let url = below(root(client, endpoint), &["files", file, "content"]);
        let reply = client.connection().get(&url).await?;
        answers
            .add(&reply.body, |line| read(client, line))
            .map_err(|fault| client.connection().reading(&reply).unreadable(&fault))?;
    }
    Ok(answers.finish(&format!(
        "batch {id} ended ({}) without an answer to this request; submit it again",
        status.raw
    )))
}

fn read<W: BatchWire>(client: &BatchClient<W>, line: &Value) -> Result<Response, LmError> {
    let nothing = Value::Null;
    let response = line.get("response").unwrap_or(&nothing);
    let status = response.get("status_code").and_then(Value::as_u64);
    let mut headers = HeaderMap::new();
    let id = response.get("request_id").and_then(Value::as_str);
    if let Some(id) = id.and_then(|id| HeaderValue::from_str(id).ok()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    let error = line.get("error").filter(|error| error.is_object());
    match (response.get("body"), error) {
        (Some(body), _) => client.decode(Reply {
            status: status.and_then(|status| status.try_into().ok()).unwrap_or(200),
            headers,
            body: body.to_string().into(),
        }),
        (None, Some(error)) => {
            let expired = error.get("code").is_some_and(|code| code == "batch_expired");
            let message = error.get("message").and_then(Value::as_str).unwrap_or("no reason given");
            Err(LmError::Other {
                message: client
                    .connection()
                    .peer
                    .quote(&format!("the batch failed here: {message}")),
                retryable: expired,
            })
        }
        (None, None) => {
            let reply = Reply { status: 200, headers, body: line.to_string().into() };
            let reading = client.connection().reading(&reply);
            Err(reading.unreadable("a line of the results holds neither answer nor error"))
        }
    }
}

fn status<W: BatchWire>(client: &BatchClient<W>, batch: &Value) -> BatchStatus {
    let raw = batch.get("status").and_then(Value::as_str).unwrap_or_default();
    let state = match raw {
        "completed" => BatchState::Completed,
        "failed" => BatchState::Failed { message: client.connection().peer.quote(&faults(batch)) },
        "expired" => BatchState::Expired,
        "cancelling" => BatchState::Cancelling,
        "cancelled" => BatchState::Cancelled,
        _ => BatchState::Running,
    };
    let count = |name: &str| {
        let count = batch.pointer(&format!("/request_counts/{name}")).and_then(Value::as_u64);
        count.and_then(|count| count.try_into().ok()).unwrap_or(0)
    };
    BatchStatus::new(
        state,
        raw,
        BatchCounts::new(count("total"), count("completed"), count("failed")),
    )
}

/// What is wrong with the file of requests.
fn faults(batch: &Value) -> String {
    let faults = batch.pointer("/errors/data").and_then(Value::as_array).into_iter().flatten();
    let messages = faults.filter_map(|fault| {
        let message = fault.get("message")?.as_str()?;
        Some(match fault.get("line").and_then(Value::as_u64) {
            Some(line) => format!("line {line}: {message}"),
            None => message.to_owned(),
        })
    });
    match messages.take(5).collect::<Vec<_>>().join("; ") {
        nothing if nothing.is_empty() => "it gives no reason".to_owned(),
        messages => messages,
    }
}

fn address<W: BatchWire>(client: &BatchClient<W>, endpoint: &str, id: &BatchId) -> Url {
    below(root(client, endpoint), &["batches", id.as_str()])
}

fn root<W: BatchWire>(client: &BatchClient<W>, endpoint: &str) -> Url {
    client.root(endpoint.strip_prefix("/v1").unwrap_or(endpoint))
}
