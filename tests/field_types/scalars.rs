//! Numbers, booleans, characters, texts.

use std::fmt::Debug;

use dspy::prelude::*;
use dspy::row::read_csv_from;
use dspy::signature::{Data, SignatureRow};

use crate::field_types::harness::{Echo, EchoInput, EchoOutput, comes_back, of};
use crate::field_types::scripted::{Scripted, sections};

const WHOLE: &str = "an integer";

macro_rules! integers {
    ($($type:ty),*) => {$(
        of::<$type>("integer")
            .noted(WHOLE)
            .values([<$type>::MIN, 0, 1, 100, <$type>::MAX])
            .spelled(&format!("**{}**", <$type>::MAX), <$type>::MAX)
            .spelled(&format!("The answer is {}.", <$type>::MIN), <$type>::MIN)
            .spelled("```json\n42\n```", 42)
            .spelled("\"7\"", 7)
            .check();
    )*};
}

#[test]
fn integers_of_all_widths_at_their_extremes() {
    integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);
    of::<i128>("integer")
        .noted(WHOLE)
        .values([i128::from(i64::MIN) - 1, i128::from(u64::MAX) + 1])
        .spelled("-170,141,183,460,469,231,731,687,303,715,884,105,728", i128::MIN)
        .check();
    of::<std::num::NonZeroU8>("integer")
        .noted(WHOLE)
        .values([std::num::NonZeroU8::MIN, std::num::NonZeroU8::MAX])
        .spelled("`5`", std::num::NonZeroU8::new(5).unwrap())
        .check();
}

#[test]
fn floats_keep_every_bit() {
    of::<f64>("number")
        .noted("a number")
        .values([0.0, 1.0, 0.1 + 0.2, f64::MAX, f64::MIN, f64::EPSILON, 1e21, 123_456_789.123])
        .spelled("$1,200.50", 1200.5)
        .spelled("**-3**", -3.0)
        .check();
    of::<f32>("number")
        .noted("a number")
        .values([0.0, 0.1, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 16_777_217.0])
        .spelled("0.1", 0.1)
        .spelled("85%", 85.0)
        .check();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for float in [-0.0, 5e-324, f64::MIN_POSITIVE / 3.0, f64::MIN_POSITIVE, 2.0_f64.powi(-1074)] {
        assert_eq!(runtime.block_on(comes_back(&float)).to_bits(), float.to_bits(), "{float:e}");
    }
    for float in [-0.0, f32::from_bits(1), f32::MIN_POSITIVE / 3.0] {
        assert_eq!(runtime.block_on(comes_back(&float)).to_bits(), float.to_bits(), "{float:e}");
    }
}

#[test]
fn booleans() {
    of::<bool>("boolean")
        .noted("True or False")
        .values([true, false])
        .spelled("Yes.", true)
        .spelled("**false**", false)
        .check();
}

#[test]
fn characters() {
    of::<char>("text")
        .values([
            'a',
            'é',
            '.',
            '"',
            '\'',
            '\\',
            '*',
            '`',
            '5',
            '-',
            '{',
            '[',
            '\u{10ffff}',
            '\u{1}',
        ])
        .spelled("\"A\"", 'A')
        .spelled("**A**", 'A')
        .spelled("' '", ' ')
        .check();
}

#[test]
fn texts() {
    let texts = [
        "",
        "a\r\nb",
        "plain",
        "5",
        "null",
        "true",
        "None",
        "{\"a\": 1}",
        "[1, 2]",
        "\"quoted\"",
        "**bold**",
        "two\nlines\n\nand a third",
        "日本語 😀 e\u{301} \u{202e}rtl",
        "```\ncode\n```",
        "\\",
        "\\n",
        "[[ ## completed ## ]]",
        "a\n[[ ## answer ## ]]\nb",
        "\\[[ ## hint ## ]]",
        "[[ ## x",
        "# note: one of, exactly as written: a; b",
        "<think>not a thought",
        "<b>x</b>",
    ];
    of::<String>("text")
        .values(texts.map(str::to_owned))
        .spelled("  padded\n", "padded".to_owned())
        .check();
    of::<Box<str>>("text").values(["a".into()]).spelled("b", "b".into()).check();
    of::<std::sync::Arc<str>>("text").values(["a".into()]).spelled("b", "b".into()).check();
    of::<std::path::PathBuf>("text").values(["a/b".into()]).spelled("c", "c".into()).check();
}

