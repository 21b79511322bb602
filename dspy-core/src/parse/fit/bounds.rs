//! The bounds of numbers, by keyword and by format.

use serde_json::{Number, Value};

/// The smallest and largest integer of a format that schemas of Rust types name.
fn format_range(format: &str) -> (i128, i128) {
    match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" | "uint" | "uint128" => (0, u64::MAX.into()),
        // What a JSON value of this crate can hold.
        _ => (i64::MIN.into(), u64::MAX.into()),
    }
}

/// The integers that the schema's format allows, if it names one.
pub(super) fn integers(schema: &Value) -> (i128, i128) {
    format_range(schema.get("format").and_then(Value::as_str).unwrap_or_default())
}

/// Whether a number keeps to the bounds of its schema.
pub(super) fn within(number: &Number, schema: &Value) -> bool {
    let order = |key: &str| {
        let bound = schema.get(key)?.as_number()?;
        compare(number, bound)
    };
    let low = order("minimum").is_none_or(std::cmp::Ordering::is_ge)
        && order("exclusiveMinimum").is_none_or(std::cmp::Ordering::is_gt);
    let high = order("maximum").is_none_or(std::cmp::Ordering::is_le)
        && order("exclusiveMaximum").is_none_or(std::cmp::Ordering::is_lt);
    let single = schema.get("format").is_some_and(|format| format == "float");
    let finite =
        !single || number.as_f64().is_none_or(|number| number.abs() <= f64::from(f32::MAX));
    low && high && finite && is_multiple(number, schema)
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
    let words = described(noun, schema);
    match schema.get("format").and_then(Value::as_str) {
        Some(format) if words == noun => format!("{noun} within the range of {format}"),
        _ => words,
    }
}

fn compare(left: &Number, right: &Number) -> Option<std::cmp::Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn is_multiple(number: &Number, schema: &Value) -> bool {
    let Some(step) = schema.get("multipleOf").and_then(Value::as_number) else {
        return true;
    };
    match (number.as_i128(), step.as_i128()) {
        (Some(_), Some(0)) => true,
        (Some(number), Some(step)) => number % step == 0,
        _ => {
            let (Some(number), Some(step)) = (number.as_f64(), step.as_f64()) else {
                return true;
            };
            let times = number / step;
            (times - times.round()).abs() <= 1e-9 * times.abs().max(1.0)
        }
    }
}
