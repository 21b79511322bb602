//! JUnit's XML.

use super::check::QualityCheck;

pub(super) fn junit(checks: &[QualityCheck], suite: &str) -> String {
    let failures = checks.iter().filter(|check| !check.passed).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\"", checks.len());
    let suite = escaped(suite);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{suite}\" {counts}>\n  \
         <testsuite name=\"{suite}\" {counts} skipped=\"0\">\n"
    );
    for check in checks {
        let (name, message) = (escaped(&check.name), escaped(&check.message));
        text.push_str(&format!("    <testcase classname=\"{suite}\" name=\"{name}\""));
        text.push_str(&match check.passed {
            true => format!(">\n      <system-out>{message}</system-out>\n"),
            false => format!(
                ">\n      <failure message=\"{message}\" type=\"quality\">{message}</failure>\n"
            ),
        });
        text.push_str("    </testcase>\n");
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// Text for content and attributes. What XML 1.0 cannot say at all becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
