//! Types of every form that schemars writes, with values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use dspy::schema;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A type: its schema, values of it, and whether a value is read as the same value again.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) schema: Value,
    pub(crate) values: Vec<Value>,
    /// What serde makes of a JSON value, written again.
    pub(crate) read: fn(Value) -> Result<Value, String>,
}

fn case<T>(name: &'static str, values: Vec<T>) -> Case
where
    T: Serialize + DeserializeOwned + JsonSchema + Debug,
{
    let read = |value: Value| {
        let typed: T = serde_json::from_value(value).map_err(|error| error.to_string())?;
        serde_json::to_value(typed).map_err(|error| error.to_string())
    };
    let values = values.iter().map(|value| serde_json::to_value(value).unwrap()).collect();
    Case { name, schema: schema::of::<T>(), values, read }
}

#[derive(
    Clone, Copy, Debug, Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord,
)]
pub(crate) enum Color {
    Red,
    Green,
}

/// How urgent it is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Urgency {
    /// Can wait.
    Low,
    Middle,
    /// Now.
    High,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Address {
    street: String,
    zip: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Scalars {
    a: String,
    b: bool,
    c: i64,
    d: u8,
    e: f64,
    f: char,
    g: [i32; 3],
    h: BTreeSet<String>,
    i: (),
    big: u64,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Optional {
    name: Option<String>,
    color: Option<Color>,
    address: Option<Address>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default = "five")]
    count: u8,
    #[serde(default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<f64>,
}

