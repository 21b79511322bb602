//! What the name of one of OpenAI's models says about it.

/// Whether it is a reasoning model, which chooses its sampling itself.
pub(super) fn reasons(family: &str) -> bool {
    let series = |name: &str| {
        family.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if ["o1", "o3", "o4"].into_iter().any(series) {
        return true;
    }
    // One digit only: `gpt-35-turbo` is how some hosts spell 3.5.
    let mut rest = family.strip_prefix("gpt-").unwrap_or_default().chars();
    let (generation, next) = (rest.next(), rest.next());
    matches!(generation, Some('5'..='9'))
        && !next.is_some_and(|c| c.is_ascii_digit())
        && !family.contains("-chat")
}

/// Whether it is older than answers by schema.
pub(super) fn is_before_schemas(family: &str) -> bool {
    family == "gpt-4" || ["gpt-3", "gpt-4-"].iter().any(|old| family.starts_with(old))
}

/// Whether it is known not to reason.
pub(super) fn only_answers(family: &str) -> bool {
    ["gpt-3", "gpt-4", "chatgpt-"].iter().any(|old| family.starts_with(old))
}

/// Whether it is of the first series of reasoning models.
pub(super) fn is_first_series(family: &str) -> bool {
    family.starts_with("o1")
}
