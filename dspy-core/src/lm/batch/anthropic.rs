//! Anthropic's batches: all requests in one body, all results in one list without order.

use http::header::HeaderMap;
use serde_json::Value;
use url::Url;

use super::super::anthropic::Messages;
use super::super::client::{config, shown};
use super::super::error::LmError;
use super::super::http::Reply;
use super::super::request::Request;
use super::super::response::Response;
use super::answers::{Answers, custom_id};
use super::client::{BatchClient, BatchWire, Protocol, below, unfinished};
use super::status::{BatchCounts, BatchId, BatchState, BatchStatus};

impl BatchWire for Messages {
    const PROTOCOL: Protocol = Protocol::Anthropic;
}

pub(super) async fn submit<W: BatchWire>(
    client: &BatchClient<W>,
    requests: &[Request],
) -> Result<BatchId, LmError> {
    let mut body = br#"{"requests":["#.to_vec();
    for (place, request) in requests.iter().enumerate() {
        if place > 0 {
            body.push(b',');
        }
        let id = custom_id(place);
        body.extend_from_slice(format!(r#"{{"custom_id":"{id}","params":"#).as_bytes());
        body.extend_from_slice(&client.encode(request)?);
        body.push(b'}');
    }
    body.extend_from_slice(b"]}");
    let reply = client.connection().post(&batches(client), body).await?;
    let reading = client.connection().reading(&reply);
    let batch: Value = reading.json()?;
    match batch.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()) {
        Some(id) => Ok(BatchId::new(id)),
        None => Err(reading.unreadable("expected the `id` of the batch")),
    }
}

pub(super) async fn poll<W: BatchWire>(
    client: &BatchClient<W>,
    id: &BatchId,
) -> Result<BatchStatus, LmError> {
    let url = below(batches(client), &[id.as_str()]);
    Ok(status(&client.get_json(&url).await?))
}

pub(super) async fn cancel<W: BatchWire>(
    client: &BatchClient<W>,
    id: &BatchId,
) -> Result<(), LmError> {
    let url = below(batches(client), &[id.as_str(), "cancel"]);
    client.post_json(&url, b"{}".to_vec()).await.map(drop)
}

pub(super) async fn fetch<W: BatchWire>(
    client: &BatchClient<W>,
    id: &BatchId,
) -> Result<Vec<Result<Response, LmError>>, LmError> {
    let batch = client.get_json(&below(batches(client), &[id.as_str()])).await?;
    let status = status(&batch);
    if !status.state.is_over() {
        return Err(unfinished(id, &status));
    }
    let url = results(client, id, &batch)?;
    let reply = client.connection().get(&url).await?;
    let mut answers = Answers::of(status.counts.total);
    answers
        .add(&reply.body, |line| read(client, line))
        .map_err(|fault| client.connection().reading(&reply).unreadable(&fault))?;
    Ok(answers
        .finish(&format!("batch {id} ended without an answer to this request; submit it again")))
}

/// Where the results are. The server names the address, and our key goes there only if it is the
/// server that we meant to ask.
fn results<W: BatchWire>(
    client: &BatchClient<W>,
    id: &BatchId,
    batch: &Value,
) -> Result<Url, LmError> {
    let Some(named) = batch.get("results_url").and_then(Value::as_str) else {
        return Err(config(format!(
            "batch {id} has no results; the provider keeps them for 29 days"
        )));
    };
    let base = &client.connection().base;
    match base.join(named) {
        Ok(url) if url.origin() == base.origin() => Ok(url),
        Ok(url) => Err(config(format!(
            "the results of batch {id} are at {}, and the key is not sent there, because it was \
             meant for {}; set the api base to the server that keeps the results",
            shown(&url),
            client.connection().peer.host,
        ))),
        Err(_) => Err(config(format!("the results of batch {id} are at no address"))),
    }
}

fn read<W: BatchWire>(client: &BatchClient<W>, line: &Value) -> Result<Response, LmError> {
    let nothing = Value::Null;
    let result = line.get("result").unwrap_or(&nothing);
    let kind = result.get("type").and_then(Value::as_str).unwrap_or_default();
    let again = |what: &str| LmError::Other {
        message: format!("the batch {what} before this request was answered; submit it again"),
        retryable: true,
    };
    let reply = |body: &Value| Reply {
        status: 200,
        headers: HeaderMap::new(),
        body: body.to_string().into(),
    };
    match (kind, result.get("message"), result.get("error")) {
        (_, Some(message), _) => client.decode(reply(message)),
        (_, None, Some(error)) => {
            let reported = error.get("error").unwrap_or(error);
            Err(client.connection().reading(&reply(error)).reported(reported))
        }
        ("canceled", None, None) => Err(again("was cancelled")),
        ("expired", None, None) => Err(again("expired")),
        _ => {
            let reply = reply(line);
            let reading = client.connection().reading(&reply);
            Err(reading.unreadable("a line of the results holds neither answer nor error"))
        }
    }
}

fn status(batch: &Value) -> BatchStatus {
    let raw = batch.get("processing_status").and_then(Value::as_str).unwrap_or_default();
    let count = |name: &str| {
        let count = batch.pointer(&format!("/request_counts/{name}")).and_then(Value::as_u64);
        count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
    };
    let (running, completed) = (count("processing"), count("succeeded"));
    let (expired, cancelled) = (count("expired"), count("canceled"));
    let failed = count("errored") + expired + cancelled;
    let state = match raw {
        // One word for every end; the counts tell which it was.
        "ended" if cancelled > 0 => BatchState::Cancelled,
        "ended" if expired > 0 => BatchState::Expired,
        "ended" => BatchState::Completed,
        "canceling" => BatchState::Cancelling,
        _ => BatchState::Running,
    };
    BatchStatus::new(state, raw, BatchCounts::new(running + completed + failed, completed, failed))
}

fn batches<W: BatchWire>(client: &BatchClient<W>) -> Url {
    below(client.root(""), &["batches"])
}
