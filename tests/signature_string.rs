//! `signature!`: named and without a name, with every type that a text can name.

#[path = "support/scripted.rs"]
mod scripted;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use dspy::SignatureSchema;
use dspy::prelude::*;
use dspy::signature::{Signature, SignatureRow, Task};
use scripted::{Scripted, question, sections};
use serde_json::{Value, json};

signature! {
    /// Answer from the context alone.
    ///
    /// Be brief.
    pub Rag: "context: list[str], question -> answer, score: float"
}

#[tokio::test]
async fn a_named_signature_is_what_the_derive_makes() {
    assert_eq!(Rag::schema().instructions(), "Answer from the context alone.\n\nBe brief.");
    assert_eq!(Rag::schema().name(), "Rag");
    let model = Scripted::text(&sections(&[("answer", "Ada"), ("score", "0.5")]));
    let rag = Predict::<Rag>::new().with_lm(model.lm());
    let input = RagInput { context: vec!["Ada wrote it.".into()], question: "Who?".into() };
    let out: RagOutput = rag.call(input).await.unwrap().into_output();
    assert_eq!((out.answer.as_str(), out.score), ("Ada", 0.5));
}

#[test]
fn the_struct_is_a_row_that_can_be_cloned_and_printed() {
    let row =
        Rag { context: vec!["a".into()], question: "b".into(), answer: "c".into(), score: 1.0 };
    let copy = row.clone();
    assert_eq!(copy.input_part().question, "b");
    assert_eq!(copy.output_part().score, 1.0);
    let printed = format!("{row:?}");
    for part in ["Rag", "question: \"b\"", "score: 1.0"] {
        assert!(printed.contains(part), "{printed}");
    }
}

#[test]
fn without_docs_the_instructions_name_the_fields_and_an_option_overrides_them() {
    signature!(Plain: "question -> answer");
    signature!(Told: "question -> answer", instructions = "Answer in French.");
    let generated = "Given the fields `question`, produce the fields `answer`.";
    assert_eq!(Plain::schema().instructions(), generated);
    assert_eq!(Told::schema().instructions(), "Answer in French.");
    let unnamed = signature!("question -> answer", instructions = concat!("Be", " kind."));
    assert_eq!(instructions_of(unnamed), "Be kind.");
}

fn instructions_of<S: Signature>(_: Task<S>) -> String {
    S::schema().instructions().to_owned()
}

#[tokio::test]
async fn a_signature_without_a_name_takes_a_value_or_a_tuple() {
    let model = Scripted::text(&sections(&[("answer", "42")]));
    let one = Predict::of(signature!("question -> answer: int")).with_lm(model.lm());
    assert_eq!(one.call("How many?").await.unwrap().answer, 42_i64);
    let several = Predict::of(signature!("question, tags: list[str], limit: float -> answer: u8"));
    let out = several.with_lm(model.lm()).call(("Why?", ["a", "b"], 3)).await.unwrap();
    assert_eq!(out.answer, 42_u8);
    let asked = question(&model.requests()[1]);
    assert!(asked.contains("[[ ## tags ## ]]\n[\"a\", \"b\"]"), "{asked}");
}

#[tokio::test]
async fn chain_of_thought_takes_one_as_well() {
    let model = Scripted::text(&sections(&[("reasoning", "because"), ("answer", "yes")]));
    let think = ChainOfThought::of(signature!("question -> answer: bool")).with_lm(model.lm());
    let out = think.call("Is it?").await.unwrap();
    assert_eq!((out.reasoning.as_str(), out.answer), ("because", true));
}

#[test]
fn a_task_is_a_small_value() {
    let task = signature!("question -> answer");
    let (a, b) = (task, task);
    assert_eq!(size_of_val(&a), 0);
    assert_eq!(format!("{b:?}"), "Task(\"StringSignature\")");
}

signature!(Review: "text -> quality: Literal['very good', \"isn't\", '1969'], \
    others: list[Literal['a', 'b']], output: Optional[Literal['x']]");

