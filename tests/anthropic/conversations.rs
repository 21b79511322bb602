//! Messages and their parts on the wire.

use dspy::lm::{LmError, Media, MediaSource, Message, Part, Request, Role, ToolCall, ToolResult};
use serde_json::{Value, json};

use super::{sent, tried};

fn call(id: &str) -> ToolCall {
    ToolCall::new(id, "weather", json!({"city": "Paris"}))
}

fn cached(mut message: Message) -> Message {
    message.cache = true;
    message
}

async fn refused(messages: impl IntoIterator<Item = Message>) -> String {
    tried("claude-sonnet-4-5", &Request::new(messages)).await.unwrap_err().to_string()
}

/// The content blocks of one user message of this part.
async fn block(part: Part) -> Value {
    let body = sent(&Request::new([Message::new(Role::User, vec![part])])).await;
    body["messages"][0]["content"][0].clone()
}

#[tokio::test]
async fn speakers_by_turns() {
    let messages = [
        Message::system("Be brief."),
        Message::system("Be kind."),
        Message::user("One."),
        Message::user("Two."),
        Message::assistant("A."),
        Message::assistant("B."),
        Message::user("Three."),
    ];
    let body = sent(&Request::new(messages)).await;
    let text = |text: &str| json!({"type": "text", "text": text});
    assert_eq!(body["system"], json!([text("Be brief."), text("Be kind.")]));
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": [text("One."), text("Two.")]},
            {"role": "assistant", "content": [text("A."), text("B.")]},
            {"role": "user", "content": [text("Three.")]},
        ])
    );
}

#[tokio::test]
async fn conversations_that_this_api_does_not_take() {
    let late = [Message::user("Hello."), Message::system("Be brief."), Message::user("Well?")];
    assert!(refused(late).await.contains("a system message after the first turn"));
    let early = [Message::assistant("Hello."), Message::user("Hello.")];
    assert!(refused(early).await.contains("put a user message first"));
    assert!(refused([Message::system("Be brief.")]).await.contains("has no messages"));
    assert!(refused([]).await.contains("has no messages"));
    assert!(
        refused([Message::user("Hello."), Message::user("")]).await.contains("message 1 has no")
    );
    let image = Part::Image { media: Media::url("https://example.org/a.png") };
    let spoken = Message::new(Role::Assistant, vec![image]);
    assert!(refused([Message::user("Draw."), spoken]).await.contains("an image in an assistant"));
}

#[tokio::test]
async fn tools_are_called_and_answer() {
    let mut failed = ToolResult::new(&call("toolu_2"), "no such city");
    failed.is_error = true;
    let broken = ToolCall::new("toolu_3", "weather", json!("{\"city\":"));
    let messages = [
        Message::user("How is the weather?"),
        Message::new(
            Role::Assistant,
            vec![
                Part::text("I look."),
                Part::ToolCall(call("toolu_1")),
                Part::ToolCall(call("toolu_2")),
                Part::ToolCall(broken.clone()),
            ],
        ),
        Message::new(
            Role::Tool,
            vec![Part::ToolResult(ToolResult::new(&call("toolu_1"), "sunny"))],
        ),
        Message::new(
            Role::User,
            vec![
                Part::text("And?"),
                Part::ToolResult(failed),
                Part::ToolResult(ToolResult::new(&broken, "what?")),
            ],
        ),
    ];
    let body = sent(&Request::new(messages)).await;
    let used = |id: &str| json!({"type": "tool_use", "id": id, "name": "weather", "input": {"city": "Paris"}});
    assert_eq!(
        body["messages"][1]["content"],
        json!([
            {"type": "text", "text": "I look."},
            used("toolu_1"),
            used("toolu_2"),
            {
                "type": "tool_use",
                "id": "toolu_3",
                "name": "weather",
                "input": {"invalid_arguments": "{\"city\":"},
            },
        ])
    );
    assert_eq!(
        body["messages"][2],
        json!({"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"},
            {
                "type": "tool_result",
                "tool_use_id": "toolu_2",
                "content": "no such city",
                "is_error": true,
            },
            {"type": "tool_result", "tool_use_id": "toolu_3", "content": "what?"},
            {"type": "text", "text": "And?"},
        ]})
    );
}

