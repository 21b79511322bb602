//! Whole answers that are late, broken, too long, or not what they should be.

use dspy::lm::{FinishReason, LanguageModel, LmError};
use serde_json::json;
use tokio::time::Instant;

use super::fault::{FaultServer, Step, completion, error, good, head, json as answer, whole};
use super::{builder, client, failed, hasty, ms, question, text};

const HTML: &str = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>";

/// The start of an answer that promises more.
fn half() -> Step {
    let body = completion("Paris.").to_string();
    let mut bytes = head(200, &[("content-type", "application/json")], body.len());
    bytes.extend_from_slice(&body.as_bytes()[..body.len() / 2]);
    Step::Send(bytes)
}

#[tokio::test]
async fn a_reset_in_mid_body() {
    let broken = vec![half(), Step::Wait(ms(20)), Step::Reset];
    let server = FaultServer::turns(vec![broken, good()]).await;
    let error = failed(&client(&server)).await;
    assert!(matches!(error, LmError::Transport { .. }) && error.is_retryable(), "{error:?}");
    let server = FaultServer::turns(vec![vec![half(), Step::Reset], good()]).await;
    let response = hasty(client(&server)).generate(&question()).await.unwrap();
    assert_eq!((text(&response).as_str(), server.requests()), ("Paris.", 2));
}

#[tokio::test]
async fn a_stall_before_the_head() {
    let server = FaultServer::turns(vec![vec![Step::Stall], good()]).await;
    let client = builder(&server).first_byte_timeout(ms(500)).build().unwrap();
    let start = Instant::now();
    let response = hasty(client).generate(&question()).await.unwrap();
    assert_eq!((text(&response).as_str(), server.requests()), ("Paris.", 2));
    assert!(start.elapsed() >= ms(500) && start.elapsed() < ms(5000));
    let server = FaultServer::always(vec![Step::Stall]).await;
    let client = builder(&server).first_byte_timeout(ms(100)).build().unwrap();
    let error = failed(&client).await;
    assert!(matches!(error, LmError::Timeout { after, .. } if after == ms(100)), "{error:?}");
    assert!(server.is_left_alone().await, "the connection of a late answer is closed");
}

