//! Types with a form of their own: code, reasoning, documents and citations, tool calls, a user's.

use std::borrow::Cow;

use dspy::adapter::{ChatAdapter, JsonAdapter, TwoStepAdapter, XmlAdapter};
use dspy::form::{Citation, Form, Python, Rust, Target};
use dspy::lm::{Capabilities, Completion, Part, Response, Scripted, ToolCall, ToolSpec};
use dspy::module::set_adapter;
use dspy::prelude::*;
use dspy::{Citations, Code, Document, History, Image, Reasoning, ToolCalls};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Signature)]
struct Port {
    #[input]
    old: Code<Python>,
    #[output]
    new: Code<Rust>,
    #[output]
    note: String,
}

const BLOCK: &str =
    "Here:\n```python\nno\n```\nor\n```rust\nfn one() -> u8 {\n    1\n}\n```\nDone.";

#[tokio::test]
async fn code_is_shown_fenced_and_read_from_its_block_by_every_adapter() {
    let json = json!({"new": BLOCK, "note": "ok"}).to_string();
    let sections = format!("[[ ## new ## ]]\n{BLOCK}\n\n[[ ## note ## ]]\nok");
    for (adapter, answer) in [
        ("chat", sections.clone()),
        ("json", json),
        ("xml", format!("<new>\n{}\n</new>\n<note>ok</note>", BLOCK.replace('>', "&gt;"))),
        ("two steps", "It is done.".to_owned()),
    ] {
        let model = Scripted::texts([answer]);
        let mut port = Predict::<Port>::new().with_lm(model.lm()).with_demos([Port {
            old: "pass".into(),
            new: Code::new("()"),
            note: "n".into(),
        }]);
        match adapter {
            "chat" => set_adapter(&mut port, ChatAdapter),
            "json" => set_adapter(&mut port, JsonAdapter::default()),
            "xml" => set_adapter(&mut port, XmlAdapter),
            _ => set_adapter(
                &mut port,
                TwoStepAdapter::new(Scripted::texts([sections.clone()]).lm()),
            ),
        }
        let out = port.call(Code::new("def one():\n    return 1\n")).await.unwrap();
        assert_eq!(&*out.new, "fn one() -> u8 {\n    1\n}", "{adapter}");
        let request = &model.requests()[0];
        let question = request.messages.last().unwrap().text();
        let words: Vec<&str> = question.split_whitespace().collect();
        let shown = "```python def one(): return 1 ```";
        assert!(words.join(" ").contains(shown), "{adapter}: {question}");
        let system = request.messages[0].text();
        assert!(system.contains("`new` (code in Rust)"), "{adapter}: {system}");
        assert!(system.contains("begins with ```rust"), "{adapter}: {system}");
        assert!(request.messages[2].text().contains("```rust"), "{adapter}");
    }
}

#[test]
fn blocks_are_found_as_models_write_them() {
    for (text, code) in [
        ("```\nx\n```", "x"),
        ("```rs\nx\n", "x"),
        ("~~~rust\nx\n~~~", "x"),
        ("````rust\n```\nx\n````", "```\nx"),
        ("  ```rust\n  x\n    y\n  ```", "x\n  y"),
        ("  x\n  y  ", "  x\n  y"),
    ] {
        assert_eq!(&*Code::<Rust>::parse(text).unwrap(), code, "{text}");
    }
    assert!(Code::<Rust>::parse("```rust\n\n```").unwrap_err().contains("code in Rust"));
    let fenced = Code::<Rust>::new("/// ```\n/// x\n/// ```\nfn x() {}");
    let parts = fenced.render(&Target::default()).unwrap();
    let [Part::Text { text }] = &parts[..] else { panic!("one text: {parts:?}") };
    assert_eq!(Code::<Rust>::parse(text).unwrap(), fenced);
}

#[derive(Signature)]
struct Think {
    #[input]
    question: String,
    #[output]
    thoughts: Reasoning,
    #[output]
    answer: String,
}

fn thinking(text: &str) -> Response {
    let thought = Part::Reasoning { text: "native thoughts".into(), opaque: None };
    let mut completion = Completion::text(text);
    completion.parts.insert(0, thought);
    let mut response = Response::default();
    response.completions.push(completion);
    response
}

