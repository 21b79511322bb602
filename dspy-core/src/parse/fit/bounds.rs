//! The bounds of numbers, by keyword and by format.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::whole::Whole;

/// The smallest and largest integer of a format that schemas of Rust types name.
fn format_range(format: &str) -> (Whole, Whole) {
    let signed = |least: i128, most: i128| (Whole::from(least), Whole::from(most));
    let unsigned = |most: u128| (Whole::from(0_u128), Whole::from(most));
    match format {
        "int8" => signed(i8::MIN.into(), i8::MAX.into()),
        "int16" => signed(i16::MIN.into(), i16::MAX.into()),
        "int32" => signed(i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => signed(i64::MIN.into(), i64::MAX.into()),
        "int128" => signed(i128::MIN, i128::MAX),
        "uint8" => unsigned(u8::MAX.into()),
        "uint16" => unsigned(u16::MAX.into()),
        "uint32" => unsigned(u32::MAX.into()),
        "uint64" | "uint" => unsigned(u64::MAX.into()),
        "uint128" => unsigned(u128::MAX),
        // What a JSON number can hold.
        _ => signed(i64::MIN.into(), u64::MAX.into()),
    }
}

/// Whether the integer is one of those that the schema's format names.
pub(super) fn is_in_format(whole: Whole, schema: &Value) -> bool {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let (least, most) = format_range(format);
    (least..=most).contains(&whole)
}

/// Whether an integer keeps to the bounds of its schema.
pub(super) fn holds(whole: Whole, schema: &Value) -> bool {
    let is_multiple =
        |step: &Number| whole.is_multiple_of(step).unwrap_or_else(|| steps(whole.as_f64(), step));
    within(schema, |bound| whole.compare(bound))
        && schema.get("multipleOf").and_then(Value::as_number).is_none_or(is_multiple)
}

/// Whether a number keeps to the bounds of its schema, and to its format.
pub(super) fn admits(number: &Number, schema: &Value) -> bool {
    let single = schema.get("format").is_some_and(|format| format == "float");
    #[allow(clippy::cast_possible_truncation)] // what cannot be held becomes infinite
    let finite = !single || number.as_f64().is_none_or(|number| (number as f32).is_finite());
    finite && within(schema, |bound| compare(number, bound)) && is_multiple(number, schema)
}

fn within(schema: &Value, compare: impl Fn(&Number) -> Option<Ordering>) -> bool {
    if schema.as_object().is_some_and(|schema| schema.len() == 1) {
        // Nothing but the type.
        return true;
    }
    let order = |key: &str| compare(schema.get(key)?.as_number()?);
    order("minimum").is_none_or(Ordering::is_ge)
        && order("exclusiveMinimum").is_none_or(Ordering::is_gt)
        && order("maximum").is_none_or(Ordering::is_le)
        && order("exclusiveMaximum").is_none_or(Ordering::is_lt)
}

/// What the schema asks for, in words.
pub(super) fn described(noun: &str, schema: &Value) -> String {
    let bound = |key: &str| schema.get(key).and_then(Value::as_number);
    let (above, below) = (bound("exclusiveMinimum"), bound("exclusiveMaximum"));
    let range = match (bound("minimum"), bound("maximum"), above, below) {
        (Some(low), Some(high), _, _) => format!(" between {low} and {high}"),
        (low, high, above, below) => {
            let parts = [
                low.map(|low| format!("at least {low}")),
                above.map(|low| format!("greater than {low}")),
                high.map(|high| format!("at most {high}")),
                below.map(|high| format!("less than {high}")),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            if parts.is_empty() { String::new() } else { format!(" {}", parts.join(" and ")) }
        }
    };
    let steps = bound("multipleOf").map(|step| format!(" that is a multiple of {step}"));
    format!("{noun}{range}{}", steps.unwrap_or_default())
}

/// What the schema asks for if its format is what a number breaks.
pub(super) fn described_by_format(noun: &str, schema: &Value) -> String {
    match schema.get("format").and_then(Value::as_str) {
        Some(format) => format!("{noun} within the range of {format}"),
        None => described(noun, schema),
    }
}

fn compare(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn is_multiple(number: &Number, schema: &Value) -> bool {
    let Some(step) = schema.get("multipleOf").and_then(Value::as_number) else {
        return true;
    };
    let whole = Whole::read(&number.to_string()).and_then(|whole| whole.is_multiple_of(step));
    whole.unwrap_or_else(|| number.as_f64().is_none_or(|number| steps(number, step)))
}

/// Whether so many steps make the number, give or take what floats cannot tell.
fn steps(number: f64, step: &Number) -> bool {
    let Some(step) = step.as_f64() else {
        return true;
    };
    let times = number / step;
    (times - times.round()).abs() <= 1e-9 * times.abs().max(1.0)
}
