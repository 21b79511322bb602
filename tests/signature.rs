//! `#[derive(Signature)]`: schemas, docs, names, bounds, defaults, and the structs it makes.

#[path = "signature/examples.rs"]
mod examples;
#[path = "signature/rules.rs"]
mod rules;
#[path = "signature/serde_names.rs"]
mod serde_names;
#[path = "support/scripted.rs"]
mod support;
#[path = "signature/texts.rs"]
mod texts;
#[path = "signature/typed_demos.rs"]
mod typed_demos;

use std::collections::BTreeMap;

use dspy::prelude::*;
use dspy::signature::{IntoInput, SignatureRow};
use serde_json::{Value, json};

/// Answer the question in a few words.
#[derive(Signature)]
struct Qa {
    /// What somebody asked.
    #[input]
    question: String,
    /// At most
    /// five words.
    #[output]
    answer: String,
    #[output(desc = "Between 0 and 1.")]
    confidence: f64,
}

#[test]
fn a_schema_has_names_docs_and_types_in_order() {
    let schema = Qa::schema();
    assert_eq!(schema.name(), "Qa");
    assert_eq!(schema.instructions(), "Answer the question in a few words.");
    assert_eq!(names(schema.inputs()), ["question"]);
    assert_eq!(names(schema.outputs()), ["answer", "confidence"]);
    let descs: Vec<_> = schema.fields().map(dspy::Field::desc).collect();
    assert_eq!(descs, ["What somebody asked.", "At most\nfive words.", "Between 0 and 1."]);
    let types: Vec<_> = schema.fields().map(dspy::Field::type_name).collect();
    assert_eq!(types, ["text", "text", "number"]);
}

#[test]
fn one_schema_is_shared_by_all_callers() {
    assert!(std::sync::Arc::ptr_eq(&Qa::schema(), &Qa::schema()));
}

fn names(fields: &[dspy::Field]) -> Vec<&str> {
    fields.iter().map(dspy::Field::name).collect()
}

// ---- docs

/// First line.
///
///   - indented by two
///     and by four
///
/// ```text
///     code
/// ```
#[derive(Signature)]
struct Indented {
    ///    The common
    ///      indentation goes.
    #[input]
    text: String,
    #[output]
    out: String,
}

/**
 * A block comment.
 *
 *   - with a list
 */
#[derive(Signature)]
struct Block {
    /** On one line. */
    #[input]
    text: String,
    /**
       Without stars,
         indented.
    */
    #[output]
    out: String,
}

#[doc = include_str!("signature/instructions.md")]
#[derive(Signature)]
struct FromFile {
    /// Before
    #[doc = concat!("the ", "macro")]
    /// after.
    #[input]
    text: String,
    #[output(desc = concat!("made ", "up"))]
    out: String,
}

/// For readers of the code.
#[derive(Signature)]
#[signature(instructions = "For the model.", name = "Renamed")]
struct Overridden {
    /// For readers.
    #[input(desc = "For the model, too.")]
    text: String,
    #[output]
    out: String,
}

#[derive(Signature)]
struct Undocumented {
    #[input]
    text: String,
    #[output]
    out: String,
}

#[test]
fn docs_keep_blank_lines_and_relative_indentation() {
    let schema = Indented::schema();
    let expected = "First line.\n\n  - indented by two\n    and by four\n\n```text\n    code\n```";
    assert_eq!(schema.instructions(), expected);
    assert_eq!(schema.inputs()[0].desc(), "The common\n  indentation goes.");
}

#[test]
fn block_comments_lose_their_decoration() {
    let schema = Block::schema();
    assert_eq!(schema.instructions(), "A block comment.\n\n  - with a list");
    assert_eq!(schema.inputs()[0].desc(), "On one line. ");
    assert_eq!(schema.outputs()[0].desc(), "Without stars,\n  indented.");
}

#[test]
fn docs_from_macros_are_kept_byte_for_byte() {
    let schema = FromFile::schema();
    assert_eq!(schema.instructions(), include_str!("signature/instructions.md"));
    assert_eq!(schema.inputs()[0].desc(), "Before\nthe macro\nafter.");
    assert_eq!(schema.outputs()[0].desc(), "made up");
}

#[test]
fn attributes_win_over_docs() {
    let schema = Overridden::schema();
    assert_eq!(schema.instructions(), "For the model.");
    assert_eq!(schema.name(), "Renamed");
    assert_eq!(schema.inputs()[0].desc(), "For the model, too.");
}

#[test]
fn without_docs_the_instructions_name_the_fields() {
    let schema = Undocumented::schema();
    assert_eq!(schema.instructions(), "Given the fields `text`, produce the fields `out`.");
    assert_eq!(schema.inputs()[0].desc(), "");
}