#[tokio::test]
async fn a_stall_in_mid_body() {
    let server = FaultServer::always(vec![half(), Step::Stall]).await;
    let client = builder(&server).idle_timeout(ms(100)).build().unwrap();
    let error = failed(&client).await;
    assert!(matches!(error, LmError::Timeout { after, .. } if after == ms(100)), "{error:?}");
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn a_slow_drip_is_no_stall_but_has_an_end() {
    let body = completion("Paris.").to_string();
    let mut steps =
        vec![Step::Send(head(200, &[("content-type", "application/json")], body.len()))];
    for bytes in body.as_bytes().chunks(8) {
        steps.extend([Step::Wait(ms(10)), Step::Send(bytes.to_vec())]);
    }
    let server = FaultServer::always(steps).await;
    let patient = builder(&server).idle_timeout(ms(2000)).build().unwrap();
    assert_eq!(text(&patient.generate(&question()).await.unwrap()), "Paris.");
    let client = builder(&server).idle_timeout(ms(2000)).timeout(ms(100)).build().unwrap();
    let error = failed(&client).await;
    assert!(matches!(error, LmError::Timeout { after, .. } if after == ms(100)), "{error:?}");
}

#[tokio::test]
async fn ten_megabytes_against_a_bound() {
    let long = completion(&"x".repeat(10 << 20)).to_string();
    let server =
        FaultServer::always(whole(200, &[("content-type", "application/json")], &long)).await;
    let client = builder(&server).max_answer_bytes(1 << 20).build().unwrap();
    let error = failed(&client).await;
    assert!(matches!(error, LmError::Decode { .. }) && !error.is_retryable(), "{error:?}");
    assert!(error.to_string().contains("longer than 1 MiB"), "{error}");
    assert!(server.is_left_alone().await, "the rest is not read");
    // Within the bound it is an answer as others.
    let client = builder(&server).max_answer_bytes(11 << 20).build().unwrap();
    assert_eq!(text(&client.generate(&question()).await.unwrap()).len(), 10 << 20);
}

#[tokio::test]
async fn a_page_instead_of_json() {
    let page = [("content-type", "text/html")];
    let server = FaultServer::turns(vec![whole(502, &page, HTML), good()]).await;
    assert!(hasty(client(&server)).generate(&question()).await.is_ok());
    for (status, server_fault) in [(502, true), (200, false)] {
        let server = FaultServer::always(whole(status, &page, HTML)).await;
        let error = failed(&client(&server)).await;
        assert_eq!(matches!(error, LmError::Server(_)), server_fault, "{error:?}");
        let shown = error.to_string();
        assert!(shown.contains("HTML page") && !shown.contains("<html>"), "{shown}");
    }
}

#[tokio::test]
async fn an_answer_in_gzip() {
    let body = gzip(completion("Zürich.").to_string().as_bytes());
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let server = FaultServer::always(whole(200, &headers, body)).await;
    let response = client(&server).generate(&question()).await.unwrap();
    assert_eq!(text(&response), "Zürich.");
    assert!(server.asked()[0].head.contains("accept-encoding: gzip"));
    let cut = gzip(completion("Zürich.").to_string().as_bytes());
    let server = FaultServer::always(whole(200, &headers, &cut[..cut.len() / 2])).await;
    failed(&client(&server)).await;
}

#[tokio::test]
async fn no_choices() {
    for body in [json!({"choices": []}), json!({"choices": null}), json!({}), json!(null)] {
        let server = FaultServer::always(answer(200, &[], &body)).await;
        let error = failed(&client(&server)).await;
        assert!(matches!(error, LmError::Decode { .. } | LmError::Unsupported { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn words_that_nobody_knows() {
    let mut body = completion("Paris.");
    body["object"] = json!("oracle.word");
    body["service_tier"] = json!("warp");
    body["choices"][0]["finish_reason"] = json!("stars_aligned");
    body["choices"][0]["message"]["role"] = json!("oracle");
    body["choices"][0]["message"]["mood"] = json!({"value": 7});
    body["usage"]["dreams"] = json!(["a"]);
    let server = FaultServer::always(answer(200, &[], &body)).await;
    let response = client(&server).generate(&question()).await.unwrap();
    assert_eq!(text(&response), "Paris.");
    let finish = &response.completions[0].finish;
    assert_eq!(*finish, FinishReason::Other("stars_aligned".to_owned()));
}

#[tokio::test]
async fn an_error_in_an_answer_that_says_all_is_well() {
    let overloaded = json!({"error": {"message": "busy", "type": "overloaded_error"}});
    let server = FaultServer::turns(vec![answer(200, &[], &overloaded), good()]).await;
    assert!(hasty(client(&server)).generate(&question()).await.is_ok());
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn money_that_is_gone_is_not_waited_for() {
    let spend_limit = json!({"type": "error", "error": {
        "type": "rate_limit_error", "message": "limit reached",
        "details": {"error_code": "enforced_spend_limit_reached"},
    }});
    for steps in [
        error(429, "insufficient_quota", &[("retry-after", "1")]),
        error(402, "payment_required", &[]),
        answer(429, &[], &spend_limit),
    ] {
        let server = FaultServer::always(steps).await;
        let error = failed(&hasty(client(&server))).await;
        assert!(matches!(error, LmError::Billing(_)), "{error:?}");
        assert_eq!(server.requests(), 1);
    }
}

/// `bytes` as gzip without compression.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let length = u16::try_from(bytes.len()).unwrap();
    out.push(1);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&(!length).to_le_bytes());
    out.extend_from_slice(bytes);
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    out.extend_from_slice(&(!crc).to_le_bytes());
    out.extend_from_slice(&u32::from(length).to_le_bytes());
    out
}