#[tokio::test]
async fn reasoning_is_the_models_own_where_there_is_any() {
    // A model without reasoning of its own writes the field.
    let model = Scripted::texts(["[[ ## thoughts ## ]]\nwritten\n\n[[ ## answer ## ]]\n4"]);
    let out = Predict::<Think>::new().with_lm(model.lm()).call("2+2?").await.unwrap();
    assert_eq!(&*out.thoughts, "written");
    assert!(model.requests()[0].messages[0].text().contains("`thoughts` (text)"));
    // One that shows its thoughts unasked need not write them.
    let model = Scripted::new([thinking("[[ ## answer ## ]]\n4")]);
    let out = Predict::<Think>::new().with_lm(model.lm()).call("2+2?").await.unwrap();
    assert_eq!(&*out.thoughts, "native thoughts");
    // One that is set to think is not asked to.
    let mut can = Capabilities::default();
    can.reasoning = true;
    let model = Scripted::new([thinking("[[ ## answer ## ]]\n4")]).with_capabilities(can);
    let mut settings = dspy::lm::Settings::default();
    settings.reasoning_effort = Some("high".into());
    let think = Predict::<Think>::new().with_lm(model.lm());
    let out = think.call("2+2?").settings(&settings).await.unwrap();
    assert_eq!(&*out.thoughts, "native thoughts");
    assert!(!model.requests()[0].messages[0].text().contains("thoughts"));
}

#[derive(Signature)]
struct Cite {
    #[input]
    documents: Vec<Document>,
    #[input]
    question: String,
    #[output]
    answer: String,
    #[output]
    citations: Citations,
}

fn asked() -> CiteInput {
    let tower = Document::text("The tower is 330 m\nhigh.").with_title("Tower");
    let bridge = Document::text("The bridge is red.").with_context("from a guide");
    CiteInput { documents: vec![tower, bridge], question: "How high?".into() }
}

fn citing(document: usize, text: &str) -> String {
    let list = json!([{"cited_text": text, "document_index": document}]);
    format!("[[ ## answer ## ]]\n330 m\n\n[[ ## citations ## ]]\n{list}\n\n[[ ## completed ## ]]")
}

#[tokio::test]
async fn written_citations_must_occur_in_their_document() {
    let model = Scripted::texts([citing(1, "is 330 m high"), citing(0, "is 330 m high")]);
    let out = Predict::<Cite>::new().with_lm(model.lm()).call(asked()).await.unwrap();
    assert_eq!(out.citations[..], [Citation::new(0, "is 330 m high")]);
    let requests = model.requests();
    let question = requests[0].messages.last().unwrap().text();
    assert!(question.contains("title: Tower\\n\\nThe tower is 330 m\\nhigh."), "{question}");
    let told = requests[1].messages.last().unwrap().text();
    assert!(told.contains("no document says `is 330 m high`"), "{told}");
    let model = Scripted::with(|_, _| citing(5, "red"));
    let error = Predict::<Cite>::new().with_lm(model.lm()).call(asked()).await.unwrap_err();
    assert!(error.to_string().contains("there is no document 5; there are 2"), "{error}");
}

#[tokio::test]
async fn a_provider_that_cites_gets_documents_and_its_citations_are_taken() {
    let mut can = Capabilities::default();
    can.citations = true;
    let mut response = Response::text("[[ ## answer ## ]]\n330 m");
    response.provider = Some(json!({"content": [{"type": "text", "text": "330 m", "citations": [{
        "type": "char_location", "cited_text": "The tower is 330 m", "document_index": 0,
        "document_title": "Tower", "start_char_index": 0, "end_char_index": 18,
    }]}]}));
    let model = Scripted::new([response]).with_capabilities(can);
    let out = Predict::<Cite>::new().with_lm(model.lm()).call(asked()).await.unwrap();
    assert_eq!(out.citations[0].cited_text, "The tower is 330 m");
    assert_eq!(out.citations[0].characters, Some(0..18));
    let request = &model.requests()[0];
    assert!(!request.messages[0].text().contains("citations"));
    let files = request.messages.last().unwrap().parts.iter().filter_map(|part| match part {
        Part::File { media } => Some(media),
        _ => None,
    });
    let files: Vec<_> = files.collect();
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|media| media.citations));
    assert_eq!(files[0].name.as_deref(), Some("Tower"));
    assert_eq!(files[1].context.as_deref(), Some("from a guide"));
}

