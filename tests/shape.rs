//! Sketches of what later parts of the framework need from the traits: as small as possible, but
//! compiling and running, so that nothing has to be broken for them.

#[path = "support/scripted.rs"]
mod scripted;

use std::borrow::Cow;

use dspy::adapter::{
    Adapter, AdapterCall, Answer, AnswerError, AnswerErrorKind, ChatAdapter, FieldStream, Prelude,
};
use dspy::lm::{
    Completion, EventStream, LanguageModel, Lm, LmError, Media, Part, Request, Response,
    StreamEvent, TokenLogprob, ToolCall, ToolSpec,
};
use dspy::module::{self, Leaf, ParameterError, ParameterKind, Path, Visit, VisitMut};
use dspy::prelude::*;
use dspy::run::{Event, Feedback, Run, RunOptions};
use dspy::signature::{Demo, Fields, SignatureSchema};
use futures_util::stream;
use scripted::{Scripted, question, sections};
use serde_json::{Value, json};

/// Answer the question.
#[derive(Signature, Clone)]
struct Qa {
    #[input]
    question: String,
    #[output]
    draft: String,
    #[output]
    answer: String,
}

// ---- a streaming field delta ------------------------------------------------------------------

/// Streams its answer in pieces that split headers and words.
struct Dripping;

impl LanguageModel for Dripping {
    async fn generate(&self, _: &Request) -> Result<Response, LmError> {
        Ok(Response::text(sections(&[("draft", "one\ntwo"), ("answer", "forty two")])))
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let response = self.generate(request).await?;
        let text: Vec<char> = response.completions[0].joined_text().chars().collect();
        let pieces = text
            .chunks(3)
            .map(|piece| Ok(StreamEvent::Text { index: 0, delta: piece.iter().collect() }));
        let events: Vec<_> = pieces.chain([Ok(StreamEvent::Done(response))]).collect();
        Ok(Box::pin(stream::iter(events)))
    }

    fn name(&self) -> &str {
        "dripping"
    }
}

#[tokio::test]
async fn a_streamed_answer_becomes_field_deltas() {
    let (events, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let run = Run::with(RunOptions::default().with_events(events));
    let program = Predict::<Qa>::new().with_lm(Lm::from_model(Dripping));
    let out = program.call("?").run(&run).await.unwrap();
    let (mut draft, mut answer, mut pieces) = (String::new(), String::new(), 0);
    while let Ok(event) = seen.try_recv() {
        if let Event::FieldDelta { path, field, delta, .. } = event {
            assert_eq!(path, "self");
            pieces += 1;
            match field.as_str() {
                "draft" => draft.push_str(&delta),
                _ => answer.push_str(&delta),
            }
        }
    }
    assert_eq!((draft.as_str(), answer.as_str()), (out.draft.as_str(), out.answer.as_str()));
    assert!(pieces > 4, "the deltas came in pieces");
}

// ---- tools and tool calls through an adapter; log-probabilities reaching a field's value ----------

/// Offers a tool, reads the model's tool call into the field `call`, and the probability of its
/// first token into the field `confidence`.
#[derive(Debug)]
struct ToolAdapter;

impl Adapter for ToolAdapter {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        ChatAdapter.prelude(schema, demos)
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        let mut request = ChatAdapter.prepare(call)?;
        let parameters = json!({"type": "object", "properties": {"query": {"type": "string"}}});
        request.tools.push(ToolSpec::new("search", "looks things up", parameters));
        request.settings.logprobs = Some(1);
        Ok(request)
    }

    async fn parse(
        &self,
        _: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        let missing = || Box::new(AnswerError::new(AnswerErrorKind::Empty, "", Fields::new()));
        let call = completion.tool_calls().next().ok_or_else(missing)?;
        let logprobs = completion.logprobs.as_ref().ok_or_else(missing)?;
        let mut answer = Answer::default();
        answer
            .fields
            .insert("call".into(), json!({"name": call.name, "query": call.arguments["query"]}));
        answer.fields.insert("confidence".into(), json!(logprobs[0].logprob.exp()));
        Ok(answer)
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        ChatAdapter.follow_up(call, request, error)
    }

    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        ChatAdapter.field_stream(call)
    }
}

#[dspy::data]
struct Wanted {
    name: String,
    query: String,
}

/// Decide what to look up.
#[derive(Signature)]
struct Plan {
    #[input]
    question: String,
    #[output]
    call: Wanted,
    #[output]
    confidence: f64,
}