#[tokio::test]
async fn a_literal_makes_an_enum() {
    let model = Scripted::text(&sections(&[
        ("quality", "Very good."),
        ("others", r#"["b", "a"]"#),
        ("output", "None"),
    ]));
    let out = Predict::<Review>::new().with_lm(model.lm()).call("…").await.unwrap().into_output();
    assert_eq!(out.quality, ReviewQuality::VeryGood);
    assert_eq!(out.others, [ReviewOthers::B, ReviewOthers::A]);
    assert_eq!(out.output, None::<ReviewOutputChoice>);
    // Read and written as the text spells it, and compared with texts.
    let all = [ReviewQuality::VeryGood, ReviewQuality::IsnT, ReviewQuality::_1969];
    assert_eq!(serde_json::to_value(all).unwrap(), json!(["very good", "isn't", "1969"]));
    assert!(out.quality == "very good" && *"1969" != *out.quality.as_str());
    assert_eq!(format!("{:>10}|{}", all[2], all[1]), "      1969|isn't");
    assert!(all[0] < all[1], "a unit enum of `#[data]` can be sorted");
    // The prompt lists the texts, as DSPy does.
    let system = model.requests()[0].messages[0].text();
    assert!(system.contains("`quality` (one of: very good; isn't; 1969)"), "{system}");
    assert!(system.contains("one of, exactly as written: very good; isn't; 1969"), "{system}");
    assert!(system.contains("(optional (one of: x))"), "{system}");
    assert!(system.contains("one of, exactly as written: x; None"), "{system}");
}

#[tokio::test]
async fn a_literal_without_a_name_is_compared_with_texts() {
    let model = Scripted::text(&sections(&[("verdict", "no")]));
    let judge = Predict::of(signature!("claim -> verdict: Literal['yes', 'no']"));
    let out = judge.with_lm(model.lm()).call("It rains.").await.unwrap();
    assert!(out.verdict == "no");
    assert_eq!(out.verdict.to_string(), "no");
}

#[dspy::data]
struct Page<T> {
    number: u32,
    content: T,
}

mod own {
    #[dspy::data]
    pub(crate) enum Kind {
        Good,
        Bad,
    }
}

use own::Kind;

// Whatever the user calls by these names, the text means the standard types.
#[allow(dead_code)]
mod shadowed {
    use dspy::signature::Signature as _;
    struct String;
    struct Vec;
    struct Option;
    struct Value;
    struct Box;
    struct HashMap;

    dspy::signature! {
        pub(crate) Inner:
        "a: String, b: Vec<str>, c: HashMap<str, Box<u8>> -> d: Option<Value>, e: Literal['x']"
    }

    #[test]
    fn standard_names_mean_the_standard_types() {
        let types: ::std::vec::Vec<_> =
            Inner::schema().fields().map(|field| field.type_name()).collect();
        assert_eq!(types[..2], ["text", "list of text"]);
        assert_eq!(types[4], "one of: x");
    }
}

#[tokio::test]
async fn other_paths_mean_what_they_mean_where_the_macro_stands() {
    let model = Scripted::text(&sections(&[
        ("pages", r#"[{"number": 1, "content": [2]}]"#),
        ("kind", "Good"),
        ("by_kind", r#"{"Bad": 3}"#),
    ]));
    let split = Predict::of(signature!(
        "text, first: Page<list[str]>
            -> pages: list[crate::signature_string::Page<Vec<u8>>], kind: own::Kind, by_kind: dict[Kind, int],"
    ));
    let first = Page { number: 7, content: vec!["x".to_owned()] };
    let out = split.with_lm(model.lm()).call(("…", first)).await.unwrap();
    assert_eq!(out.pages, [Page { number: 1, content: vec![2_u8] }]);
    assert_eq!(out.kind, Kind::Good);
    assert_eq!(out.by_kind, BTreeMap::from([(Kind::Bad, 3_i64)]));
}

signature!(Words: "r#type, r#fn: int -> r#match: bool");

#[tokio::test]
async fn words_of_rust_are_names_with_a_prefix_that_prompts_do_not_show() {
    let model = Scripted::text(&sections(&[("match", "true")]));
    let input = WordsInput { r#type: "a".into(), r#fn: 1 };
    let out = Predict::<Words>::new().with_lm(model.lm()).call(input).await.unwrap();
    assert!(out.r#match);
    assert!(question(&model.requests()[0]).contains("[[ ## type ## ]]"));
}

/// One field of each type, with its value in the prompt and in Rust.
macro_rules! types {
    ($($name:ident: $text:literal = $ty:ty, $answer:literal => $value:expr;)*) => {
        #[tokio::test]
        async fn every_type_goes_from_schema_to_prompt_to_value() {
            $({
                let task = signature!($text);
                let model = Scripted::text(&sections(&[(stringify!($name), $answer)]));
                let out = Predict::of(task).with_lm(model.lm()).call("?").await.unwrap();
                let value: &$ty = &out.$name;
                assert_eq!(*value, $value, "{}", $text);
                // The same text at run time is the same task, to the last character.
                let schema = SignatureSchema::parse($text).unwrap();
                assert_eq!(schema.to_json().to_string(), schema_of(task).to_json().to_string());
                let plain = schema.outputs()[0].schema().to_string();
                assert_eq!(plain, dspy::schema::of::<$ty>().to_string(), "{}", $text);
            })*
        }
    };
}

fn schema_of<S: Signature>(_: Task<S>) -> SignatureSchema {
    (*S::schema()).clone()
}

types! {
    a: "q -> a" = String, "x" => "x";
    b: "q -> b: str" = String, "x" => "x";
    c: "q -> c: String" = String, "x" => "x";
    d: "q -> d: char" = char, "ä" => 'ä';
    e: "q -> e: bool" = bool, "True" => true;
    f: "q -> f: int" = i64, "-3" => -3;
    g: "q -> g: float" = f64, "0.25" => 0.25;
    h: "q -> h: i8" = i8, "-8" => -8;
    i: "q -> i: i16" = i16, "-16" => -16;
    j: "q -> j: i32" = i32, "-32" => -32;
    k: "q -> k: i64" = i64, "-64" => -64;
    l: "q -> l: isize" = isize, "-1" => -1;
    m: "q -> m: u8" = u8, "8" => 8;
    n: "q -> n: u16" = u16, "16" => 16;
    o: "q -> o: u32" = u32, "32" => 32;
    p: "q -> p: u64" = u64, "64" => 64;
    r: "q -> r: usize" = usize, "1" => 1;
    s: "q -> s: f32" = f32, "0.5" => 0.5;
    t: "q -> t: i128" = i128, "-128" => -128;
    u: "q -> u: u128" = u128, "128" => 128;
    aa: "q -> aa: list[str]" = Vec<String>, r#"["x"]"# => ["x"];
    ab: "q -> ab: List[int]" = Vec<i64>, "[1]" => [1];
    ac: "q -> ac: Vec<f32>" = Vec<f32>, "[1]" => [1.0];
    ad: "q -> ad: VecDeque<bool>" = VecDeque<bool>, "[true]" => [true];
    ae: "q -> ae: list" = Vec<Value>, "[1, null]" => [json!(1), Value::Null];
    af: "q -> af: tuple[int, ...]" = Vec<i64>, "[1, 2]" => [1, 2];
    ag: "q -> ag: [i32; 2]" = [i32; 2], "[1, 2]" => [1, 2];
    ah: "q -> ah: tuple[int, str]" = (i64, String), r#"[1, "x"]"# => (1, "x".to_owned());
    ai: "q -> ai: (u8, (bool,))" = (u8, (bool,)), "[1, [true]]" => (1, (true,));
    aj: "q -> aj: (str)" = String, "x" => "x";
    ak: "q -> ak: set[str]" = BTreeSet<String>, r#"["x"]"# => BTreeSet::from(["x".to_owned()]);
    al: "q -> al: FrozenSet[int]" = BTreeSet<i64>, "[1]" => BTreeSet::from([1]);
    am: "q -> am: HashSet<u8>" = HashSet<u8>, "[1]" => HashSet::from([1]);
    an: "q -> an: BTreeSet<(u8, bool)>" = BTreeSet<(u8, bool)>, "[[1, true]]" => BTreeSet::from([(1, true)]);
    ao: "q -> ao: dict[str, int]" = BTreeMap<String, i64>, r#"{"x": 1}"# => BTreeMap::from([("x".to_owned(), 1)]);
    ap: "q -> ap: dict" = BTreeMap<String, Value>, r#"{"x": [1]}"# => BTreeMap::from([("x".to_owned(), json!([1]))]);
    aq: "q -> aq: Dict[int, str]" = BTreeMap<i64, String>, r#"{"-1": "x"}"# => BTreeMap::from([(-1, "x".to_owned())]);
    ar: "q -> ar: HashMap<u32, bool>" = HashMap<u32, bool>, r#"{"1": true}"# => HashMap::from([(1, true)]);
    at: "q -> at: BTreeMap<Box<u8>, f64>" = BTreeMap<Box<u8>, f64>, r#"{"1": 2}"# => BTreeMap::from([(Box::new(1), 2.0)]);
    au: "q -> au: BTreeMap<char, u8>" = BTreeMap<char, u8>, r#"{"x": 2}"# => BTreeMap::from([('x', 2)]);
    ba: "q -> ba: Optional[float]" = Option<f64>, "None" => None;
    bb: "q -> bb: str | None" = Option<String>, "x" => Some("x".to_owned());
    bc: "q -> bc: None | list[int] | None" = Option<Vec<i64>>, "[1]" => Some(vec![1]);
    bd: "q -> bd: Union[None, int]" = Option<i64>, "1" => Some(1);
    be: "q -> be: Option<bool>" = Option<bool>, "true" => Some(true);
    bf: "q -> bf: Optional[Optional[str]]" = Option<String>, "x" => Some("x".to_owned());
    bg: "q -> bg: Option<Box<i64>>" = Option<Box<i64>>, "1" => Some(Box::new(1));
    ca: "q -> ca: Any" = Value, r#"{"x": 1}"# => json!({"x": 1});
    cb: "q -> cb: serde_json::Value" = Value, "[1]" => json!([1]);
    cc: "q -> cc: Option<Value>" = Option<Value>, "[1]" => Some(json!([1]));
    cd: "q -> cd: std::collections::HashMap<str, list[Vec<(int, float | None)>]>"
        = HashMap<String, Vec<Vec<(i64, Option<f64>)>>>,
        r#"{"x": [[[1, null]]]}"# => HashMap::from([("x".to_owned(), vec![vec![(1, None)]])]);
}

#[test]
fn literals_of_both_times_are_the_same_to_the_last_character() {
    macro_rules! same {
        ($($text:literal),* $(,)?) => {$(
            let schema = SignatureSchema::parse($text).unwrap();
            assert_eq!(
                schema.to_json().to_string(),
                schema_of(signature!($text)).to_json().to_string(),
            );
        )*};
    }
    same!(
        "q -> a: Literal['yes', 'no']",
        "q -> a: Literal['one']",
        "q -> a: list[Literal['x', \"it's\"]]",
        "q -> a: Literal['b', 'a'] | None, b: list[Literal['b', 'a'] | None]",
        "q -> a: dict[Literal['b', 'a'], list[Literal['c']]], a_: set[Literal['x']]",
        "q -> a: tuple[Literal['x'], Literal['y']], b: [Literal['x']; 2]",
    );
}

#[derive(Clone, Default)]
struct Twice {
    first: Predict<Rag>,
    second: ChainOfThought<Review>,
}

#[module]
impl Twice {
    async fn forward(&self, question: String) -> dspy::Result<ReviewQuality> {
        let input = RagInput { context: Vec::new(), question };
        let answer = self.first.call(input).await?.into_output().answer;
        Ok(self.second.call(answer).await?.quality)
    }
}

#[tokio::test]
async fn a_named_signature_and_its_enum_serve_in_a_module() {
    let model = Scripted::new(|request, _| {
        let is_review = request.messages[0].text().contains("`quality`");
        let answer: &[_] = if is_review {
            &[("reasoning", "r"), ("quality", "isn't"), ("others", "[]"), ("output", "x")]
        } else {
            &[("answer", "a"), ("score", "1")]
        };
        Ok(dspy::lm::Response::text(sections(answer)))
    });
    let mut program = Twice::default();
    program.set_lm(&model.lm());
    assert_eq!(*program.call("?").await.unwrap(), ReviewQuality::IsnT);
}
