//! Models whose answers fit every task of these tests.

use dspy::lm::{Completion, LmError, Request, Response, Scripted};

/// The answer of these sections.
pub(crate) fn sections(fields: &[(&str, &str)]) -> String {
    let section = |(name, value): &(&str, &str)| format!("[[ ## {name} ## ]]\n{value}\n\n");
    fields.iter().map(section).collect::<String>() + "[[ ## completed ## ]]"
}

/// Answers with the outputs that a request asks for, by `value` of their names, as often as it asks.
pub(crate) fn answering(
    value: impl Fn(&Request, &str, usize) -> String + Send + Sync + 'static,
) -> Scripted {
    Scripted::with(move |request: &Request, before| {
        let mut response = Response::default();
        for _ in 0..request.settings.n.unwrap_or(1) {
            let values: Vec<(String, String)> = outputs(request)
                .into_iter()
                .map(|name| (name.clone(), value(request, &name, before)))
                .collect();
            let fields: Vec<_> = values.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            response.completions.push(Completion::text(sections(&fields)));
        }
        response.usage.prompt_tokens = 10;
        Ok::<_, LmError>(response)
    })
}

/// Always the same: `Paris` for an answer, no advice. Agents finish at once; code first fails, and
/// asks a model where it can.
pub(crate) fn steady() -> Scripted {
    answering(|_, name, before| match (name, before) {
        ("next_tool_name", _) => "finish".to_owned(),
        ("next_tool_args", _) => "{}".to_owned(),
        ("finished", _) => "true".to_owned(),
        ("generated_code", 0) => "fail at first".to_owned(),
        ("generated_code", _) => "print done".to_owned(),
        ("code", _) => r#"call llm_query {"prompt": "What does it say?"}"#.to_owned(),
        _ => steady_value(name),
    })
}

pub(crate) fn steady_value(name: &str) -> String {
    match name {
        "advice" => "{}".to_owned(),
        "answer" => "Paris".to_owned(),
        other => format!("some {other}"),
    }
}

/// The names of the outputs that the system message lists.
pub(crate) fn outputs(request: &Request) -> Vec<String> {
    let system = request.messages[0].text();
    let (_, list) = system.split_once("These are the output fields:\n").expect("a list of outputs");
    let item = |line: &str| {
        let (number, rest) = line.split_once(". `")?;
        number.parse::<u32>().ok()?;
        Some(rest.split_once('`')?.0.to_owned())
    };
    list.lines().take_while(|line| !line.trim().is_empty()).filter_map(item).collect()
}

/// The text of the last message.
pub(crate) fn question(request: &Request) -> String {
    request.messages.last().expect("a message").text()
}
