//! The command `metrics`: what our metrics give, for comparison with others.

use std::io;
use std::path::Path;

use dspy::metric::{
    Score, Tolerance, answer_in_passage, bleu, edit_similarity, exact_match, hotpot_f1,
    last_number, near, normalize_text, rouge_l, token_f1,
};
use serde_json::{Value, json};

use crate::lines::{Answer, answer_each};

/// Answers each case: `id`, `prediction`, `references`, `passages`, and `numbers`, a pair.
pub(crate) fn run(cases: &Path) -> io::Result<()> {
    answer_each(cases, answer)
}

fn answer(case: &Answer) -> Result<Answer, String> {
    let text = |name: &str| {
        case.get(name).and_then(Value::as_str).ok_or_else(|| format!("`{name}` must be text"))
    };
    let texts = |name: &str| -> Result<Vec<String>, String> {
        let list = case.get(name).cloned().unwrap_or_else(|| json!([]));
        serde_json::from_value(list).map_err(|error| format!("`{name}`: {error}"))
    };
    let (prediction, references) = (text("prediction")?, texts("references")?);
    let passages = texts("passages")?;
    let numbers: (f64, f64, f64, f64) =
        serde_json::from_value(case.get("numbers").cloned().unwrap_or_else(|| json!([0, 0, 0, 0])))
            .map_err(|error| format!("`numbers`: {error}"))?;
    let (a, b, relative, absolute) = numbers;
    let value = |score: Score| score.value;
    let answer = json!({
        "id": case.get("id"),
        "normalized": normalize_text(prediction),
        "exact_match": value(exact_match(prediction, &references)),
        "token_f1": value(token_f1(prediction, &references)),
        "hotpot_f1": value(hotpot_f1(prediction, &references)),
        "answer_in_passage": value(answer_in_passage(&passages, &references)),
        "rouge_l": value(rouge_l(prediction, &references)),
        "bleu": value(bleu(prediction, &references)),
        "edit_similarity": value(edit_similarity(prediction, &references)),
        "near": value(near(a, b, Tolerance::relative(relative).or_absolute(absolute))),
        "last_number": last_number(prediction),
    });
    match answer {
        Value::Object(answer) => Ok(answer),
        other => Err(format!("no object: {other}")),
    }
}
