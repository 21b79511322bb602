//! Reading a page back the way a strict browser does: which elements and attributes it has.

/// Elements that pages are made of.
const ELEMENTS: &str = "html head meta title style body a header p h1 h2 h3 h4 h5 ul li nav main section \
    footer script noscript dl dt dd div span strong code pre details summary table caption thead tbody \
    tr th td svg line circle rect path text desc figure figcaption mark";
/// Attributes of theirs.
const ATTRIBUTES: &str = "lang charset http-equiv content name class href id aria-label aria-labelledby \
    aria-hidden role type tabindex scope data-sort data-value data-compared colspan open title viewBox \
    focusable preserveAspectRatio x y x1 x2 y1 y2 width height cx cy r d dy";

/// What a page is made of.
pub(crate) struct Parsed {
    pub(crate) scripts: usize,
    pub(crate) styles: Vec<String>,
    /// The text outside of elements, scripts and styles, still escaped.
    pub(crate) text: String,
    /// The items' JSON, where there is some.
    pub(crate) data: Option<serde_json::Value>,
}

/// Reads a page; panics at whatever pages are not made of.
pub(crate) fn parse(html: &str) -> Parsed {
    let mut parsed = Parsed { scripts: 0, styles: Vec::new(), text: String::new(), data: None };
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("a doctype");
    while let Some(begin) = rest.find('<') {
        parsed.text.push_str(&rest[..begin]);
        rest = &rest[begin..];
        let is_end = rest.starts_with("</");
        let (name, attributes, after) = tag(rest);
        rest = after;
        if is_end {
            continue;
        }
        let raw = |end: &str| {
            let length = after.find(end).expect("an end");
            (after[..length].to_owned(), &after[length..])
        };
        match name {
            "script" => {
                let (content, after) = raw("</script");
                parsed.scripts += 1;
                if attributes
                    .iter()
                    .any(|(name, value)| name == "type" && value == "application/json")
                {
                    assert!(!content.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
                    parsed.data = Some(serde_json::from_str(&content).expect("JSON"));
                }
                rest = after;
            }
            "style" => {
                let (content, after) = raw("</style");
                parsed.styles.push(content);
                rest = after;
            }
            _ => {}
        }
    }
    parsed.text.push_str(rest);
    parsed
}

/// An element's tag: its name, its attributes, and what follows it.
fn tag(text: &str) -> (&str, Vec<(String, String)>, &str) {
    let inner = text.strip_prefix('<').expect("a tag");
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let length = inner.find(|c: char| !c.is_ascii_alphanumeric()).expect("an end");
    let name = &inner[..length];
    assert!(ELEMENTS.split_whitespace().any(|known| known == name), "element `{name}`");
    let mut rest = &inner[length..];
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return (name, attributes, after);
        }
        let length = rest.find(['=', '>', ' ']).expect("an attribute");
        let attribute = &rest[..length];
        assert!(
            ATTRIBUTES.split_whitespace().any(|known| known == attribute),
            "attribute `{attribute}` of `{name}`"
        );
        rest = &rest[length..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"').expect("a quote");
            value = quoted[..end].to_owned();
            rest = &quoted[end + 1..];
        }
        if attribute == "href" {
            assert!(value.starts_with('#'), "a link to `{value}`");
        }
        attributes.push((attribute.to_owned(), value));
    }
}
