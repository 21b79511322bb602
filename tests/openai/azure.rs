//! OpenAI's models at Azure.

use dspy::lm::{LanguageModel, LmError, OpenAi, OpenAiBuilder, Service};
use futures_util::StreamExt;
use serde_json::json;

use super::support::{Answer, Server};
use super::{failed, question, shown};

const KEY: &str = "azure-canary-77aa1c";

fn azure(variables: &[(&str, &str)]) -> OpenAiBuilder {
    let variables: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    OpenAi::builder("my-gpt").service(Service::AZURE).env(move |wanted| {
        variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    })
}

#[tokio::test]
async fn both_forms_of_address() {
    let server = Server::start([Answer::text("fine")]).await;
    let root = format!("http://{}", server.address());
    let old = "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21";
    for (base, path) in [
        (root.clone(), "/openai/v1/chat/completions"),
        (format!("{root}/"), "/openai/v1/chat/completions"),
        (format!("{root}/openai"), "/openai/v1/chat/completions"),
        (format!("{root}/openai/v1/"), "/openai/v1/chat/completions"),
        (
            format!("{root}/openai/v1?api-version=preview"),
            "/openai/v1/chat/completions?api-version=preview",
        ),
        (format!("{root}?api-version=2024-10-21"), old),
        (format!("{root}/openai?api-version=2024-10-21"), old),
        (format!("{root}/openai/deployments/my-gpt?api-version=2024-10-21"), old),
        (format!("{root}{old}"), old),
    ] {
        let client = azure(&[]).api_base(base.clone()).api_key(KEY).build().unwrap();
        client.generate(&question()).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.line, format!("POST {path} HTTP/1.1"), "{base}");
        assert_eq!(seen.header("api-key"), Some(KEY));
        assert_eq!(seen.header("authorization"), None);
    }
}

#[tokio::test]
async fn address_and_key_of_the_environment() {
    let server = Server::start([Answer::text("fine")]).await;
    let root = format!("http://{}", server.address());
    let both = [("AZURE_OPENAI_ENDPOINT", &*root), ("AZURE_OPENAI_API_KEY", KEY)];
    azure(&both).build().unwrap().generate(&question()).await.unwrap();
    assert_eq!(server.only().header("api-key"), Some(KEY));
    // A key that belongs to the environment's resource goes to no other.
    azure(&both[1..]).api_base(root.clone()).build().unwrap().generate(&question()).await.unwrap();
    assert_eq!(server.seen()[1].header("api-key"), None);
    let error = azure(&both[1..]).build().unwrap_err();
    assert!(error.to_string().contains("azure has no address of its own"), "{error}");
    let missing = azure(&[]).api_base("https://r.openai.azure.com").build().unwrap_err();
    assert!(missing.to_string().contains("AZURE_OPENAI_API_KEY"), "{missing}");
    // A token of the directory service in place of a key.
    let server = Server::start([Answer::text("fine")]).await;
    let client =
        azure(&[]).api_base(server.base()).header("authorization", "Bearer t0ken-of-entra");
    client.build().unwrap().generate(&question()).await.unwrap();
    assert_eq!(server.only().header("authorization"), Some("Bearer t0ken-of-entra"));
}

#[tokio::test]
async fn a_filtered_prompt_is_a_failure_of_its_own() {
    let error = json!({"error": {
        "message": "The response was filtered due to the prompt triggering the policy.",
        "type": null, "param": "prompt", "code": "content_filter", "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation"},
    }});
    let error = failed(Answer::json(400, error).header("apim-request-id", "ap-1")).await;
    let LmError::ContentFilter(failure) = &error else { panic!("unexpected {error:?}") };
    assert_eq!(failure.request_id.as_deref(), Some("ap-1"));
    assert_eq!((error.status(), error.is_retryable(), error.is_setup()), (Some(400), false, false));
    assert!(shown(&error).contains("content filter refuses the prompt"), "{error}");
}

#[tokio::test]
async fn a_stream_of_azure_begins_with_nothing() {
    let body = [
        json!({"choices": [], "created": 0, "id": "", "model": "", "object": "",
            "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]}),
        json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""},
            "content_filter_results": {}}], "id": "c-1", "model": "gpt-4o"}),
        json!({"choices": [{"index": 0, "delta": {"content": "Paris."}}], "id": "c-1"}),
        json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}),
        json!({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}),
    ];
    let body: String = body.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    let answer = Answer::raw(200, "text/event-stream", body + "data: [DONE]\n\n")
        .header("apim-request-id", "ap-2");
    let server = Server::start([answer]).await;
    let client = azure(&[]).api_base(server.base()).api_key(KEY).build().unwrap();
    let last = client.stream(&question()).await.unwrap().collect::<Vec<_>>().await.pop();
    let Some(Ok(dspy::lm::StreamEvent::Done(response))) = last else { panic!("{last:?}") };
    assert_eq!(response.completions[0].joined_text(), "Paris.");
    assert_eq!((response.model.as_deref(), response.usage.prompt_tokens), (Some("gpt-4o"), 5));
    assert_eq!(response.request_id.as_deref(), Some("ap-2"));
}
