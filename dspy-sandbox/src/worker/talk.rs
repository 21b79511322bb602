//! Lines of JSON over standard input and output.

use std::io::{BufRead, Write, stdin, stdout};

use dspy_core::interpreter::Limits;
use serde_json::Value;

use crate::frame::{Order, Report};

/// The host does not listen any more, or speaks what it should not.
#[derive(Debug)]
pub(super) struct Gone;

/// Says something to the host.
pub(super) fn tell(report: &Report) -> Result<(), Gone> {
    let mut line = serde_json::to_vec(report).map_err(|_| Gone)?;
    line.push(b'\n');
    let mut out = stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).map_err(|_| Gone)
}

/// Waits for the host's next order. `before` sees the limits of a first order before it is read as a
/// whole.
pub(super) fn hear(before: impl FnOnce(&Limits)) -> Result<Order, Gone> {
    let mut line = Vec::new();
    let read = stdin().lock().read_until(b'\n', &mut line).map_err(|_| Gone)?;
    if read == 0 {
        return Err(Gone);
    }
    // The host is trusted, and as deep as the user's data goes.
    let order: Order = serde_json::from_slice(&line).map_err(|_| Gone)?;
    if let Order::Start { limits, .. } = &order {
        before(limits);
    }
    Ok(order)
}

/// How many bytes a value takes as JSON, at least.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(weight).sum::<usize>() + 2,
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| name.len() + 3 + weight(value)).sum::<usize>() + 2
        }
        _ => 4,
    }
}