#[tokio::test]
async fn images_and_documents() {
    let image = |media| block(Part::Image { media });
    assert_eq!(
        image(Media::base64("aGk=", "image/png")).await,
        json!({
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
        })
    );
    assert_eq!(
        image(Media::url("https://example.org/a.png")).await,
        json!({"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}})
    );
    let mut uploaded = Media::url("");
    uploaded.source = MediaSource::FileId("file_1".into());
    assert_eq!(
        image(uploaded.clone()).await,
        json!({"type": "image", "source": {"type": "file", "file_id": "file_1"}})
    );

    let file = |media| block(Part::File { media });
    let mut named = Media::base64("JVBERg==", "application/pdf");
    named.name = Some("report.pdf".into());
    assert_eq!(
        file(named).await,
        json!({
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="},
            "title": "report.pdf",
        })
    );
    // "Grüße, 世界!" in both alphabets, with and without padding.
    for data in ["R3LDvMOfZSwg5LiW55WMIQ==", "R3LDvMOfZSwg5LiW55WMIQ", "R3LDvMOfZSwg\n5LiW55WMIQ=="]
    {
        assert_eq!(
            file(Media::base64(data, "text/markdown")).await["source"],
            json!({"type": "text", "media_type": "text/plain", "data": "Grüße, 世界!"})
        );
    }
    assert_eq!(file(uploaded).await["source"], json!({"type": "file", "file_id": "file_1"}));
    assert_eq!(file(Media::url("https://a.example/b.pdf")).await["source"]["type"], "url");

    let mut detailed = Media::url("https://example.org/a.png");
    detailed.detail = Some("low".into());
    let mut untyped = Media::base64("aGk=", "");
    untyped.mime = None;
    for (part, fault) in [
        (Part::Audio { media: Media::base64("aGk=", "audio/wav") }, "audio"),
        (Part::Image { media: detailed }, "the image detail `low`"),
        (Part::Image { media: untyped }, "set `mime`"),
        (Part::File { media: Media::base64("aGk=", "application/zip") }, "`application/zip`"),
        (Part::File { media: Media::base64("a*b", "text/plain") }, "no base64 of UTF-8"),
        (Part::File { media: Media::base64("/w==", "text/plain") }, "no base64 of UTF-8"),
    ] {
        let text = refused([Message::new(Role::User, vec![part])]).await;
        assert!(text.contains(fault), "{text}");
    }
}

#[tokio::test]
async fn marks_for_the_cache() {
    let answer =
        Message::new(Role::Assistant, vec![Part::text("I look."), Part::ToolCall(call("toolu_1"))]);
    let messages = [
        cached(Message::system("Be brief.")),
        Message::user("One."),
        cached(Message::user("Two.")),
        cached(answer),
        Message::new(
            Role::Tool,
            vec![Part::ToolResult(ToolResult::new(&call("toolu_1"), "sunny"))],
        ),
    ];
    let body = sent(&Request::new(messages)).await;
    let mark = json!({"type": "ephemeral"});
    assert_eq!(body["system"][0]["cache_control"], mark);
    assert_eq!(body["messages"][0]["content"][0].get("cache_control"), None);
    assert_eq!(body["messages"][0]["content"][1]["cache_control"], mark);
    assert_eq!(body["messages"][1]["content"][1]["cache_control"], mark);
    assert_eq!(body.to_string().matches("cache_control").count(), 3);
    let five = vec![cached(Message::user("Hello.")); 5];
    assert!(refused(five).await.contains("at most 4"));
}

#[tokio::test]
async fn thoughts_go_back_as_they_came() {
    let thought = json!({"type": "thinking", "thinking": "Paris.", "signature": "c2ln", "new": 1});
    let hidden = json!({"type": "redacted_thinking", "data": "ZGF0YQ=="});
    let part = |text: &str, opaque: Option<&Value>| Part::Reasoning {
        text: text.to_owned(),
        opaque: opaque.cloned(),
    };
    let turn = |parts: Vec<Part>| {
        Request::new([
            Message::user("Where?"),
            Message::new(Role::Assistant, parts),
            Message::user("Why?"),
        ])
    };
    let content = |body: Value| body["messages"][1]["content"].clone();
    let said = json!({"type": "text", "text": "Paris"});
    let used = json!({
        "type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Paris"},
    });

    // In between is where the provider put them.
    let kept = turn(vec![
        part("Paris.", Some(&thought)),
        Part::text("Paris"),
        part("", Some(&hidden)),
        Part::ToolCall(call("toolu_1")),
    ]);
    assert_eq!(content(sent(&kept).await), json!([thought, said, hidden, used]));
    // A turn must begin with them, if it has any.
    let late = turn(vec![
        Part::text("Paris"),
        part("Paris.", Some(&thought)),
        Part::ToolCall(call("toolu_1")),
        part("", Some(&hidden)),
    ]);
    assert_eq!(content(sent(&late).await), json!([thought, hidden, said, used]));
    // Nobody else's thoughts, none without a signature.
    let unsigned = json!({"type": "thinking", "thinking": "Paris.", "signature": ""});
    let foreign = json!({"type": "reasoning", "encrypted_content": "x"});
    let others = turn(vec![
        part("Paris.", None),
        part("Paris.", Some(&unsigned)),
        part("Paris.", Some(&foreign)),
        Part::text("Paris"),
    ]);
    assert_eq!(content(sent(&others).await), json!([said]));
    // The mark for the cache sits on what can carry it.
    let mut marked = turn(vec![Part::text("Paris"), part("", Some(&hidden))]);
    let mut message = (*marked.messages[1]).clone();
    message.cache = true;
    marked.messages[1] = message.into();
    let body = content(sent(&marked).await);
    assert_eq!(
        (body[0].clone(), body[1]["cache_control"]["type"].clone()),
        (hidden, json!("ephemeral"))
    );
    let empty = turn(vec![part("Paris.", None)]);
    let error = tried("claude-sonnet-4-5", &empty).await.unwrap_err();
    assert!(matches!(&error, LmError::Config { message } if message.contains("message 1")));
}
