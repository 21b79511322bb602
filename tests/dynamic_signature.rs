//! Signatures that are made, changed, read and run at run time.

#[path = "support/scripted.rs"]
mod scripted;

use dspy::module::DynModule;
use dspy::prelude::*;
use dspy::signature::{Demo, Fields, SignatureError};
use dspy::{Field, Predictor, SignatureSchema};
use scripted::{Scripted, sections};
use serde_json::{Value, json};

fn parse(text: &str) -> SignatureSchema {
    SignatureSchema::parse(text).unwrap()
}

fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(Field::name).collect()
}

// ---- text -----------------------------------------------------------------------------------------

#[test]
fn a_text_is_a_signature() {
    let schema: SignatureSchema =
        "\n context: list[str],\n r#type, question,\n -> answer: float, note: str | None,\n"
            .parse()
            .unwrap();
    assert_eq!(names(schema.inputs()), ["context", "type", "question"]);
    assert_eq!(names(schema.outputs()), ["answer", "note"]);
    let types: Vec<_> = schema.fields().map(Field::type_name).collect();
    assert_eq!(types, ["list of text", "text", "text", "number", "optional text"]);
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let error = SignatureSchema::parse("context: lst[str] question -> type, answer: Vec[str], q:");
    let told = "\
there is no type `lst`: did you mean `list`?
  | context: lst[str] question -> type, answer: Vec[str], q:
  |          ^^^
`,` is missing before `question`: fields stand between commas
  | context: lst[str] question -> type, answer: Vec[str], q:
  |                   ^
`type` is a word of Rust itself: write `r#type`, which prompts and files call `type`, or choose another name
  | context: lst[str] question -> type, answer: Vec[str], q:
  |                               ^^^^
`Vec` is a name of Rust, which puts types in angle brackets: did you mean `Vec<str>`?
  | context: lst[str] question -> type, answer: Vec[str], q:
  |                                             ^^^^^^^^
the type of `q` is missing after `:`: write one, as in `q: str`, or take the `:` away, which makes it a text
  | context: lst[str] question -> type, answer: Vec[str], q:
  |                                                         ^";
    assert_eq!(error.unwrap_err().to_string(), told);
}

#[test]
fn a_type_of_the_users_own_is_told_apart_from_a_misspelt_one() {
    let error = SignatureSchema::parse("a: Categroy -> b: Sting, c: list[crate::Page<Foo>]");
    let SignatureError::Text { faults, .. } = error.unwrap_err() else { panic!() };
    let told: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
    let cure = "type of your own is known to `signature!` alone; at run time, give its JSON \
                Schema to `Field::with_schema`";
    assert_eq!(
        told,
        [
            format!("there is no standard type `Categroy`: a {cure}"),
            format!("there is no standard type `Sting`: did you mean `String`? A {cure}"),
            format!("there is no standard type `Page`: a {cure}"),
        ]
    );
    // What the grammar has told already is not told again.
    let error = SignatureSchema::parse("a -> b: Thing[str]").unwrap_err();
    assert_eq!(error.to_string().matches("did you mean").count(), 1);
    assert!(!error.to_string().contains("standard type"), "{error}");
}

#[test]
fn a_field_and_a_type_can_be_read_alone() {
    let field = Field::parse("score: dict[str, float]").unwrap();
    assert_eq!((field.name(), field.type_name().as_str()), ("score", "map from text to number"));
    assert!(Field::parse("score").unwrap().is_text());
    for wrong in ["", "a -> b", "a, b", "a:", "a: int int", "5", "a: Foo"] {
        let error = Field::parse(wrong).unwrap_err();
        assert!(!error.to_string().is_empty(), "{wrong}");
    }
    let error = parse("a -> b").with_type("b", "list[int").unwrap_err();
    assert!(error.to_string().starts_with("`[` is never closed"), "{error}");
    assert!(parse("a -> b").with_type("b", "").is_err());
    assert!(parse("a -> b").with_type("b", "int, str").is_err());
}

/// The part of a faulty signature that only a compiler can mind: what Rust makes of it.
const OF_THE_MACRO_ALONE: [&str; 9] = [
    "attribute_before_name",
    "colon_after_name_missing",
    "docs_without_name",
    "literal_input_unnamed",
    "literal_variants_collide",
    "literal_without_letters",
    "one_of_two_inputs",
    "option_unknown",
    "type_parameters",
];

