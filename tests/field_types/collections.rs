//! Lists, tuples, sets, maps.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};

use crate::field_types::enums::{Level, Mood};
use crate::field_types::harness::of;

#[test]
fn lists() {
    of::<Vec<i32>>("list of integer")
        .json()
        .values([vec![], vec![1], vec![i32::MIN, 0, i32::MAX]])
        .spelled("- 1\n- 2", vec![1, 2])
        .spelled("1, 2, 3", vec![1, 2, 3])
        .spelled("```json\n[1, \"2\",]\n```", vec![1, 2])
        .check();
    of::<Vec<String>>("list of text")
        .json()
        .values([
            vec![],
            vec!["a".into(), String::new(), "b, c".into(), "[[ ## answer ## ]]".into()],
        ])
        .spelled("* one\n* two", vec!["one".into(), "two".into()])
        .spelled("['a', 'b']", vec!["a".into(), "b".into()])
        .check();
    of::<VecDeque<bool>>("list of boolean")
        .json()
        .values([[true, false].into()])
        .spelled("[True, False]", [true, false].into())
        .check();
    of::<LinkedList<char>>("list of text")
        .json()
        .values([['a', ' ', '\n'].into()])
        .spelled("['x']", ['x'].into())
        .check();
    of::<Vec<Option<f64>>>("list of optional number")
        .json()
        .values([vec![Some(-0.5), None]])
        .spelled("[1, None]", vec![Some(1.0), None])
        .check();
    of::<Vec<Vec<u128>>>("list of list of integer")
        .json()
        .values([vec![vec![], vec![1, u128::MAX]]])
        .spelled("[[340282366920938463463374607431768211455, \"2\"]]", vec![vec![u128::MAX, 2]])
        .check();
    of::<Vec<Level>>("list of (one of: Low; High)")
        .json()
        .values([vec![Level::Low, Level::High]])
        .spelled("low, high", vec![Level::Low, Level::High])
        .check();
}

#[test]
fn arrays_have_exactly_their_length() {
    of::<[u8; 3]>("list of integer")
        .json()
        .values([[0, 1, 255]])
        .spelled("1, 2, 3", [1, 2, 3])
        .check();
    of::<[String; 1]>("list of text")
        .json()
        .values([["a".into()]])
        .spelled("['b']", ["b".into()])
        .check();
    of::<[[f32; 2]; 2]>("list of list of number")
        .json()
        .values([[[0.5, 1.0], [-0.5, 2.0]]])
        .spelled("[[1, 2], [3, 4],]", [[1.0, 2.0], [3.0, 4.0]])
        .check();
}

#[test]
fn tuples() {
    of::<(u8,)>("tuple of (integer)").json().values([(5,)]).spelled("[\"6\"]", (6,)).check();
    of::<(String, i8)>("tuple of (text, integer)")
        .json()
        .values([("a".into(), -1)])
        .spelled("['b', 2]", ("b".into(), 2))
        .check();
    of::<(bool, Option<char>, f64)>("tuple of (boolean, optional text, number)")
        .json()
        .values([(true, None, 0.5), (false, Some('x'), -0.5)])
        .spelled("[True, None, 1]", (true, None, 1.0))
        .check();
    of::<(u128, Vec<u8>, Level, (bool, bool))>(
        "tuple of (integer, list of integer, (one of: Low; High), tuple of (boolean, boolean))",
    )
    .json()
    .values([(u128::MAX, vec![1], Level::High, (true, false))])
    .spelled("[1, [], \"LOW\", [true, true]]", (1, vec![], Level::Low, (true, true)))
    .check();
}

#[test]
fn sets() {
    of::<BTreeSet<i64>>("list of integer")
        .json()
        .values([BTreeSet::new(), [i64::MIN, i64::MAX].into()])
        .spelled("[2, 1, 2]", [1, 2].into())
        .check();
    of::<HashSet<String>>("list of text")
        .json()
        .values([HashSet::new(), ["a".to_owned(), "b".to_owned()].into()])
        .spelled("- a\n- b\n- a", ["a".to_owned(), "b".to_owned()].into())
        .check();
    of::<HashSet<Level>>("list of (one of: Low; High)")
        .json()
        .values([[Level::Low, Level::High].into()])
        .spelled("[\"low\"]", [Level::Low].into())
        .check();
    of::<BTreeSet<u128>>("list of integer")
        .json()
        .values([[0, u128::MAX].into()])
        .spelled("3", [3].into())
        .check();
}

macro_rules! integer_keys {
    ($($type:ty),*) => {$(
        of::<BTreeMap<$type, String>>("map from integer to text")
            .json()
            .values([
                BTreeMap::new(),
                [(<$type>::MIN, "least".to_owned()), (<$type>::MAX, "most".to_owned())].into(),
            ])
            .spelled("{'5': 'five'}", [(5, "five".to_owned())].into())
            .spelled("```\n{5: \"five\"}\n```", [(5, "five".to_owned())].into())
            .check();
    )*};
}

#[test]
fn maps_with_keys_of_every_width() {
    integer_keys!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);
}

#[test]
fn maps() {
    of::<HashMap<String, f64>>("map from text to number")
        .json()
        .values([HashMap::new(), [("a b".to_owned(), 0.5), (String::new(), -1.0)].into()])
        .spelled("{'a': 1,}", [("a".to_owned(), 1.0)].into())
        .spelled("[{\"key\": \"a\", \"value\": \"2\"}]", [("a".to_owned(), 2.0)].into())
        .check();
    of::<BTreeMap<String, u128>>("map from text to integer")
        .json()
        .values([[("a".to_owned(), u128::MAX), ("b".to_owned(), 1)].into()])
        .spelled(
            "{\"a\": 18446744073709551616}",
            [("a".to_owned(), 18_446_744_073_709_551_616)].into(),
        )
        .check();
    of::<BTreeMap<bool, u8>>("map from text to integer")
        .json()
        .values([[(true, 1), (false, 0)].into()])
        .spelled("{'true': 1}", [(true, 1)].into())
        .check();
    of::<BTreeMap<char, u8>>("map from text to integer")
        .json()
        .values([[('a', 1), (' ', 2), ('é', 3)].into()])
        .spelled("{'x': '9'}", [('x', 9)].into())
        .check();
    of::<BTreeMap<Level, Vec<u8>>>("map from (one of: High; Low) to list of integer")
        .json()
        .values([BTreeMap::new(), [(Level::Low, vec![1]), (Level::High, vec![])].into()])
        .spelled("{'low': [1]}", [(Level::Low, vec![1])].into())
        .check();
    // The keys are an enum with docs, which a schema of a map cannot carry.
    of::<BTreeMap<Mood, u8>>("map from text to integer")
        .json()
        .values([[(Mood::Good, 1)].into()])
        .spelled("{'so-so': 1}", [(Mood::SoSo, 1)].into())
        .check();
    of::<BTreeMap<String, BTreeMap<u8, Option<bool>>>>(
        "map from text to map from integer to optional boolean",
    )
    .json()
    .values([[("a".to_owned(), [(1, None), (2, Some(true))].into())].into()])
    .spelled("{'a': {'1': True}}", [("a".to_owned(), [(1, Some(true))].into())].into())
    .check();
}