#[tokio::test]
async fn tool_calls_and_logprobs_reach_typed_fields() {
    let model = Scripted::new(|request, _| {
        assert_eq!(
            (request.tools[0].name.as_str(), request.settings.logprobs),
            ("search", Some(1))
        );
        let mut completion = Completion::default();
        let call = ToolCall::new("c1", "search", json!({"query": "moon"}));
        completion.parts.push(Part::ToolCall(call));
        completion.logprobs = Some(vec![TokenLogprob::new("s", 0.5_f64.ln())]);
        let mut response = Response::default();
        response.completions.push(completion);
        Ok(response)
    });
    let plan = Predict::<Plan>::new().with_adapter(ToolAdapter).with_lm(model.lm());
    let out = plan.call("How far is the moon?").await.unwrap();
    assert_eq!((out.call.name.as_str(), out.call.query.as_str()), ("search", "moon"));
    assert!((out.confidence - 0.5).abs() < 1e-9);
}

// ---- an image value becoming a message part -----------------------------------------------------

/// A type of the user's own, which its schema marks as an image.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Photo(Media);

impl schemars::JsonSchema for Photo {
    fn schema_name() -> Cow<'static, str> {
        "Photo".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object", "x-dspy": "image"})
    }
}

/// Describe the photo.
#[derive(Signature)]
struct Describe {
    #[input]
    before: String,
    #[input]
    photo: Photo,
    #[input]
    after: String,
    #[output]
    caption: String,
}

#[tokio::test]
async fn an_image_becomes_a_message_part_in_its_place() {
    let model = Scripted::text(&sections(&[("caption", "a cat")]));
    let describe = Predict::<Describe>::new().with_lm(model.lm());
    let photo = Photo(Media::url("https://example.org/cat.png"));
    let input = DescribeInput { before: "b".into(), photo: photo.clone(), after: "a".into() };
    describe.call(input).await.unwrap();
    let request = &model.requests()[0];
    let [Part::Text { text: before }, Part::Image { media }, Part::Text { text: after }] =
        request.messages.last().unwrap().parts.as_slice()
    else {
        panic!("{:?}", request.messages.last());
    };
    assert_eq!(media, &photo.0);
    assert!(before.contains("## before ##") && before.contains("## photo ##"));
    assert!(after.contains("## after ##"));
}

// ---- an assertion that retries one predictor with feedback ----------------------------------------

#[derive(Clone, Default)]
struct Writer {
    plan: Predict<Qa>,
    write: Predict<Qa>,
}

#[module]
impl Writer {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let plan = self.plan.call(question).await?.into_output();
        Ok(self.write.call(plan.answer).await?.into_output().answer)
    }
}

#[tokio::test]
async fn an_assertion_retries_one_predictor_and_pays_nothing_twice() {
    let model = Scripted::new(|request, _| {
        let asked = question(request);
        // Told that it was too long, it is short; `past_answer` is its own earlier answer.
        let told = asked.contains("keep it short") && asked.contains("[[ ## past_answer ## ]]");
        let answer = if told { "ok" } else { "far too long" };
        Ok(Response::text(sections(&[("draft", "d"), ("answer", answer)])))
    });
    let mut program = Writer::default();
    program.set_lm(&model.lm());
    let first = program.call("write!").record().await.unwrap();
    assert_eq!((first.output().as_str(), model.calls()), ("far too long", 2));

    let trace = first.trace();
    let judged = trace.of("write").next().unwrap();
    let retry = Run::with(
        RunOptions::default()
            .recording()
            .with_feedback([Feedback::on(judged, "keep it short")])
            .with_memo(trace.clone()),
    );
    let second = program.call("write!").run(&retry).await.unwrap();
    assert_eq!(second.output(), "ok");
    assert_eq!(model.calls(), 3, "`plan` was answered from the first run");
    let replayed: Vec<_> = retry.trace().calls().iter().map(|call| call.replayed).collect();
    assert_eq!(replayed, [true, false]);
}

// ---- a recorder under `join!` and `tokio::spawn` ---------------------------------------------------

#[derive(Clone, Default)]
struct Crowd {
    writer: Writer,
}

#[module]
impl Crowd {
    async fn forward(&self, question: String) -> dspy::Result<Vec<String>> {
        let (a, b) = (format!("{question} A"), format!("{question} B"));
        let (first, second) = tokio::join!(self.writer.call(a), self.writer.call(b));
        let writer = self.writer.clone();
        let spawned = tokio::spawn(async move { writer.call(format!("{question} C")).await });
        let third = spawned.await.user()??;
        Ok(vec![first?.into_output(), second?.into_output(), third.into_output()])
    }
}

