//! The spellings under which a model may stand in a table.

/// `label`, then shorter and shorter forms of it.
pub(super) fn spellings(label: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(label), |label| shorter(label))
}

/// `label` without what comes last and names only one state of the same model.
fn shorter(label: &str) -> Option<&str> {
    // `PROVIDER/ft:BASE:organization:name:id`
    if let Some(fine_tuned) = label.find("/ft:") {
        let base = fine_tuned + "/ft:".len();
        if let Some(colon) = label.get(base..)?.find(':') {
            return label.get(..base + colon);
        }
    }
    if let Some(short) = label.strip_suffix("-latest") {
        return Some(short);
    }
    let (rest, last) = label.rsplit_once('-')?;
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if digits(last, 8) && last.starts_with("20") {
        return Some(rest);
    }
    // `-2025-08-07`
    let (rest, month) = rest.rsplit_once('-')?;
    let (rest, year) = rest.rsplit_once('-')?;
    (digits(last, 2) && digits(month, 2) && digits(year, 4)).then_some(rest)
}