#[test]
fn mistakes_are_told_in_the_words_of_the_compiler() {
    let mut compared = 0;
    for entry in std::fs::read_dir("tests/ui/signature_string").unwrap() {
        let path = entry.unwrap().path();
        let case = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let code = std::fs::read_to_string(path.with_extension("rs")).unwrap();
        let is_of_rust = ["not_a_text", "nothing", "type_unknown", "type_opaque"];
        if path.extension().is_none_or(|e| e != "rs") || is_of_rust.contains(&case.as_str()) {
            continue;
        }
        let (_, text) = code.split_once("signature!").unwrap().1.split_once('"').unwrap();
        let (text, _) = text.split_once('"').unwrap();
        let Err(error) = SignatureSchema::parse(text) else {
            assert!(OF_THE_MACRO_ALONE.contains(&case.as_str()), "{case} is read at run time");
            continue;
        };
        let SignatureError::Text { text, faults } = &error else { panic!("{error}") };
        let told = std::fs::read_to_string(path.with_extension("stderr")).unwrap();
        assert_eq!(told.matches("error").count(), faults.len(), "{case}: {told}\n{error}");
        for fault in faults {
            // The compiler indents the lines after the first, and the file has no trailing blanks.
            let lines = fault.render(text).replace('\n', "\n       ").replace(" \n", "\n");
            assert!(told.contains(&format!("error: {lines}\n")), "{case}: {lines}\n{told}");
        }
        compared += 1;
    }
    assert!(compared >= 25, "{compared}");
}

// ---- editing --------------------------------------------------------------------------------------

#[test]
fn editing_gives_a_new_signature_and_leaves_the_old_one() {
    let original = parse("question -> answer");
    let before = original.to_json();
    let edited = original
        .clone()
        .append_input(Field::parse("context: list[str]").unwrap())
        .and_then(|s| s.prepend_input(Field::parse("user").unwrap()))
        .and_then(|s| s.insert_input(1, Field::parse("day: int").unwrap()))
        .and_then(|s| s.append_output(Field::parse("score: float").unwrap()))
        .and_then(|s| s.prepend_output(Field::parse("draft").unwrap()))
        .and_then(|s| s.insert_output(3, Field::parse("note").unwrap()))
        .and_then(|s| s.delete("user"))
        .and_then(|s| s.delete("draft"))
        .and_then(|s| s.with_desc("score", "From 0 to 1."))
        .and_then(|s| s.with_type("answer", "list[str]"))
        .unwrap()
        .with_name("Rag");
    assert_eq!(names(edited.inputs()), ["day", "question", "context"]);
    assert_eq!(names(edited.outputs()), ["answer", "score", "note"]);
    assert_eq!(edited.field("score").unwrap().desc(), "From 0 to 1.");
    assert_eq!(edited.field("answer").unwrap().type_name(), "list of text");
    assert_eq!(edited.name(), "Rag");
    assert_eq!(original.to_json(), before);
}

#[test]
fn generated_instructions_follow_the_fields_and_others_stay() {
    let schema = parse("question -> answer");
    let edited = schema.clone().append_output(Field::parse("score").unwrap()).unwrap();
    assert_eq!(
        edited.instructions(),
        "Given the fields `question`, produce the fields `answer`, `score`."
    );
    assert_eq!(edited.delete("score").unwrap().instructions(), schema.instructions());
    let told = schema.with_instructions("Be brief.");
    let edited = told.append_output(Field::parse("score").unwrap()).unwrap();
    assert_eq!(edited.delete("answer").unwrap().instructions(), "Be brief.");
}

#[test]
fn a_change_that_cannot_be_says_why() {
    let schema = || parse("question -> answer");
    let told = |result: Result<SignatureSchema, SignatureError>| result.unwrap_err().to_string();
    let field = |name: &str| Field::of::<String>(name);
    assert_eq!(
        told(schema().with_desc("anwser", "…")),
        "there is no field `anwser`: did you mean `answer`? There are `question`, `answer`"
    );
    assert!(told(schema().delete("xyz")).starts_with("there is no field `xyz`: there are"));
    assert!(told(schema().with_type("xyz", "int")).starts_with("there is no field `xyz`"));
    assert!(told(schema().delete("answer")).starts_with("a signature without an output"));
    assert!(told(schema().delete("question")).starts_with("a signature without an input"));
    assert!(told(schema().append_input(field("answer"))).contains("`answer` already"));
    let alias = field("reply").with_alias("answer");
    assert!(told(schema().append_output(alias)).contains("`answer` already"));
    assert!(told(schema().append_output(field("completed"))).contains("closes an answer"));
    assert!(told(schema().append_output(field("a]]"))).contains("section headers"));
    assert!(told(schema().append_output(field(""))).contains("section headers"));
    assert_eq!(
        told(schema().insert_input(2, field("x"))),
        "there is no place 2 among 1 fields: the last place is 1"
    );
    let number = Field::of::<u8>("n").with_default(json!("many"));
    let error = told(schema().append_output(number));
    assert!(error.starts_with("field `n`: the default "), "{error}");
    let example = field("n").with_example(json!("x"));
    let schema = schema().append_output(example).unwrap();
    let error = told(schema.with_type("n", "int"));
    assert!(error.starts_with("field `n`: the example "), "{error}");
}