#[tokio::test]
async fn concurrent_calls_of_one_module_are_kept_apart_in_the_record() {
    let model = Scripted::new(|request, _| {
        // The answer carries the letter of the question on to the next predictor.
        let asked = question(request);
        let letter = asked.lines().nth(1).unwrap().chars().last().unwrap().to_string();
        Ok(Response::text(sections(&[("draft", "d"), ("answer", &letter)])))
    });
    let mut program = Crowd::default();
    program.set_lm(&model.lm());
    let out = program.call("x").record().await.unwrap();
    assert_eq!(out.output(), &["A", "B", "C"]);
    let trace = out.trace();
    assert_eq!(trace.calls().len(), 6);
    let mut invocations = Vec::new();
    for letter in ["A", "B", "C"] {
        let of_one: Vec<_> = trace
            .calls()
            .iter()
            .filter(|call| call.inputs["question"].as_str().unwrap().ends_with(letter))
            .collect();
        let paths: Vec<_> = of_one.iter().map(|call| call.path.as_str()).collect();
        assert_eq!(paths, ["writer.plan", "writer.write"]);
        assert_eq!(of_one[0].invocation, of_one[1].invocation);
        assert!(of_one[0].sequence < of_one[1].sequence);
        assert!(of_one[0].parent.is_some());
        invocations.push(of_one[0].invocation);
    }
    invocations.sort_unstable();
    invocations.dedup();
    assert_eq!(invocations.len(), 3, "each call of the one module is an invocation of its own");
}

// ---- fine-tuned model names and generated code as parameters ----------------------------------------

/// A leaf of the user's own: a program whose parameter is code.
#[derive(Clone)]
struct Generated {
    code: String,
}

const CODE: ParameterKind = ParameterKind::new_static("code");

impl Leaf for Generated {
    fn parameters(&self) -> Vec<(ParameterKind, Value)> {
        vec![(CODE, json!(self.code))]
    }

    fn set(&mut self, kind: &ParameterKind, value: Value) -> Result<(), ParameterError> {
        if *kind != CODE {
            return Err(ParameterError::unknown_kind(kind, &[CODE]));
        }
        let text = value.as_str().ok_or_else(|| ParameterError::invalid(kind, "expected text"))?;
        text.clone_into(&mut self.code);
        Ok(())
    }

    fn shape(&self) -> Value {
        json!("generated code")
    }
}

impl Parameters for Generated {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        visit.leaf(path, self);
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        visit.leaf(path, self);
    }
}

#[derive(Clone)]
struct Tunable {
    ask: Predict<Qa>,
    tool: Generated,
}

#[module]
impl Tunable {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let answer = self.ask.call(question).await?.into_output().answer;
        Ok(format!("{answer} by {}", self.tool.code))
    }
}

#[tokio::test]
async fn model_names_and_code_are_parameters_like_any_other() {
    let mut program = Tunable { ask: Predict::new(), tool: Generated { code: "v1".into() } };
    let kinds: Vec<_> = module::parameters(&program)
        .into_iter()
        .map(|p| format!("{}/{}", p.path, p.kind))
        .collect();
    assert!(kinds.contains(&"ask/lm".to_owned()) && kinds.contains(&"tool/code".to_owned()));
    module::set_parameter(&mut program, "tool", &CODE, json!("v2")).unwrap();
    // The name of a model, such as a fine-tuned one, decides who answers.
    let lm = json!({"model": "embedded", "temperature": 0.0});
    module::set_parameter(&mut program, "ask", &ParameterKind::LM, lm).unwrap();
    let out = program.call("What is it?").await.unwrap();
    assert!(out.output().ends_with("by v2"));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.json");
    program.save(&file).unwrap();
    let mut other = Tunable { ask: Predict::new(), tool: Generated { code: String::new() } };
    other.load(&file).unwrap();
    assert_eq!(module::identity(&other), module::identity(&program));
}

// ---- a program identified by its hash and rebuilt in another process -------------------------------

const CHILD_FILE: &str = "DSPY_SHAPE_TEST_FILE";

/// In the parent, does nothing; in the child, rebuilds the program from its type and the file.
#[test]
fn child_process_rebuilds_the_program() {
    let Ok(file) = std::env::var(CHILD_FILE) else { return };
    let mut program = Writer::default();
    program.load(&file).unwrap();
    println!("identity={}", module::identity(&program));
}

#[test]
fn a_program_is_rebuilt_in_another_process_from_type_and_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("writer.json");
    let mut program = Writer::default();
    let text = json!("Write it differently.");
    module::set_parameter(&mut program, "write", &ParameterKind::INSTRUCTIONS, text).unwrap();
    program.save(&file).unwrap();
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "shape::child_process_rebuilds_the_program", "--nocapture"])
        .env(CHILD_FILE, &file)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let identity = format!("identity={}", module::identity(&program));
    assert!(printed.contains(&identity), "{identity} is not in: {printed}");
}
