//! Values as JSON: as `serde_json` has them, but for 128-bit integers and floats that are none.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt::Debug;

use dspy::wire;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Newtype(u8);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
struct Through {
    inner: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(i8, Option<String>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Named {
    a: u16,
    #[serde(default)]
    b: Vec<f64>,
    c: Option<bool>,
    #[serde(rename = "d-e", alias = "de", skip_serializing_if = "Option::is_none")]
    d: Option<char>,
    #[serde(skip)]
    hidden: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    a: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    a: u16,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Plain {
    FirstOne,
    Second,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum External {
    Unit,
    New(u8),
    Tuple(u8, String),
    Empty(),
    Struct { a: Option<Box<External>> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Internal {
    Unit,
    New(Named),
    Struct { a: u8 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    New(u8),
    Tuple(u8, u8),
    Struct { a: u8 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Struct { a: u8 },
    Nothing,
}

/// Bytes that ask for bytes.
#[derive(Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
            fn visit_str<E>(self, text: &str) -> Result<Bytes, E> {
                Ok(Bytes(text.as_bytes().to_vec()))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<Bytes, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(Bytes(bytes))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

/// JSON of all kinds, fitting and misfit.
fn pool() -> Vec<Value> {
    let text = r#"[
        null, true, false, 0, 1, -1, 7, 255, 256, -128, 65536, 3.0, 1.5, -0.0, 1e30,
        9223372036854775807, -9223372036854775808, 18446744073709551615,
        "", "a", "5", "-5", "1.5", "true", "null", "é", "ab", "first-one", "Second", "second",
        "Unit", "New", "Tuple", "Empty", "A", "Nothing",
        [], [1], [1, 2], [1, "x"], [1, null], [1, 2, 3], ["a", "a", "b"], [[1], [2]], [null],
        [1, [0.5], true], [255], [true, false], [1.5, 2],
        {}, {"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": [1, 2.5], "c": true, "d-e": "x"},
        {"a": 1, "de": "y", "unknown": {"deep": [1]}}, {"a": null}, {"a": "1"}, {"a": 1, "c": null},
        {"a": 70000}, {"5": "x"}, {"-5": "x"}, {"05": "x"}, {" 5": "x"}, {"5 ": "x"}, {"5.0": "x"},
        {"1e2": "x"}, {"true": "x"}, {"é": "x"}, {"ab": "x"}, {"first-one": "x"}, {"": "x"},
        {"340282366920938463463374607431768211455": "x"},
        {"Unit": null}, {"Unit": 1}, {"New": 5}, {"New": null}, {"New": 5, "Unit": null},
        {"Tuple": [1, "x"]}, {"Tuple": [1]}, {"Tuple": [1, "x", 2]}, {"Tuple": {}}, {"Empty": []},
        {"Empty": [1]}, {"Struct": {"a": null}}, {"Struct": {"a": {"New": 1}}}, {"Struct": []},
        {"Struct": {}}, {"Struct": {"a": {"Struct": {"a": "Unit"}}, "x": 1}},
        {"kind": "Unit"}, {"kind": "Unit", "x": 1}, {"a": 1, "kind": "New"},
        {"kind": "Struct", "a": 3}, {"kind": "None"}, {"kind": "New"},
        {"t": "Unit"}, {"t": "Unit", "c": null}, {"t": "New", "c": 5}, {"c": 5, "t": "New"},
        {"c": [1, 2], "t": "Tuple"}, {"t": "Struct", "c": {"a": 1}}, {"c": {"a": 1}, "t": "Struct"},
        {"t": "New"}, {"secs": 1, "nanos": 2}, {"Ok": 1}, {"Err": "x"}, {"start": 1, "end": 2}
    ]"#;
    serde_json::from_str::<Vec<Value>>(text).unwrap()
}

/// Whether everything in the pool is read as `serde_json` reads it, and written back alike.
fn reads_alike<T: Serialize + DeserializeOwned + PartialEq + Debug>() -> usize {
    let mut read = 0;
    for value in pool() {
        let ours = wire::from_value::<T>(value.clone());
        let theirs = serde_json::from_value::<T>(value.clone());
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => {
                assert_eq!(ours, theirs, "{value}");
                assert_eq!(
                    wire::to_value(&ours).ok(),
                    serde_json::to_value(&theirs).ok(),
                    "{value}"
                );
                read += 1;
            }
            (Err(_), Err(_)) => {}
            (ours, theirs) => {
                panic!("{}: {value}: {ours:?} and {theirs:?}", std::any::type_name::<T>())
            }
        }
    }
    assert!(read > 0, "nothing in the pool is a {}", std::any::type_name::<T>());
    read
}

macro_rules! read_alike {
    ($($type:ty),* $(,)?) => { [$(reads_alike::<$type>()),*].iter().sum::<usize>() };
}

#[test]
fn a_single_precision_float_is_written_with_its_own_digits() {
    for (float, text) in [(0.1_f32, "0.1"), (f32::MAX, "3.4028235e+38"), (-2.5, "-2.5")] {
        let value = wire::to_value(&float).unwrap();
        assert_eq!(value.to_string(), text);
        assert_eq!(wire::from_value::<f32>(value).unwrap(), float);
    }
}

#[test]
fn every_type_is_read_and_written_as_serde_json_does() {
    let read = read_alike![
        (), bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f64, char, String,
        Value, Option<u8>, Option<Option<String>>, Option<()>, Box<i64>, Box<str>,
        std::sync::Arc<String>, Vec<u8>, Vec<f64>, Vec<Vec<u8>>, VecDeque<String>, [u8; 2], [u8; 0],
        (u8,), (u8, String), (u8, Option<u8>), BTreeSet<String>, Bytes,
        BTreeMap<String, Value>, BTreeMap<i8, String>, BTreeMap<u8, String>, BTreeMap<i64, String>,
        BTreeMap<u64, String>, BTreeMap<i128, String>, BTreeMap<u128, String>,
        BTreeMap<bool, String>, BTreeMap<char, String>, BTreeMap<Plain, String>,
        BTreeMap<Newtype, String>, BTreeMap<Through, String>, BTreeMap<Option<u8>, String>,
        HashMap<usize, String>, Unit, Newtype, Through, Pair, Named, Closed, Flat, Plain,
        External, Internal, Adjacent, Untagged, Vec<External>, Option<Internal>,
        std::time::Duration, Result<u8, String>, std::ops::Range<u8>,
    ];
    assert!(read > 400, "{read}");
    for value in pool() {
        assert!(wire::from_value::<IgnoredAny>(value).is_ok());
    }
}

#[test]
fn integers_of_128_bits_pass_at_any_depth() {
    fn passes<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T, json: Value) {
        assert_eq!(wire::to_value(&value).unwrap(), json);
        assert_eq!(wire::from_value::<T>(json).unwrap(), value);
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Deep {
        New(Option<u128>),
        Struct { a: Vec<(i128, BTreeMap<u128, i128>)> },
        Tuple(u128, i128),
    }
    let (most, least) = (u128::MAX, i128::MIN);
    passes(5_u128, json!(5));
    passes(-5_i128, json!(-5));
    passes(i128::from(i64::MIN), json!(i64::MIN));
    passes(u128::from(u64::MAX), json!(u64::MAX));
    passes(i128::from(u64::MAX), json!(u64::MAX));
    passes(i128::from(i64::MIN) - 1, json!("-9223372036854775809"));
    passes(u128::from(u64::MAX) + 1, json!("18446744073709551616"));
    passes(Deep::New(Some(most)), json!({"New": most.to_string()}));
    passes(Deep::New(None), json!({"New": null}));
    passes(Deep::Tuple(most, least), json!({"Tuple": [most.to_string(), least.to_string()]}));
    passes(
        Deep::Struct { a: vec![(least, BTreeMap::from([(most, i128::MAX), (1, 2)]))] },
        json!({"Struct": {"a": [
            [least.to_string(), {"1": 2, most.to_string(): i128::MAX.to_string()}]
        ]}}),
    );
    assert_eq!(wire::from_value::<i128>(json!("12")).unwrap(), 12);
    for wrong in [json!("+5"), json!("5.0"), json!(""), json!(5.5), json!("1e3"), json!(null)] {
        assert!(wire::from_value::<i128>(wrong.clone()).is_err(), "{wrong}");
        assert!(wire::from_value::<u128>(wrong.clone()).is_err(), "{wrong}");
    }
    assert!(wire::from_value::<u128>(json!(-5)).is_err());
    assert!(wire::from_value::<u128>(json!("-5")).is_err());
    assert!(wire::from_value::<u64>(json!("5")).is_err(), "only 128-bit integers are texts");
}

#[test]
fn what_serde_buffers_is_refused_and_never_changed() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Big { n: u128 },
    }
    for n in [7, u128::MAX] {
        let value = wire::to_value(&Tagged::Big { n }).unwrap();
        assert!(wire::from_value::<Tagged>(value).is_err(), "serde has learned it: say so in wire");
    }
}

#[test]
fn floats_that_are_no_numbers_are_errors_that_say_so() {
    for message in [
        wire::to_value(&f64::NAN).unwrap_err().to_string(),
        wire::to_value(&vec![Some(f32::INFINITY)]).unwrap_err().to_string(),
        wire::to_value(&BTreeMap::from([("a", f64::NEG_INFINITY)])).unwrap_err().to_string(),
    ] {
        assert!(message.contains("has no form in JSON"), "{message}");
    }
    for float in [-0.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1 + 0.2] {
        let back: f64 = wire::from_value(wire::to_value(&float).unwrap()).unwrap();
        assert_eq!(back.to_bits(), float.to_bits());
    }
}

#[test]
fn a_key_that_is_no_text_is_an_error() {
    assert!(wire::to_value(&BTreeMap::from([(vec![1], 1)])).is_err());
    assert!(wire::to_value(&BTreeMap::from([((), 1)])).is_err());
    assert_eq!(
        wire::to_value(&BTreeMap::from([(i128::MIN, 1)])).unwrap().to_string(),
        format!("{{\"{}\":1}}", i128::MIN)
    );
}
