//! Media in each of the five wire formats, as JSON of the request.

use dspy::lm::{Anthropic, Gemini, Lm, Ollama, OpenAi, OpenAiResponses};
use dspy::prelude::*;
use dspy::{Audio, File, Image};
use serde_json::{Value, json};

use crate::samples::{JPEG, PDF, PNG, WAV, base64};
use crate::support::{Answer, Server};

#[derive(Signature)]
struct Look {
    #[input]
    before: String,
    #[input]
    picture: Image,
    #[output]
    seen: String,
}

#[derive(Signature)]
struct Hear {
    #[input]
    sound: Audio,
    #[output]
    heard: String,
}

#[derive(Signature)]
struct Read {
    #[input]
    paper: File,
    #[output]
    gist: String,
}

/// A provider's format: how its client is made, what it answers, where a user's parts are.
struct Wire {
    name: &'static str,
    lm: fn(&Server) -> Lm,
    answer: fn(&str) -> Value,
    parts: fn(&Value) -> Value,
}

const WIRES: [Wire; 5] = [
    Wire {
        name: "chat",
        lm: |server| {
            let model = OpenAi::builder("gpt-4o-audio-preview").api_base(server.base());
            Lm::from_model(model.api_key("k").env(|_| None).build().unwrap())
        },
        answer: |text| json!({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}),
        parts: |body| body["messages"][1]["content"].clone(),
    },
    Wire {
        name: "responses",
        lm: |server| {
            let model = OpenAiResponses::builder("gpt-4o").api_base(server.base());
            Lm::from_model(model.api_key("k").env(|_| None).build().unwrap())
        },
        answer: |text| {
            json!({"status": "completed", "output": [
                {"type": "message", "content": [{"type": "output_text", "text": text}]},
            ]})
        },
        parts: |body| {
            let items = body["input"].as_array().unwrap();
            items.iter().find(|item| item["role"] == "user").unwrap()["content"].clone()
        },
    },
    Wire {
        name: "anthropic",
        lm: |server| {
            let model = Anthropic::builder("claude-sonnet-4-5").api_base(server.base());
            Lm::from_model(model.api_key("k").env(|_| None).build().unwrap())
        },
        answer: |text| {
            json!({
                "type": "message", "content": [{"type": "text", "text": text}],
                "stop_reason": "end_turn",
            })
        },
        parts: |body| body["messages"][0]["content"].clone(),
    },
    Wire {
        name: "gemini",
        lm: |server| {
            let model = Gemini::builder("gemini-2.5-flash")
                .api_base(format!("http://{}", server.address()));
            Lm::from_model(model.api_key("k").env(|_| None).build().unwrap())
        },
        answer: |text| {
            json!({"candidates": [
                {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"},
            ]})
        },
        parts: |body| body["contents"][0]["parts"].clone(),
    },
    Wire {
        name: "ollama",
        lm: |server| {
            let model = Ollama::builder("llava").api_base(format!("http://{}", server.address()));
            Lm::from_model(model.env(|_| None).build().unwrap())
        },
        answer: |text| {
            json!({
                "message": {"role": "assistant", "content": text}, "done": true,
                "done_reason": "stop",
            })
        },
        parts: |body| body["messages"][1].clone(),
    },
];

/// What the user's message of a call is on the wire, or the error before anything is sent.
async fn sent<S: Signature>(wire: &Wire, input: S::Input, field: &str) -> Result<Value, String> {
    let answer = format!("[[ ## {field} ## ]]\nfine\n\n[[ ## completed ## ]]");
    let server = Server::start([Answer::json(200, (wire.answer)(&answer))]).await;
    let predict = Predict::<S>::new().with_lm((wire.lm)(&server));
    match predict.call(input).await {
        Ok(_) => Ok((wire.parts)(&server.only().json())),
        Err(error) => {
            assert!(server.seen().is_empty(), "{}: the error comes first: {error}", wire.name);
            Err(error.to_string())
        }
    }
}

/// The parts that are no text.
fn media(parts: &Value) -> Vec<Value> {
    let is_text = |part: &&Value| {
        matches!(part["type"].as_str(), Some("text" | "input_text")) || part.get("text").is_some()
    };
    parts.as_array().unwrap().iter().filter(|part| !is_text(part)).cloned().collect()
}

#[tokio::test]
async fn an_image_by_content_reaches_all_five() {
    let png = base64(PNG);
    let url = format!("data:image/png;base64,{png}");
    for (wire, expected) in WIRES.iter().zip([
        json!({"type": "image_url", "image_url": {"url": url}}),
        json!({"type": "input_image", "image_url": url, "detail": "auto"}),
        json!({
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": png},
        }),
        json!({"inlineData": {"mimeType": "image/png", "data": png}}),
        json!(png),
    ]) {
        let picture = Image::from_bytes(PNG);
        let input = LookInput { before: "It lies on the table.".into(), picture };
        let parts = sent::<Look>(wire, input, "seen").await.unwrap();
        if wire.name == "ollama" {
            assert_eq!(parts["images"], json!([expected]));
            let text = parts["content"].as_str().unwrap();
            assert!(text.contains("[[ ## picture ## ]]"), "{text}");
            continue;
        }
        assert_eq!(media(&parts), [expected], "{}", wire.name);
        // In its place: the text before it ends with its header.
        let first = parts[0]["text"].as_str().unwrap();
        let head = "[[ ## before ## ]]\nIt lies on the table.\n\n[[ ## picture ## ]]\n";
        assert_eq!(first, head, "{}", wire.name);
        assert!(parts[2]["text"].as_str().unwrap().contains("[[ ## seen ## ]]"), "{}", wire.name);
    }
}

#[tokio::test]
async fn an_image_in_a_file_is_read_for_the_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo");
    std::fs::write(&path, JPEG).unwrap();
    for wire in &WIRES {
        let input = LookInput { before: "b".into(), picture: Image::from_path(&path) };
        let parts = sent::<Look>(wire, input, "seen").await.unwrap();
        let text = parts.to_string();
        assert!(text.contains(&base64(JPEG)), "{}: {text}", wire.name);
        assert!(wire.name == "ollama" || text.contains("image/jpeg"), "{}: {text}", wire.name);
    }
}