// ---- JSON -----------------------------------------------------------------------------------------

/// How urgent it is.
#[dspy::data]
enum Urgency {
    /// Can wait.
    Low,
    High,
}

#[dspy::data]
struct Ticket {
    title: String,
    parts: Vec<Ticket>,
}

/// Sort the mail.
///
/// Be careful.
#[derive(Signature)]
struct Triage {
    /// As it came in.
    #[input(alias = "message", min_length = 1)]
    mail: String,
    #[input(default)]
    known: Vec<Ticket>,
    #[output]
    urgency: Option<Urgency>,
    #[output(ge = 0.0, le = 1.0, default = 0.5)]
    confidence: f64,
    #[output]
    ticket: Ticket,
}

#[test]
fn json_is_read_back_without_loss() {
    let texts = "a: Literal['x', 'y'], b: dict[int, list[str | None]] -> c: (u8, i128), d: Any";
    let decorated = Field::of::<Option<String>>("note")
        .with_desc("One line.\nOr two.")
        .with_default(Value::Null)
        .with_alias("remark")
        .with_example(json!("x"))
        .with_example(Value::Null);
    for schema in [
        (*Triage::schema()).clone(),
        parse(texts),
        parse(texts).append_output(decorated).unwrap().with_instructions("Do it.").with_name("N"),
        parse("question -> answer"),
    ] {
        let text = serde_json::to_string(&schema).unwrap();
        let read: SignatureSchema = serde_json::from_str(&text).unwrap();
        assert_eq!(read, schema);
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        // Also what the instructions do from here on.
        let edit = |s: SignatureSchema| s.append_input(Field::parse("more").unwrap()).unwrap();
        assert_eq!(edit(read), edit(schema));
    }
}

#[test]
fn json_takes_types_as_texts_and_may_leave_much_out() {
    let json = json!({
        "inputs": [{"name": "question"}, {"name": "passages", "type": "list[str]", "desc": "…"}],
        "outputs": [{"name": "sure-ness", "schema": {"type": "number"}, "examples": [0.5]}],
    });
    let schema: SignatureSchema = serde_json::from_value(json).unwrap();
    let types: Vec<_> = schema.fields().map(Field::type_name).collect();
    assert_eq!(types, ["text", "list of text", "number"]);
    assert_eq!(
        schema.instructions(),
        "Given the fields `question`, `passages`, produce the fields `sure-ness`."
    );
    assert_eq!(schema.inputs()[0], parse("question -> a").inputs()[0]);
}