#[derive(Signature)]
struct Act {
    #[input]
    wish: String,
    #[input]
    tools: Vec<ToolSpec>,
    #[output]
    calls: ToolCalls,
}

fn wish() -> ActInput {
    let tool = ToolSpec::new("search", "Finds pages.", json!({"type": "object"}));
    ActInput { wish: "Find tides".into(), tools: vec![tool] }
}

#[tokio::test]
async fn tool_calls_are_native_where_that_is_possible_and_text_where_not() {
    let text = "[[ ## calls ## ]]\n[{\"name\": \"search\", \"args\": {\"query\": \"tides\"}}]";
    let model = Scripted::texts([text]);
    let out = Predict::<Act>::new().with_lm(model.lm()).call(wish()).await.unwrap();
    assert_eq!(out.calls[0].name, "search");
    assert_eq!(out.calls[0].arguments, json!({"query": "tides"}));
    let request = &model.requests()[0];
    assert!(request.tools.is_empty());
    assert!(request.messages.last().unwrap().text().contains("Finds pages."));
    let mut can = Capabilities::default();
    can.tools = true;
    let call = ToolCall::new("id7", "search", json!({"query": "tides"}));
    let mut response = Response::default();
    let mut completion = Completion::default();
    completion.parts.push(Part::ToolCall(call.clone()));
    response.completions.push(completion);
    let model = Scripted::new([response]).with_capabilities(can);
    let out = Predict::<Act>::new().with_lm(model.lm()).call(wish()).await.unwrap();
    assert_eq!(out.calls[..], [call]);
    let request = &model.requests()[0];
    assert_eq!(request.tools[0].name, "search");
    assert!(!request.messages.last().unwrap().text().contains("Finds pages."));
}

#[test]
fn values_are_saved_as_they_are_loaded() {
    let calls = ToolCalls::from(vec![ToolCall::new("a", "search", json!({"q": 1}))]);
    let saved = serde_json::to_value(&calls).unwrap();
    assert_eq!(saved, json!({"tool_calls": [{"id": "a", "name": "search", "args": {"q": 1}}]}));
    assert_eq!(serde_json::from_value::<ToolCalls>(saved).unwrap(), calls);
    for document in asked().documents {
        let saved = serde_json::to_value(&document).unwrap();
        assert_eq!(saved["media_type"], "text/plain");
        assert_eq!(serde_json::from_value::<Document>(saved).unwrap(), document);
    }
}

#[tokio::test]
async fn typed_turns_are_replayed_as_messages() {
    #[derive(Signature)]
    struct Chat {
        #[input]
        history: History,
        #[input]
        wish: String,
        #[output]
        code: Code<Rust>,
    }
    let turn = (
        ChatInput { history: History::new(), wish: "one".into() },
        ChatOutput { code: Code::new("1") },
    );
    let model = Scripted::texts(["[[ ## code ## ]]\n```rust\n2\n```"]);
    let chat = Predict::<Chat>::new().with_lm(model.lm());
    let history = History::of::<Chat>([turn]).unwrap();
    let out = chat.call(ChatInput { history, wish: "two".into() }).await.unwrap();
    assert_eq!(&*out.code, "2");
    let request = &model.requests()[0];
    assert!(request.messages[1].text().contains("[[ ## wish ## ]]\none"));
    assert!(request.messages[2].text().contains("[[ ## code ## ]]\n```rust\n1\n```"));
}

/// A user's own: a chart, which prompts have as its title, its picture, and its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Chart {
    title: String,
    points: Vec<i64>,
    picture: Option<Image>,
}

