//! Bounds: the limits a field's constraints put on its values.

/// Limits of a number, or of the length of a text or list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bounds {
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    /// Whether `min` itself is excluded.
    pub(super) above: bool,
    /// Whether `max` itself is excluded.
    pub(super) below: bool,
    pub(super) min_len: Option<usize>,
    pub(super) max_len: Option<usize>,
}

#[derive(Clone, Copy)]
enum Side {
    Min,
    Above,
    Max,
    Below,
}

/// What prose says for a limit; where one phrase contains another the longer stands first.
const PHRASES: &[(&str, Side)] = &[
    ("greater than or equal", Side::Min),
    ("less than or equal", Side::Max),
    ("no less than", Side::Min),
    ("no more than", Side::Max),
    ("not less than", Side::Min),
    ("not more than", Side::Max),
    ("at least", Side::Min),
    ("at most", Side::Max),
    ("up to", Side::Max),
    ("minimum", Side::Min),
    ("maximum", Side::Max),
    (">=", Side::Min),
    ("<=", Side::Max),
    ("≥", Side::Min),
    ("≤", Side::Max),
    ("greater than", Side::Above),
    ("more than", Side::Above),
    ("less than", Side::Below),
    ("above", Side::Above),
    ("below", Side::Below),
    (">", Side::Above),
    ("<", Side::Below),
];

const LENGTH: &[&str] = &["length", "character", "item", "element", "entries"];

impl Bounds {
    /// Reads limits from a field's constraints or description.
    pub(super) fn read(text: &str) -> Self {
        let mut text = text.to_lowercase();
        // What is said of each item, and examples, are no limits of the field itself.
        for other in ["each item ", "each item: ", "each value ", "each value: ", "for example: "] {
            if let Some(at) = text.find(other) {
                let end = text.get(at..).and_then(|rest| rest.find('\n')).map(|len| at + len);
                text.replace_range(at..end.unwrap_or(text.len()), "");
            }
        }
        let mut bounds = Self::default();
        for (open, middle) in [("between", " and "), ("from", " to ")] {
            bounds.read_range(&text, open, middle);
        }
        for clause in text.split([';', '\n']).flat_map(|c| c.split(", ")) {
            for clause in clause.split(" and ") {
                bounds.read_clause(clause);
            }
        }
        bounds
    }

    fn read_range(&mut self, text: &str, open: &str, middle: &str) {
        for (_, rest) in
            text.match_indices(open).map(|(at, found)| (at, text.get(at + found.len()..)))
        {
            let Some((low, high)) = rest.and_then(|rest| rest.split_once(middle)) else {
                continue;
            };
            let (Ok(low), Some(high)) = (low.trim().parse::<f64>(), first_number(high, true))
            else {
                continue;
            };
            self.min.get_or_insert(low);
            self.max.get_or_insert(high);
        }
    }

    fn read_clause(&mut self, clause: &str) {
        if let Some(rest) = clause.trim().strip_prefix("exactly ") {
            self.read_clause(&format!("at least {rest}"));
            return self.read_clause(&format!("at most {rest}"));
        }
        let Some((at, phrase, side)) = PHRASES
            .iter()
            .find_map(|(phrase, side)| clause.find(phrase).map(|at| (at, phrase, *side)))
        else {
            return;
        };
        let after = clause.get(at + phrase.len()..).unwrap_or_default();
        let Some(number) = first_number(after, false) else {
            return;
        };
        if LENGTH.iter().any(|word| clause.contains(word)) {
            let length = number.max(0.0) as usize;
            match side {
                Side::Min | Side::Above => self.min_len = Some(length),
                Side::Max | Side::Below => self.max_len = Some(length),
            }
            return;
        }
        match side {
            Side::Min | Side::Above => {
                self.min = Some(number);
                self.above = matches!(side, Side::Above);
            }
            Side::Max | Side::Below => {
                self.max = Some(number);
                self.below = matches!(side, Side::Below);
            }
        }
    }

    /// Takes limits on a value for limits on its length, which is all that a text or list has.
    pub(super) fn limit_length(&mut self) {
        let length = |limit: f64| limit.max(0.0) as usize;
        self.min_len = self.min_len.or(self.min.take().map(length));
        self.max_len = self.max_len.or(self.max.take().map(length));
    }

    /// The value nearest to `value` within the limits; a whole one on request.
    pub(super) fn clamp(&self, value: f64, whole: bool) -> f64 {
        let gap = match (self.min, self.max) {
            _ if whole => 1.0,
            (Some(min), Some(max)) => (max - min).abs() / 100.0,
            _ => 0.01,
        };
        let mut value = if whole { value.round() } else { value };
        if let Some(max) = self.max {
            let max = if whole { max.floor() } else { max };
            let excluded = self.below && value >= max;
            value = if excluded { max - gap } else { value.min(max) };
        }
        if let Some(min) = self.min {
            let min = if whole { min.ceil() } else { min };
            let excluded = self.above && value <= min;
            value = if excluded { min + gap } else { value.max(min) };
        }
        value
    }

    /// Whether a number is within the limits.
    pub(super) fn admits(&self, value: f64) -> bool {
        self.min.is_none_or(|min| if self.above { value > min } else { value >= min })
            && self.max.is_none_or(|max| if self.below { value < max } else { value <= max })
    }

    /// A text cut to the largest length allowed, in characters.
    pub(super) fn cut(&self, mut text: String) -> String {
        if let Some((end, _)) = self.max_len.and_then(|max| text.char_indices().nth(max)) {
            text.truncate(end);
        }
        text
    }
}

/// The first number of a text; with `leading` only if nothing but spaces stands before it.
fn first_number(text: &str, leading: bool) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let minus = text.get(..start).is_some_and(|before| before.ends_with('-'));
    if leading && !text.get(..start)?.trim().trim_end_matches('-').is_empty() {
        return None;
    }
    let digits = text.get(start..)?;
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
    let number: f64 = digits.get(..end)?.trim_end_matches('.').parse().ok()?;
    Some(if minus { -number } else { number })
}