#[test]
fn the_unit_is_null() {
    of::<()>("nothing").json().values([()]).spelled("null", ()).check();
}

#[test]
fn options() {
    of::<Option<u8>>("optional integer")
        .noted("an integer, or None")
        .values([None, Some(0), Some(255)])
        .spelled("null", None)
        .spelled("N/A", None)
        .spelled("**3**", Some(3))
        .check();
    of::<Option<String>>("optional text")
        .noted("text, or None")
        .values([None, Some("a".to_owned()), Some("no".to_owned())])
        .spelled("", None)
        .check();
    of::<Option<u128>>("optional integer")
        .noted("an integer, or None")
        .values([None, Some(0), Some(u128::MAX)])
        .spelled("None", None)
        .check();
    // JSON has one null: `Some(None)` is not told from `None`.
    of::<Option<Option<bool>>>("optional boolean")
        .noted("True or False, or None")
        .values([None, Some(Some(true))])
        .spelled("no", Some(Some(false)))
        .check();
}

#[test]
fn a_float_that_is_no_number_is_refused_before_any_call() {
    let predict = Predict::<Echo<f64>>::new().with_lm(Lm::embedded());
    let error = predict.explain(EchoInput { hint: "h".into(), given: f64::NAN }).unwrap_err();
    assert!(error.to_string().contains("the number NaN has no form in JSON"), "{error}");
}

#[tokio::test]
async fn reasoning_stands_before_an_integer_of_128_bits() {
    let text = sections(&[("reasoning", "It is large."), ("answer", &u128::MAX.to_string())]);
    let think = ChainOfThought::<Echo<u128>>::new().with_lm(Scripted::text(&text).lm());
    let out = think.call(EchoInput { hint: "h".into(), given: 1 }).await.unwrap().into_output();
    assert_eq!((out.reasoning.as_str(), out.answer), ("It is large.", u128::MAX));
    let json = dspy::wire::to_value(&out).unwrap();
    assert_eq!(json["answer"], u128::MAX.to_string());
    let read: dspy::signature::Reasoned<EchoOutput<u128>> = dspy::wire::from_value(json).unwrap();
    assert_eq!(read.answer, u128::MAX);
}

#[test]
fn cells_of_a_file_are_read_by_type() {
    use std::net::Ipv4Addr;

    fn cell<T: Data + Debug>(cell: &str) -> Result<T, String> {
        let file = format!("hint,given,answer\nh,{cell},{cell}\n");
        let rows = read_csv_from::<Echo<T>>(file.as_bytes(), "x.csv");
        rows.map(|rows| rows[0].output_part().answer).map_err(|error| error.to_string())
    }
    assert_eq!(cell::<u128>(&u128::MAX.to_string()).unwrap(), u128::MAX);
    assert_eq!(cell::<Ipv4Addr>(" 10.0.0.1 ").unwrap(), Ipv4Addr::new(10, 0, 0, 1));
    let error = cell::<Ipv4Addr>("10.0.0.256").unwrap_err();
    assert!(error.contains("expected an IPv4 address, such as `192.0.2.1`"), "{error}");
    assert!(cell::<u128>("-1").is_err());
}

#[tokio::test]
async fn bounds_hold_for_integers_of_128_bits() {
    /// Guess.
    #[derive(Signature)]
    struct Guess {
        #[input]
        hint: String,
        #[output(ge = 10, lt = 1e30)]
        number: u128,
    }
    let guess = async |number: &str| {
        let model = Scripted::text(&sections(&[("number", number)]));
        let predict = Predict::<Guess>::new().with_lm(model.lm()).with_follow_ups(0);
        predict.call("h").await.map(|it| it.into_output().number).map_err(|e| e.to_string())
    };
    assert_eq!(guess("10").await.unwrap(), 10);
    assert_eq!(guess("18,446,744,073,709,551,616").await.unwrap(), 18_446_744_073_709_551_616);
    assert!(guess("9").await.unwrap_err().contains("at least 10"));
    assert!(guess(&u128::MAX.to_string()).await.is_err());
}

#[test]
fn boxes_and_shared_values_are_what_they_hold() {
    of::<Box<u16>>("integer")
        .noted(WHOLE)
        .values([Box::new(7)])
        .spelled("`8`", Box::new(8))
        .check();
    of::<std::sync::Arc<bool>>("boolean")
        .noted("True or False")
        .values([true.into()])
        .spelled("no", false.into())
        .check();
}
