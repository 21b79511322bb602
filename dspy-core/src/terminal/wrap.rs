//! Wrapping: long lines in several, each of the others a little further in.

use super::WIDTH;

/// How far in the rest of a line stands, beyond the line itself.
const HANG: usize = 2;
/// What stands further in than this is wrapped as if it stood here.
const DEEPEST: usize = 40;

/// A text in lines of 80 columns at most. What does not fit goes on below, two columns further in; lines
/// that fit stay as they are. Characters that would steer a terminal are shown as `�`.
///
/// ```
/// let text = format!("- {}", "word ".repeat(20));
/// let lines: Vec<String> =
///     dspy::terminal::wrapped(&text).lines().map(str::to_owned).collect();
/// assert!(lines[0].len() <= 80 && lines[1].starts_with("  word"));
/// ```
pub fn wrapped(text: &str) -> String {
    let mut all = String::with_capacity(text.len() + text.len() / 40);
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line.strip_suffix('\r').unwrap_or(line), "\n"),
            None => (line, ""),
        };
        let hang = line.chars().take_while(|c| *c == ' ').count().min(DEEPEST) + HANG;
        all.push_str(&lines(line, 0, hang).join("\n"));
        all.push_str(end);
    }
    all
}

/// One line as several: the first has room for `first` columns less, the others stand `hang` further in.
pub(super) fn lines(line: &str, first: usize, hang: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut now = String::new();
    let mut used = first;
    // Where the line may be broken: bytes and columns before and with the last blank.
    let mut blank: Option<(usize, usize)> = None;
    for c in line.chars().map(shown) {
        let c = if c == '\t' { ' ' } else { c };
        let wide = columns(c);
        if used + wide > WIDTH && !(c == ' ' && blank.is_none()) {
            let rest = match blank.filter(|_| c != ' ') {
                Some((before, after)) => {
                    let rest = now.get(after..).unwrap_or_default().to_owned();
                    now.truncate(before);
                    rest
                }
                None => String::new(),
            };
            all.push(std::mem::take(&mut now).trim_end().to_owned());
            now.extend(std::iter::repeat_n(' ', hang));
            used = hang + rest.chars().map(columns).sum::<usize>();
            now.push_str(&rest);
            blank = None;
            if c == ' ' {
                continue;
            }
        }
        if c == ' ' && !now.trim_end().is_empty() {
            blank = Some((now.len(), now.len() + 1));
        }
        now.push(c);
        used += wide;
    }
    if !now.trim().is_empty() || all.is_empty() {
        all.push(if all.is_empty() { now } else { now.trim_end().to_owned() });
    }
    all
}

fn shown(c: char) -> char {
    if c.is_control() && c != '\t' { '\u{fffd}' } else { c }
}

/// How many columns a character takes, as far as its block of Unicode tells.
pub(super) fn columns(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200f | 0x2060..=0x2064 | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}