#[tokio::test]
async fn an_image_by_address_reaches_those_that_fetch() {
    let url = "https://example.com/a.png";
    for (wire, expected) in WIRES.iter().zip([
        Ok(json!({"type": "image_url", "image_url": {"url": url, "detail": "low"}})),
        Ok(json!({"type": "input_image", "image_url": url, "detail": "low"})),
        Ok(json!({"type": "image", "source": {"type": "url", "url": url}})),
        Ok(json!({"fileData": {"fileUri": url}})),
        Err("give its content in base64"),
    ]) {
        let mut picture = Image::from_url(url).unwrap();
        if matches!(wire.name, "chat" | "responses") {
            picture = picture.with_detail("low");
        }
        let input = LookInput { before: "b".into(), picture };
        match (sent::<Look>(wire, input, "seen").await, expected) {
            (Ok(parts), Ok(expected)) => assert_eq!(media(&parts), [expected], "{}", wire.name),
            (Err(error), Err(words)) => assert!(error.contains(words), "{}: {error}", wire.name),
            (got, _) => panic!("{}: {got:?}", wire.name),
        }
    }
}

#[tokio::test]
async fn a_sound_reaches_those_that_hear() {
    let wav = base64(WAV);
    for (wire, expected) in WIRES.iter().zip([
        Ok(json!({"type": "input_audio", "input_audio": {"data": wav, "format": "wav"}})),
        Err("audio"),
        Err("audio"),
        Ok(json!({"inlineData": {"mimeType": "audio/wav", "data": wav}})),
        Err("audio"),
    ]) {
        match (
            sent::<Hear>(wire, HearInput { sound: Audio::from_bytes(WAV) }, "heard").await,
            expected,
        ) {
            (Ok(parts), Ok(expected)) => assert_eq!(media(&parts), [expected], "{}", wire.name),
            (Err(error), Err(words)) => assert!(error.contains(words), "{}: {error}", wire.name),
            (got, _) => panic!("{}: {got:?}", wire.name),
        }
    }
}

#[tokio::test]
async fn a_file_reaches_those_that_read() {
    let pdf = base64(PDF);
    let data = format!("data:application/pdf;base64,{pdf}");
    for (wire, expected) in WIRES.iter().zip([
        Ok(json!({"type": "file", "file": {"filename": "a.pdf", "file_data": data}})),
        Ok(json!({"type": "input_file", "filename": "a.pdf", "file_data": data})),
        Ok(json!({
            "type": "document", "title": "a.pdf",
            "source": {"type": "base64", "media_type": "application/pdf", "data": pdf},
        })),
        Ok(json!({"inlineData": {"mimeType": "application/pdf", "data": pdf}})),
        Err("a file"),
    ]) {
        let paper = File::from_bytes(PDF).with_name("a.pdf");
        match (sent::<Read>(wire, ReadInput { paper }, "gist").await, expected) {
            (Ok(parts), Ok(expected)) => assert_eq!(media(&parts), [expected], "{}", wire.name),
            (Err(error), Err(words)) => assert!(error.contains(words), "{}: {error}", wire.name),
            (got, _) => panic!("{}: {got:?}", wire.name),
        }
    }
}
