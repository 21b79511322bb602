//! The notation on one line.

/// Joins the lines of the notation. What stands behind `//` comes to stand in `/* … */`, and what is
/// said of an object ahead of it; definitions come after `where`.
pub(super) fn joined(notation: &str) -> String {
    let mut out = String::new();
    for (index, block) in notation.split("\n\n").enumerate() {
        out.push_str(["", "; where ", "; "].get(index.min(2)).unwrap_or(&""));
        for line in block.lines() {
            push_line(&mut out, line.trim());
        }
    }
    out
}

fn push_line(out: &mut String, line: &str) {
    let (code, said) = apart(line);
    if code.starts_with('}') && out.ends_with(',') {
        out.pop();
    }
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
    let said = said.trim().replace("*/", "* /");
    let (code, end) = match (said.is_empty(), code.strip_suffix('{'), code.strip_suffix(',')) {
        (true, ..) => return out.push_str(code),
        (_, Some(code), _) => (code, " {"),
        (_, _, Some(code)) => (code, ","),
        _ => (code, ""),
    };
    out.push_str(code.trim_end());
    if !code.trim_end().is_empty() {
        out.push(' ');
    }
    out.push_str("/* ");
    out.push_str(&said);
    out.push_str(" */");
    out.push_str(end);
}

/// A line's notation and the comment behind it.
fn apart(line: &str) -> (&str, &str) {
    let (mut quoted, mut escaped, mut slash) = (false, false, false);
    for (at, c) in line.char_indices() {
        if c == '/' && slash && !quoted {
            let code = line.get(..at.saturating_sub(1)).unwrap_or_default().trim_end();
            return (code, line.get(at + 1..).unwrap_or_default());
        }
        slash = c == '/';
        match c {
            '"' if !escaped => quoted = !quoted,
            '\\' => escaped = quoted && !escaped,
            _ => {}
        }
        escaped &= c == '\\';
    }
    (line, "")
}