// ---- names

#[derive(Signature, Debug, PartialEq)]
struct Named {
    #[input(rename = "user question", alias = "q", alias = "query")]
    question: String,
    #[input]
    r#type: String,
    #[output(rename = "final-answer", alias = "reply")]
    answer: String,
}

#[test]
fn fields_go_by_their_names_on_the_wire() {
    let schema = Named::schema();
    assert_eq!(names(schema.inputs()), ["user question", "type"]);
    assert_eq!(schema.inputs()[0].aliases(), ["q", "query"]);
    assert_eq!(names(schema.outputs()), ["final-answer"]);
    let input = NamedInput { question: "Why?".into(), r#type: "open".into() };
    let written = serde_json::to_value(&input).unwrap();
    assert_eq!(written, json!({"user question": "Why?", "type": "open"}));
    for name in ["user question", "q", "query"] {
        let read: NamedInput = from(json!({name: "Why?", "type": "open"})).unwrap();
        assert_eq!(read.question, "Why?");
    }
    let output: NamedOutput = from(json!({"reply": "So."})).unwrap();
    assert_eq!(output.answer, "So.");
}

fn from<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

// ---- bounds

/// A text type of one's own.
#[data]
struct Title(String);

impl dspy::schema::HasLength for Title {}

#[derive(Signature)]
struct Bounded {
    #[input]
    text: String,
    #[output(ge = 0, le = 1.0)]
    share: f64,
    #[output(gt = 0, lt = 256)]
    count: u32,
    #[output(ge = -5)]
    unsigned: u8,
    #[output(ge = -1.5, lt = 18446744073709551615)]
    wide: f64,
    #[output(le = 3)]
    maybe: Option<i32>,
    #[output(min_length = 1, max_length = 280)]
    post: String,
    #[output(max_length = 3)]
    tags: Vec<String>,
    #[output(min_length = 1)]
    notes: Option<Vec<String>>,
    #[output(max_length = 2)]
    scores: BTreeMap<String, f64>,
    #[output(max_length = 60)]
    title: Title,
}

#[test]
fn bounds_become_the_keywords_of_the_fields_schema() {
    let schema = Bounded::schema();
    let keyword = |field: &str, keyword: &str| {
        schema.field(field).unwrap().schema().get(keyword).cloned().unwrap_or(Value::Null)
    };
    assert_eq!(keyword("share", "minimum"), json!(0));
    assert_eq!(keyword("share", "maximum"), json!(1.0));
    assert_eq!(keyword("count", "exclusiveMinimum"), json!(0));
    assert_eq!(keyword("count", "exclusiveMaximum"), json!(256));
    assert_eq!(keyword("wide", "minimum"), json!(-1.5));
    assert_eq!(keyword("wide", "exclusiveMaximum"), json!(u64::MAX));
    assert_eq!(keyword("maybe", "maximum"), json!(3));
    assert_eq!(keyword("post", "minLength"), json!(1));
    assert_eq!(keyword("post", "maxLength"), json!(280));
    assert_eq!(keyword("tags", "maxItems"), json!(3));
    assert_eq!(keyword("tags", "maxLength"), Value::Null);
    assert_eq!(keyword("notes", "minItems"), json!(1));
    assert_eq!(keyword("scores", "maxProperties"), json!(2));
    assert_eq!(keyword("title", "maxLength"), json!(60));
}

#[test]
fn a_bound_replaces_the_types_own_only_where_it_is_tighter() {
    let schema = Bounded::schema();
    let count = schema.field("count").unwrap().schema();
    assert_eq!(count.get("minimum"), None, "`gt = 0` says more than the type's minimum of 0");
    let unsigned = schema.field("unsigned").unwrap().schema();
    assert_eq!(unsigned["minimum"], 0, "`ge = -5` says less than the type");
}

// ---- defaults

#[derive(Signature)]
struct Defaults {
    #[input(default = "en")]
    language: String,
    #[input(default = "a draft")]
    draft: Option<String>,
    #[input]
    hint: Option<String>,
    #[output(default = 0.5)]
    confidence: f64,
    #[output(default)]
    tags: Vec<String>,
    #[output(default = vec![1, 2])]
    pages: Vec<u32>,
    #[output]
    answer: String,
}

#[test]
fn defaults_stand_in_the_schema_and_in_missing_fields() {
    let schema = Defaults::schema();
    let default = |name: &str| schema.field(name).unwrap().default_value().cloned();
    assert_eq!(default("language"), Some(json!("en")));
    assert_eq!(default("draft"), Some(json!("a draft")));
    assert_eq!(default("hint"), None);
    assert_eq!(default("confidence"), Some(json!(0.5)));
    assert_eq!(default("tags"), Some(json!([])));
    assert_eq!(default("pages"), Some(json!([1, 2])));
    let input: DefaultsInput = from(json!({})).unwrap();
    assert_eq!(input.language, "en");
    assert_eq!(input.draft.as_deref(), Some("a draft"));
    assert_eq!(input.hint, None);
    let output: DefaultsOutput = from(json!({"answer": "yes", "tags": ["a"]})).unwrap();
    assert_eq!((output.confidence, output.tags, output.pages), (0.5, vec!["a".into()], vec![1, 2]));
    assert_eq!(output.answer, "yes");
}

#[test]
fn the_structs_schema_tells_what_may_be_left_out() {
    let schema = dspy::schema::of::<DefaultsInput>();
    assert_eq!(schema.get("required"), None, "{schema}");
    assert_eq!(schema["properties"]["language"]["default"], "en");
    let schema = dspy::schema::of::<DefaultsOutput>();
    assert_eq!(schema["required"], json!(["answer"]));
}

// ---- the generated structs

#[test]
fn the_structs_are_data() {
    fn is_data<T: dspy::signature::Data + std::fmt::Debug>() {}
    is_data::<QaInput>();
    is_data::<QaOutput>();
    let output = QaOutput { answer: "no".into(), confidence: 0.25 };
    assert_eq!(format!("{output:?}"), r#"QaOutput { answer: "no", confidence: 0.25 }"#);
    let copy = output.clone();
    assert_eq!(copy.answer, "no");
    let text = serde_json::to_string(&output).unwrap();
    assert_eq!(text, r#"{"answer":"no","confidence":0.25}"#);
}

#[test]
fn reading_reports_missing_doubled_and_misfit_fields_and_ignores_unknown_ones() {
    let missing = from::<QaOutput>(json!({"answer": "no"})).unwrap_err();
    assert_eq!(missing, "missing field `confidence`");
    let misfit = from::<QaOutput>(json!({"answer": 1, "confidence": 1})).unwrap_err();
    assert!(misfit.contains("expected a string"), "{misfit}");
    let doubled = serde_json::from_str::<NamedOutput>(r#"{"reply": "a", "final-answer": "b"}"#);
    assert!(doubled.unwrap_err().to_string().contains("duplicate field `final-answer`"));
    let extra = json!({"answer": "no", "confidence": 1.0, "other": []});
    assert_eq!(from::<QaOutput>(extra).unwrap().confidence, 1.0);
    let no_map = from::<QaOutput>(json!("no")).unwrap_err();
    assert!(no_map.contains("struct QaOutput"), "{no_map}");
}

#[test]
fn the_structs_schema_carries_descriptions_and_bounds() {
    assert_eq!(
        dspy::schema::of::<QaOutput>(),
        json!({
            "title": "QaOutput",
            "type": "object",
            "properties": {
                "answer": {"type": "string", "description": "At most\nfive words."},
                "confidence": {
                    "type": "number", "format": "double", "description": "Between 0 and 1.",
                },
            },
            "required": ["answer", "confidence"],
        })
    );
    let bounded = dspy::schema::of::<BoundedOutput>();
    assert_eq!(bounded["properties"]["tags"]["maxItems"], 3);
}

#[test]
fn a_row_comes_apart_and_together() {
    let row = Qa { question: "Why?".into(), answer: "So.".into(), confidence: 1.0 };
    assert_eq!(row.input_part().question, "Why?");
    assert_eq!(row.output_part().answer, "So.");
    let again = Qa::from_parts(row.input_part(), row.output_part());
    assert_eq!((again.question, again.confidence), ("Why?".into(), 1.0));
}

#[test]
fn a_single_input_may_stand_for_the_struct() {
    fn input<I, Via>(given: impl IntoInput<I, Via>) -> I {
        given.into_input()
    }
    assert_eq!(input::<QaInput, _>("Why?").question, "Why?");
    assert_eq!(input::<QaInput, _>("Why?".to_owned()).question, "Why?");
    assert_eq!(input::<QaInput, _>(QaInput { question: "So?".into() }).question, "So?");
}

// ---- types of all sorts

/// How sure.
#[data]
enum Certainty {
    /// A guess.
    Low,
    High,
}

#[data]
struct Tree {
    value: i64,
    children: Vec<Tree>,
}

#[data]
enum Shape {
    Circle { radius: f64 },
    Point,
}

#[derive(Signature)]
struct AllSorts {
    #[input]
    tree: Tree,
    #[input]
    pair: (String, u8),
    #[input]
    lookup: BTreeMap<String, Option<Certainty>>,
    #[input]
    anything: Value,
    #[output]
    certainty: Certainty,
    #[output]
    shape: Option<Shape>,
    #[output]
    big: i128,
}

#[test]
fn fields_may_have_any_data_type() {
    let input = AllSortsInput {
        tree: Tree { value: 1, children: vec![Tree { value: 2, children: vec![] }] },
        pair: ("a".into(), 1),
        lookup: BTreeMap::from([("k".into(), Some(Certainty::High))]),
        anything: json!({"x": [null]}),
    };
    let written = serde_json::to_value(&input).unwrap();
    let read: AllSortsInput = from(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), written);
    let schema = AllSorts::schema();
    assert_eq!(schema.field("certainty").unwrap().type_name(), "one of: High; Low");
    let big = i128::from(u64::MAX) * 2;
    let output = AllSortsOutput { certainty: Certainty::Low, shape: Some(Shape::Point), big };
    let text = serde_json::to_string(&output).unwrap();
    assert_eq!(serde_json::from_str::<AllSortsOutput>(&text).unwrap().big, big);
    assert_eq!(output.shape, Some(Shape::Point));
    assert_ne!(output.shape, Some(Shape::Circle { radius: 1.0 }));
}

// ---- generics, visibility, macros

/// Extract a value.
#[derive(Signature)]
struct Extract<T: Data + std::fmt::Debug> {
    #[input]
    text: String,
    #[output]
    values: Vec<T>,
    #[output(default)]
    first: Option<T>,
}

#[test]
fn a_generic_signature_has_a_schema_per_type() {
    let ints = Extract::<u32>::schema();
    let texts = Extract::<String>::schema();
    assert_eq!(ints.outputs()[0].type_name(), "list of integer");
    assert_eq!(texts.outputs()[0].type_name(), "list of text");
    // The input mentions no parameter, so it has none.
    let input = ExtractInput { text: "1 2".into() };
    assert_eq!(input.text, "1 2");
    let output: ExtractOutput<u32> = from(json!({"values": [1, 2]})).unwrap();
    assert_eq!((output.values, output.first), (vec![1, 2], None));
    let title = dspy::schema::of::<ExtractOutput<u32>>()["title"].clone();
    assert_eq!(title, "ExtractOutput_for_uint32");
    let row = Extract { text: "x".into(), values: vec!["x".to_owned()], first: None };
    assert_eq!(row.output_part().values, ["x"]);
}

#[derive(Signature)]
struct Pair<A, B>
where
    A: Data + std::fmt::Debug,
{
    #[input]
    a: A,
    #[output]
    b: B,
}

#[test]
fn bounds_may_stand_in_a_where_clause_or_be_left_out() {
    let output: PairOutput<Option<bool>> = from(json!({})).unwrap();
    assert_eq!(output.b, None);
    let row = Pair { a: 1_u8, b: Some(true) };
    assert_eq!((row.input_part().a, row.output_part().b), (1, Some(true)));
    assert_eq!(Pair::<u8, bool>::schema().outputs()[0].type_name(), "boolean");
}

mod inner {
    use super::*;

    #[derive(Signature)]
    pub(super) struct Visible {
        #[input]
        pub(super) text: String,
        #[output]
        pub(super) out: String,
    }
}

#[test]
fn the_structs_are_as_visible_as_the_signature() {
    let input = inner::VisibleInput { text: "t".into() };
    let row = inner::Visible::from_parts(input, inner::VisibleOutput { out: "o".into() });
    assert_eq!((row.text, row.out), ("t".into(), "o".into()));
}

macro_rules! signature_of {
    ($name:ident { $($input:ident: $type:ty),* } -> $default:expr) => {
        #[derive(Signature)]
        #[signature(crate = "::dspy")]
        struct $name {
            $(#[input] $input: $type,)*
            #[cfg(any())]
            #[input]
            absent: NoSuchType,
            #[output(default = $default)]
            out: u32,
        }
    };
}

signature_of!(Made { a: String, b: Option<Vec<u8>> } -> 2 + 3);

#[test]
fn a_macro_may_make_a_signature() {
    let schema = Made::schema();
    assert_eq!(names(schema.inputs()), ["a", "b"]);
    assert_eq!(schema.outputs()[0].default_value(), Some(&json!(5)));
    let made = Made { a: "a".into(), b: None, out: 1 };
    assert_eq!((made.input_part().a, made.output_part().out), ("a".into(), 1));
}