#[test]
fn mistakes_in_json_name_the_field() {
    let outputs = json!([{"name": "a"}]);
    let field = |field: Value| json!({"inputs": [{"name": "text"}], "outputs": [field]});
    for (json, told) in [
        (json!([]), "the signature: expected a JSON object"),
        (json!({"output": []}), "there is no key `output`: did you mean `outputs`?"),
        (json!({}), "a signature without an input"),
        (json!({"inputs": outputs}), "a signature without an output"),
        (json!({"outputs": {}}), "`outputs` must be a list"),
        (json!({"outputs": outputs, "name": 1}), "the signature: `name` must be a text"),
        (json!({"inputs": outputs, "outputs": outputs}), "there is a field `a` already"),
        (field(json!("a")), "outputs[0]: expected a JSON object"),
        (field(json!({})), "outputs[0]: the field's `name` is missing"),
        (field(json!({"name": "a b "})), "`a b ` cannot name a field"),
        (field(json!({"name": "augmented"})), "marks a demonstration"),
        (field(json!({"name": "a", "typ": "int"})), "outputs[0] `a`: there is no key `typ`: did"),
        (
            field(json!({"name": "a", "type": "flaot"})),
            "outputs[0] `a`: `type`: there is no type `flaot`: did you mean `float`?\n  | flaot\n",
        ),
        (field(json!({"name": "a", "type": "int", "schema": true})), "keep one of them"),
        (field(json!({"name": "a", "schema": "int"})), "outputs[0] `a`: `schema` must be"),
        (field(json!({"name": "a", "desc": 1})), "outputs[0] `a`: `desc` must be a text"),
        (field(json!({"name": "a", "aliases": "b"})), "outputs[0] `a`: `aliases` must be a list"),
        (field(json!({"name": "a", "aliases": [1]})), "outputs[0] `a`: `aliases` must be a list"),
        (field(json!({"name": "a", "aliases": ["a"]})), "there is a field `a` already"),
        (field(json!({"name": "a", "type": "int", "default": "x"})), "field `a`: the default"),
        (field(json!({"name": "a", "type": "int", "examples": [1, []]})), "field `a`: the example"),
    ] {
        let error = SignatureSchema::from_json(&json).unwrap_err().to_string();
        assert!(error.contains(told), "{json}\n{error}");
        let error = serde_json::from_value::<SignatureSchema>(json).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

// ---- running --------------------------------------------------------------------------------------

signature! {
    /// Answer the question.
    Qa: "question, limit: float, tags: list[str], day: int | None
        -> answer, kind: Literal['a', 'b'], score: float"
}

fn qa() -> SignatureSchema {
    let text = "question, limit: float, tags: list[str], day: int | None
        -> answer, kind: Literal['a', 'b'], score: float";
    parse(text).with_name("Qa").with_instructions("Answer the question.")
}

fn inputs() -> Fields {
    // In another order, and without the one that may be none.
    Fields::from_iter([
        ("tags".to_owned(), json!(["x"])),
        ("limit".to_owned(), json!(2.0)),
        ("question".to_owned(), json!("Why?")),
    ])
}

fn typed_inputs() -> QaInput {
    QaInput { question: "Why?".into(), limit: 2.0, tags: vec!["x".into()], day: None }
}

#[tokio::test]
async fn a_dynamic_predictor_sends_what_a_typed_one_sends() {
    let answer = sections(&[("answer", "Because."), ("kind", "B"), ("score", "0.5")]);
    let (typed_model, dynamic_model) = (Scripted::text(&answer), Scripted::text(&answer));
    let demo = Demo::new(Fields::from_iter([
        ("question".to_owned(), json!("How?")),
        ("answer".to_owned(), json!("So.")),
    ]));
    let typed = Predict::<Qa>::new().with_lm(typed_model.lm()).with_demos(vec![demo.clone()]);
    let dynamic = Predictor::new(qa()).with_lm(dynamic_model.lm()).with_demos(vec![demo]);
    let typed_out = typed.call(typed_inputs()).await.unwrap();
    let out = dynamic.call(inputs()).await.unwrap();
    assert_eq!(json!(typed_out.output()), json!(out.output()));
    assert_eq!(out.output()["kind"], "b");
    assert_eq!(
        out.output().keys().collect::<Vec<_>>(),
        ["answer", "kind", "score"],
        "in the order of the task"
    );
    assert_eq!(typed_model.requests(), dynamic_model.requests());
    assert_eq!(
        typed.explain(typed_inputs()).unwrap(),
        dynamic.explain(inputs()).unwrap(),
        "and it is explained alike"
    );
    assert_eq!(dspy::module::identity(&typed), dspy::module::identity(&dynamic));
}

#[tokio::test]
async fn a_dynamic_chain_of_thought_does_so_as_well() {
    let answer = [("reasoning", "r"), ("answer", "a"), ("kind", "a"), ("score", "1")];
    let answer = sections(&answer);
    let (typed_model, dynamic_model) = (Scripted::text(&answer), Scripted::text(&answer));
    let typed = ChainOfThought::<Qa>::new().with_lm(typed_model.lm());
    let dynamic = Predictor::chain_of_thought(qa()).unwrap().with_lm(dynamic_model.lm());
    typed.call(typed_inputs()).await.unwrap();
    let out = dynamic.call(inputs()).await.unwrap();
    assert_eq!(out.output().keys().next().unwrap(), "reasoning");
    assert_eq!(typed_model.requests(), dynamic_model.requests());
    let taken = Predictor::chain_of_thought(parse("reasoning -> answer")).unwrap_err();
    assert!(matches!(taken, SignatureError::Taken { name } if name == "reasoning"));
}

#[tokio::test]
async fn an_input_that_does_not_fit_is_told_whole_and_costs_no_call() {
    let model = Scripted::text("");
    let dynamic = Predictor::new(qa()).with_lm(model.lm());
    let input = json!({"limit": "two", "tags": ["x", 1], "querstion": "Why?", "zzz": 1});
    let Value::Object(input) = input else { unreachable!() };
    let error = dynamic.call(input.clone()).await.unwrap_err().to_string();
    for part in [
        "predictor `self`: the input does not fit the task, which takes (question: text, \
         limit: number, tags: list of text, day: optional integer)",
        "`question` is missing",
        "`limit`: ",
        "`tags`: ",
        "there is no input `querstion`: did you mean `question`?",
        "there is no input `zzz`",
    ] {
        assert!(error.contains(part), "{part}\n{error}");
    }
    assert!(!error.contains("`day`"), "may be none: {error}");
    assert_eq!(dynamic.explain(input).unwrap_err().to_string(), error);
    assert_eq!(model.calls(), 0);
}

#[tokio::test]
async fn defaults_and_aliases_of_inputs_count() {
    let model = Scripted::text(&sections(&[("answer", "a")]));
    let text = Field::parse("text").unwrap().with_alias("document").with_alias("passage");
    let limit = Field::parse("limit: int").unwrap().with_default(json!(3));
    let schema = SignatureSchema::new("Cut", [text, limit], [Field::parse("answer").unwrap()]);
    let cut = Predictor::new(schema).with_lm(model.lm());
    cut.call([("document", "Long.")]).await.unwrap();
    let asked = scripted::question(&model.requests()[0]);
    assert!(asked.starts_with("[[ ## text ## ]]\nLong.\n\n[[ ## limit ## ]]\n3"), "{asked}");
    let error = cut.call([("document", "a"), ("passage", "b")]).await.unwrap_err().to_string();
    assert!(error.contains("`document` and `passage` are the same input"), "{error}");
}

#[derive(Clone)]
struct Pipeline {
    steps: Vec<Predictor>,
}

#[module]
impl Pipeline {
    async fn forward(&self, text: String) -> dspy::Result<Vec<String>> {
        let mut answers = Vec::new();
        for step in &self.steps {
            let out = step.call([("text", text.as_str())]).await?;
            answers.push(out["answer"].to_string());
        }
        Ok(answers)
    }
}

#[tokio::test]
async fn dynamic_predictors_are_parts_of_programs_like_others() {
    let step = |kind| parse(&format!("text -> answer: {kind}"));
    let thinking = Predictor::chain_of_thought(step("int")).unwrap();
    let mut program = Pipeline { steps: vec![Predictor::new(step("str")), thinking.frozen()] };
    program.set_lm(&Lm::embedded());
    assert_eq!(dspy::module::leaf_paths(&program), ["steps[0]", "steps[1]"]);
    let answers = program.call("There were 12 cats.").await.unwrap();
    assert_eq!(answers.len(), 2);
    assert!(answers[1].parse::<i64>().is_ok(), "{answers:?}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.json");
    let mut changed = program.clone();
    changed.steps[0] = changed.steps[0].clone().with_instructions("Other.");
    changed.save(&file).unwrap();
    program.load(&file).unwrap();
    assert_eq!(program.steps[0].instructions(), "Other.");

    let erased: DynModule<Fields, Fields> = DynModule::new(program.steps[0].clone());
    let out = erased.call([("text", "A cat.")]).await.unwrap();
    assert!(out.contains_key("answer"));
}

#[tokio::test]
async fn settings_are_given_by_value_as_to_typed_predictors() {
    let model = Scripted::texts(&["nonsense", &sections(&[("answer", "1")])]);
    let settings = dspy::lm::Settings::default().with_temperature(0.5);
    let predictor = Predictor::new(std::sync::Arc::new(parse("q -> answer: int, b: int")))
        .with_lm(model.lm())
        .with_settings(&settings)
        .with_instructions("Count.")
        .with_adapter(dspy::adapter::ChatAdapter)
        .with_follow_ups(0);
    assert!(predictor.call([("q", "?")]).await.is_err());
    assert_eq!(model.calls(), 1, "no follow-up was allowed");
    let request = &model.requests()[0];
    assert_eq!(request.settings.temperature, Some(0.5));
    assert!(request.messages[0].text().contains("Count."));
}