fn five() -> u8 {
    5
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Documented {
    /// Where to send it.
    to: Address,
    /// Where it comes from.
    from: Address,
    /// How soon.
    urgency: Urgency,
    /// Second best.
    fallback: Option<Urgency>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) enum External {
    Nothing,
    Address(Address),
    Pair(i32, String),
    Circle {
        radius: f64,
        label: Option<String>,
    },
    /// The rest.
    Other,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
pub(crate) enum Internal {
    Nothing,
    Address(Address),
    Circle { radius: f64, names: BTreeMap<String, i32> },
    Inner(Nested),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "form")]
pub(crate) enum Nested {
    Long { length: f64 },
    Wide { width: (f64, f64) },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
pub(crate) enum Adjacent {
    Nothing,
    Address(Address),
    Points(Vec<(i32, i32)>),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Untagged {
    Number(i64),
    Texts(Vec<String>),
    Address(Address),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Maps {
    plain: BTreeMap<String, i32>,
    of_places: BTreeMap<String, Address>,
    of_options: BTreeMap<String, Option<bool>>,
    by_number: BTreeMap<i32, String>,
    by_count: BTreeMap<u32, Vec<String>>,
    by_color: BTreeMap<Color, f64>,
    nested: BTreeMap<String, BTreeMap<String, (i32, bool)>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Tuples {
    pair: (i32, String),
    one: (bool,),
    list: Vec<(String, Option<f64>)>,
    deep: ((i32, i32), Address),
    maybe: Option<(i32, i32)>,
}

/// A tree.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Tree {
    value: i32,
    /// Below it.
    children: Vec<Tree>,
    left: Option<Box<Tree>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Term {
    Number(f64),
    Sum(Box<Term>, Box<Term>),
    Negated { term: Box<Term> },
    Named(BTreeMap<String, Term>),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Anything {
    name: String,
    value: Value,
    values: Vec<Value>,
    object: serde_json::Map<String, Value>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Flat {
    id: i32,
    #[serde(flatten)]
    address: Address,
    #[serde(flatten)]
    nested: Nested,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Open {
    id: i32,
    others: bool,
    #[serde(flatten)]
    rest: BTreeMap<String, i32>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Strict {
    first_name: String,
    #[schemars(range(min = 1, max = 5))]
    stars: i32,
    #[schemars(length(min = 1, max = 3))]
    tags: Vec<String>,
    #[schemars(regex(pattern = r"^[a-z]+$"))]
    code: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Small {}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Unit;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Empty {
    small: Small,
    unit: Unit,
    outcome: Result<i32, String>,
    time: std::time::Duration,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Everything {
    scalars: Vec<Scalars>,
    internal: Vec<Internal>,
    external: BTreeMap<String, External>,
    maps: Option<Maps>,
}

fn scalars() -> Scalars {
    Scalars {
        a: "x \"y\"\n".into(),
        b: true,
        c: -7,
        d: 255,
        e: 0.5,
        f: 'ü',
        g: [1, 2, 3],
        h: ["a".to_owned(), "b".to_owned()].into(),
        i: (),
        big: u64::MAX,
    }
}

fn address(zip: Option<u32>) -> Address {
    Address { street: "null".into(), zip }
}

fn maps() -> Maps {
    Maps {
        plain: [("a".to_owned(), 1), ("key".to_owned(), 2)].into(),
        of_places: [("home".to_owned(), address(Some(4001)))].into(),
        of_options: [("x".to_owned(), None), ("y".to_owned(), Some(false))].into(),
        by_number: [(-3, "x".to_owned()), (4, String::new())].into(),
        by_count: [(4, vec![]), (5, vec!["t".to_owned()])].into(),
        by_color: [(Color::Green, 0.25)].into(),
        nested: [("o".to_owned(), [("i".to_owned(), (1, true))].into())].into(),
    }
}

fn internals() -> Vec<Internal> {
    vec![
        Internal::Nothing,
        Internal::Address(address(None)),
        Internal::Circle { radius: 1.5, names: [("n".to_owned(), 1)].into() },
        Internal::Inner(Nested::Long { length: 2.0 }),
        Internal::Inner(Nested::Wide { width: (1.0, 2.0) }),
    ]
}

fn externals() -> Vec<External> {
    vec![
        External::Nothing,
        External::Address(address(Some(1))),
        External::Pair(-1, "p".into()),
        External::Circle { radius: 0.5, label: None },
        External::Circle { radius: 0.5, label: Some("l".into()) },
        External::Other,
    ]
}

fn tree(depth: i32) -> Tree {
    let children = if depth > 0 { vec![tree(depth - 1), tree(0)] } else { vec![] };
    let left = (depth > 1).then(|| Box::new(tree(1)));
    Tree { value: depth, children, left }
}

/// All types.
pub(crate) fn all() -> Vec<Case> {
    let urgent = || [Urgency::Low, Urgency::Middle, Urgency::High].to_vec();
    let named = [("n".to_owned(), Term::Number(1.0))].into();
    let object = serde_json::json!({"a": [1, null], "b": "null"}).as_object().cloned().unwrap();
    vec![
        case("text", vec!["null".to_owned(), String::new()]),
        case("integer", vec![i64::MIN, 0, i64::MAX]),
        case("wide integer", vec![3_i128]),
        case("boolean", vec![true, false]),
        case("optional", vec![None, Some(3_u8)]),
        case("list", vec![vec![1.5, 2.0], vec![]]),
        case("closed set", vec![Color::Red, Color::Green]),
        case("documented set", urgent()),
        case("optional set", vec![None, Some(Urgency::High)]),
        case("scalars", vec![scalars()]),
        case(
            "optional fields",
            vec![
                Optional {
                    name: None,
                    color: None,
                    address: None,
                    tags: vec![],
                    count: 5,
                    note: None,
                },
                Optional {
                    name: Some("Nina".into()),
                    color: Some(Color::Red),
                    address: Some(address(None)),
                    tags: vec!["t".into()],
                    count: 0,
                    note: Some(1.0),
                },
            ],
        ),
        case(
            "documented references",
            vec![Documented {
                to: address(None),
                from: address(Some(2)),
                urgency: Urgency::Low,
                fallback: Some(Urgency::Middle),
            }],
        ),
        case("external tags", externals()),
        case("internal tags", internals()),
        case(
            "adjacent tags",
            vec![
                Adjacent::Nothing,
                Adjacent::Address(address(None)),
                Adjacent::Points(vec![(1, 2), (3, 4)]),
            ],
        ),
        case(
            "untagged",
            vec![
                Untagged::Number(3),
                Untagged::Texts(vec!["a".into()]),
                Untagged::Address(address(Some(9))),
            ],
        ),
        case("maps", vec![maps()]),
        case("map at the root", vec![BTreeMap::from([("value".to_owned(), 1)])]),
        case("map of lists", vec![BTreeMap::from([(7, vec![(1, "x".to_owned())])])]),
        case(
            "tuples",
            vec![
                Tuples {
                    pair: (1, "b".into()),
                    one: (true,),
                    list: vec![("x".into(), None), ("y".into(), Some(2.5))],
                    deep: ((1, 2), address(None)),
                    maybe: None,
                },
                Tuples {
                    pair: (1, String::new()),
                    one: (false,),
                    list: vec![],
                    deep: ((1, 2), address(Some(3))),
                    maybe: Some((5, 6)),
                },
            ],
        ),
        case("tuple at the root", vec![(1, "x".to_owned(), Some(Color::Red))]),
        case("tree", vec![tree(0), tree(3)]),
        case("list of trees", vec![vec![tree(1)], vec![]]),
        case(
            "recursive enum",
            vec![
                Term::Sum(
                    Box::new(Term::Number(1.0)),
                    Box::new(Term::Negated { term: Box::new(Term::Number(2.0)) }),
                ),
                Term::Named(named),
            ],
        ),
        case(
            "anything",
            vec![Anything {
                name: "n".into(),
                value: serde_json::json!({"x": ["1", 1, null]}),
                values: vec!["text".into(), 5.into(), Value::Null],
                object,
            }],
        ),
        case(
            "flattened",
            vec![
                Flat { id: 1, address: address(None), nested: Nested::Long { length: 1.0 } },
                Flat {
                    id: 2,
                    address: address(Some(3)),
                    nested: Nested::Wide { width: (1.0, 0.5) },
                },
            ],
        ),
        case(
            "flattened map",
            vec![
                Open { id: 1, others: true, rest: [("x".to_owned(), 2)].into() },
                Open { id: 1, others: false, rest: BTreeMap::new() },
            ],
        ),
        case(
            "bounds",
            vec![Strict {
                first_name: "A".into(),
                stars: 5,
                tags: vec!["t".into()],
                code: "abc".into(),
            }],
        ),
        case(
            "empty types",
            vec![
                Empty {
                    small: Small {},
                    unit: Unit,
                    outcome: Ok(1),
                    time: std::time::Duration::new(3, 4),
                },
                Empty {
                    small: Small {},
                    unit: Unit,
                    outcome: Err("e".into()),
                    time: std::time::Duration::ZERO,
                },
            ],
        ),
        case(
            "everything",
            vec![Everything {
                scalars: vec![scalars(), scalars()],
                internal: internals(),
                external: externals()
                    .into_iter()
                    .enumerate()
                    .map(|(n, e)| (n.to_string(), e))
                    .collect(),
                maps: Some(maps()),
            }],
        ),
    ]
}