impl Form for Chart {
    fn word() -> Cow<'static, str> {
        "acme/chart".into()
    }

    fn title() -> Cow<'static, str> {
        "chart".into()
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "points": {"type": "array", "items": {"type": "integer"}},
                "picture": {},
            },
            "required": ["title", "points"],
        })
    }

    fn note() -> Option<String> {
        Some("a title, a colon, and whole numbers".to_owned())
    }

    fn render(&self, target: &Target) -> Result<Vec<Part>, String> {
        let numbers: Vec<String> = self.points.iter().map(i64::to_string).collect();
        let mut parts = vec![Part::text(format!("{}: {}", self.title, numbers.join(" ")))];
        if let Some(picture) = &self.picture {
            parts.extend(picture.render(target)?);
        }
        Ok(parts)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a chart such as `Sales: 1 2 3`, found `{text}`");
        let (title, points) = text.split_once(':').ok_or_else(wrong)?;
        let points = points.split_whitespace().map(|point| point.parse().map_err(|_| wrong()));
        let points = points.collect::<Result<_, String>>()?;
        Ok(Self { title: title.trim().to_owned(), points, picture: None })
    }
}

dspy::form!(Chart);

#[data]
struct Report {
    name: String,
    charts: Vec<Chart>,
}

#[derive(Signature)]
struct Redraw {
    #[input]
    old: Chart,
    #[input]
    report: Report,
    #[output]
    new: Chart,
    #[output]
    more: Vec<Chart>,
}

#[tokio::test]
async fn a_users_type_is_described_rendered_and_parsed_by_its_own_form() {
    let picture = Image::from_url("https://example.com/a.png").unwrap();
    let chart = |title: &str, picture: Option<Image>| Chart {
        title: title.into(),
        points: vec![1, 2],
        picture,
    };
    for adapter in ["chat", "json", "xml"] {
        let answer = match adapter {
            "chat" => {
                "[[ ## new ## ]]\nCosts: 3 4\n\n[[ ## more ## ]]\n[\"A: 5\", {\"title\": \
                       \"B\", \"points\": [6]}]"
            }
            "json" => {
                "{\"new\": \"Costs: 3 4\", \"more\": [{\"title\": \"A\", \"points\": [5]}, \
                       {\"title\": \"B\", \"points\": [6]}]}"
            }
            _ => {
                "<new>Costs: 3 4</new><more>[{\"title\": \"A\", \"points\": [5]}, {\"title\": \
                  \"B\", \"points\": [6]}]</more>"
            }
        };
        // In lists, values stand as their schema says.
        let answer = answer.replace("\"A: 5\"", "{\"title\": \"A\", \"points\": [5]}");
        let model = Scripted::texts([answer]);
        let mut redraw = Predict::<Redraw>::new().with_lm(model.lm());
        match adapter {
            "chat" => set_adapter(&mut redraw, ChatAdapter),
            "json" => set_adapter(&mut redraw, JsonAdapter::default()),
            _ => set_adapter(&mut redraw, XmlAdapter),
        }
        let report = Report {
            name: "R".into(),
            charts: vec![chart("In", Some(picture.clone())), chart("Out", None)],
        };
        let input = RedrawInput { old: chart("Sales", Some(picture.clone())), report };
        let out = redraw.call(input).await.unwrap();
        assert_eq!(out.new, Chart { title: "Costs".into(), points: vec![3, 4], picture: None });
        assert_eq!(out.more.len(), 2, "{adapter}");
        let request = &model.requests()[0];
        let system = request.messages[0].text();
        assert!(system.contains("`old` (chart)") && system.contains("list of chart"), "{system}");
        assert!(system.contains("a title, a colon, and whole numbers"), "{adapter}: {system}");
        let parts = &request.messages.last().unwrap().parts;
        let images = parts.iter().filter(|part| matches!(part, Part::Image { .. })).count();
        assert_eq!(images, 2, "{adapter}");
        let text = request.messages.last().unwrap().text();
        assert!(text.contains("Sales: 1 2"), "{text}");
        assert!(text.contains("[In: 1 2, \"Out: 1 2\"]"), "{text}");
    }
    let model = Scripted::texts([
        "[[ ## new ## ]]\nnothing\n\n[[ ## more ## ]]\n[]",
        "[[ ## new ## ]]\nA: 1\n\n[[ ## more ## ]]\n[]",
    ]);
    let report = Report { name: "R".into(), charts: vec![] };
    let redraw = Predict::<Redraw>::new().with_lm(model.lm());
    redraw.call(RedrawInput { old: chart("S", None), report }).await.unwrap();
    let told = model.requests()[1].messages.last().unwrap().text();
    assert!(told.contains("expected a chart such as `Sales: 1 2 3`, found `nothing`"), "{told}");
}
