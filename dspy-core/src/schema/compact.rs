//! A short notation for types, for prompts.

mod line;
mod said;

use std::fmt::Write as _;

use serde_json::Value;

use super::shape::{Document, Key, Kind, Property, Rest, Shape};
use said::{Said, line};

/// An object without comments stands on one line if that is no longer than this.
const LINE: usize = 60;

/// Definitions within definitions are written in place, but no more deeply than this.
const MAX_INLINED: usize = 8;

/// The type as a prompt shows it: much shorter than its JSON Schema, with all that a model has to
/// know to write a value.
///
/// | notation | means |
/// |---|---|
/// | `text`, `integer`, `number`, `boolean`, `null`, `anything` | themselves |
/// | `"Low" \| "High"` | one of these values |
/// | `optional T` | `T`; or null, or, as a field, left out |
/// | `[T]` | a list |
/// | `[T, U]` | a list of exactly these |
/// | `{ name: T, … }` | an object |
/// | `{ [text]: T }` | an object whose keys are free; `[integer]`: whole numbers |
/// | `T \| U` | either |
/// | `// …` | what a field or type means, its constraints, its default |
///
/// A type that is used more than once, or within itself, is written once, below, and stands
/// elsewhere by its name. The text grows linearly with the schema, and equal schemas give equal
/// texts. References are resolved within `root`.
///
/// ```
/// #[dspy::data]
/// enum Urgency {
///     /// Can wait.
///     Low,
///     High,
/// }
///
/// #[dspy::data]
/// struct Ticket {
///     /// In a few words.
///     #[schemars(length(max = 80))]
///     summary: String,
///     urgency: Urgency,
///     follow_ups: Vec<Ticket>,
///     hours: Option<f64>,
/// }
///
/// let schema = dspy::schema::of::<Ticket>();
/// assert_eq!(dspy::schema::compact(&schema, &schema), "\
/// Ticket
///
/// Ticket = {
///   summary: text, // In a few words. At most 80 characters.
///   // \"Low\": Can wait.
///   urgency: \"High\" | \"Low\",
///   follow_ups: [Ticket],
///   hours: optional number,
/// }");
/// ```
pub fn compact(root: &Value, schema: &Value) -> String {
    let mut document = Document::read(root, schema);
    // A root that refers to itself is known by its name.
    if std::ptr::eq(root, schema)
        && let Some(place) = document.definitions.iter().position(|definition| definition.is_root)
    {
        document.root = Shape::of(Kind::Reference(place));
    }
    let mut uses = vec![0_usize; document.definitions.len()];
    count_uses(&document.root, &mut uses);
    for definition in &document.definitions {
        count_uses(&definition.shape, &mut uses);
    }
    if let Kind::Reference(place) = document.root.kind
        && let Some(count) = uses.get_mut(place)
        && *count == 1
    {
        // The whole type is written in place.
        *count = 0;
    }
    let mut writer =
        Writer { document: &document, uses, named: Vec::new(), lead: None, out: String::new() };
    writer.whole();
    writer.out
}

/// The same on one line.
pub(super) fn compact_line(root: &Value, schema: &Value) -> String {
    line::joined(&compact(root, schema))
}

fn count_uses(shape: &Shape, uses: &mut [usize]) {
    if let Kind::Reference(place) = shape.kind
        && let Some(count) = uses.get_mut(place)
    {
        *count += 1;
    }
    for part in shape.parts() {
        count_uses(part, uses);
    }
}

struct Writer<'d> {
    document: &'d Document,
    uses: Vec<usize>,
    /// The definitions that stand by their names, in order of their first use.
    named: Vec<usize>,
    /// What is said of the object that is written next.
    lead: Option<String>,
    out: String,
}

impl<'d> Writer<'d> {
    fn whole(&mut self) {
        let root = &self.document.root;
        self.comments(root, 0);
        self.value(root, 0, 0);
        let mut written = 0;
        while let Some(place) = self.named.get(written).copied() {
            written += 1;
            let Some(definition) = self.document.definition(place) else { continue };
            self.out.push_str("\n\n");
            self.comments(&definition.shape, 0);
            let _ = write!(self.out, "{} = ", definition.name);
            self.value(&definition.shape, 0, 0);
        }
    }

    /// What is said of a type that has no line of its own, above it.
    fn comments(&mut self, shape: &Shape, indent: usize) {
        let mut said = Said::default();
        self.gather(shape, &mut said, 0);
        for line in said.lines() {
            let _ = writeln!(self.out, "{:indent$}// {line}", "");
        }
    }

    /// The definition that a reference is replaced by.
    fn inlined(&self, place: usize, depth: usize) -> Option<&'d Shape> {
        let once = self.uses.get(place).is_some_and(|uses| *uses <= 1);
        let definition = self.document.definition(place).filter(|_| once && depth < MAX_INLINED)?;
        Some(&definition.shape)
    }

    fn value(&mut self, shape: &'d Shape, indent: usize, depth: usize) {
        if let Kind::Reference(place) = shape.kind
            && let Some(target) = self.inlined(place, depth)
        {
            if shape.nullable && !target.nullable {
                return self.optional(target, indent, depth + 1);
            }
            return self.value(target, indent, depth + 1);
        }
        if shape.nullable && !matches!(shape.kind, Kind::Null) {
            return self.optional(shape, indent, depth);
        }
        self.bare(shape, indent, depth);
    }

    fn optional(&mut self, shape: &'d Shape, indent: usize, depth: usize) {
        let several = match &shape.kind {
            Kind::Union(_) => true,
            Kind::Choice(choices) => choices.len() > 1,
            _ => false,
        };
        self.out.push_str(if several { "optional (" } else { "optional " });
        self.bare(shape, indent, depth);
        if several {
            self.out.push(')');
        }
    }

    fn bare(&mut self, shape: &'d Shape, indent: usize, depth: usize) {
        match &shape.kind {
            Kind::Any => self.out.push_str("anything"),
            Kind::Never => self.out.push_str("nothing"),
            Kind::Null => self.out.push_str("null"),
            Kind::Boolean => self.out.push_str("boolean"),
            Kind::Integer => self.out.push_str("integer"),
            Kind::Number => self.out.push_str("number"),
            Kind::Text => self.out.push_str("text"),
            Kind::Choice(choices) => {
                let values: Vec<_> =
                    choices.iter().map(|choice| choice.value.to_string()).collect();
                self.out.push_str(&values.join(" | "));
            }
            Kind::List(item) => {
                self.out.push('[');
                self.value(item, indent, depth);
                self.out.push(']');
            }
            Kind::Tuple(items) => {
                self.out.push('[');
                self.separated(items, ", ", indent, depth);
                self.out.push(']');
            }
            Kind::Union(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    self.out.push_str(if index > 0 { " | " } else { "" });
                    self.lead = self.said_inside(part, depth);
                    self.value(part, indent, depth);
                    self.lead = None;
                }
            }
            Kind::Map(key, value) => {
                let key = if *key == Key::Text { "text" } else { "integer" };
                let _ = write!(self.out, "{{ [{key}]: ");
                self.value(value, indent, depth);
                self.out.push_str(" }");
            }
            Kind::Object(properties, rest) => self.object(properties, rest, indent, depth),
            Kind::Reference(place) => {
                if !self.named.contains(place) {
                    self.named.push(*place);
                }
                let name = self.document.definition(*place).map(|definition| &definition.name);
                self.out.push_str(name.map_or("anything", String::as_str));
            }
        }
    }

    /// What is said of an object that is one of several alternatives.
    fn said_inside(&self, part: &Shape, depth: usize) -> Option<String> {
        let target = self.target(part, depth);
        if !matches!(target.kind, Kind::Object(..)) {
            return None;
        }
        let mut said = Said::default();
        self.gather(part, &mut said, depth);
        said.lines().into_iter().next()
    }

    fn separated(&mut self, parts: &'d [Shape], separator: &str, indent: usize, depth: usize) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.out.push_str(separator);
            }
            self.value(part, indent, depth);
        }
    }

    fn object(&mut self, properties: &'d [Property], rest: &'d Rest, indent: usize, depth: usize) {
        let start = self.out.len();
        if properties.is_empty() && matches!(rest, Rest::Closed) {
            return self.out.push_str("{}");
        }
        self.out.push('{');
        if let Some(lead) = self.lead.take() {
            let _ = write!(self.out, " // {lead}");
        }
        self.out.push('\n');
        let inner = indent + 2;
        for property in properties {
            self.property(property, inner, depth);
        }
        if let Rest::Of(value) = rest {
            let _ = write!(self.out, "{:inner$}[text]: ", "");
            self.value(value, inner, depth);
            self.out.push_str(",\n");
        }
        let _ = write!(self.out, "{:indent$}}}", "");
        self.on_one_line(start);
    }

    /// Joins the lines from `start` on if they are few and hold no comment.
    fn on_one_line(&mut self, start: usize) {
        let Some(written) = self.out.get(start..).filter(|text| text.len() <= 2 * LINE) else {
            return;
        };
        if written.contains("//") || written.matches('{').count() > 1 {
            return;
        }
        let fields: Vec<_> = written.lines().map(str::trim).collect();
        let fields = fields.get(1..fields.len().saturating_sub(1)).unwrap_or_default().join(" ");
        let joined = format!("{{ {} }}", fields.trim_end_matches(','));
        if joined.len() <= LINE {
            self.out.truncate(start);
            self.out.push_str(&joined);
        }
    }

    fn property(&mut self, property: &'d Property, indent: usize, depth: usize) {
        let mut said = Said::default();
        self.gather(&property.shape, &mut said, depth);
        if let Some(default) = property.default.as_ref().filter(|default| !default.is_null()) {
            said.limits.push(format!("default {default}"));
        }
        let lines = said.lines();
        let beside = match lines.as_slice() {
            [only] if said.options.is_empty() => Some(only),
            _ => None,
        };
        if beside.is_none() {
            for line in &lines {
                let _ = writeln!(self.out, "{:indent$}// {line}", "");
            }
        }
        let _ = write!(self.out, "{:indent$}{}: ", "", key(&property.name));
        let shape = &property.shape;
        let is_marked = shape.nullable || self.target(shape, depth).nullable;
        if property.required || is_marked || matches!(shape.kind, Kind::Null | Kind::Any) {
            self.value(shape, indent, depth);
        } else {
            match shape.kind {
                Kind::Reference(place) => match self.inlined(place, depth) {
                    Some(target) => self.optional(target, indent, depth + 1),
                    None => self.optional(shape, indent, depth),
                },
                _ => self.optional(shape, indent, depth),
            }
        }
        self.out.push(',');
        if let Some(only) = beside {
            let _ = write!(self.out, " // {only}");
        }
        self.out.push('\n');
    }

    fn target<'s>(&'s self, shape: &'s Shape, depth: usize) -> &'s Shape {
        match shape.kind {
            Kind::Reference(place) => self.inlined(place, depth).unwrap_or(shape),
            _ => shape,
        }
    }

    /// What is said of a type, and of what is within it and has no line of its own.
    fn gather(&self, shape: &Shape, said: &mut Said, depth: usize) {
        if depth > MAX_INLINED {
            return;
        }
        said.say(shape.description.as_deref());
        match &shape.kind {
            Kind::Reference(place) => {
                if let Some(target) = self.inlined(*place, depth) {
                    self.gather(target, said, depth + 1);
                }
            }
            Kind::Choice(choices) => {
                for choice in choices {
                    if let Some(description) = &choice.description {
                        said.options.push(format!("{}: {}", choice.value, line(description)));
                    }
                }
            }
            Kind::List(item) => {
                said.limit(shape);
                self.gather_inner(item, said, "each item", depth);
            }
            Kind::Map(_, value) => {
                said.limit(shape);
                self.gather_inner(value, said, "each value", depth);
            }
            Kind::Tuple(items) => {
                if items.len() == 1 {
                    said.limits.push("exactly 1 item".to_owned());
                }
                for (index, item) in items.iter().enumerate() {
                    self.gather_inner(item, said, &format!("item {}", index + 1), depth);
                }
            }
            Kind::Union(parts) => {
                for part in parts.iter().filter(|part| self.said_inside(part, depth).is_none()) {
                    self.gather_inner(part, said, "", depth);
                }
            }
            _ => said.limit(shape),
        }
    }

    fn gather_inner(&self, shape: &Shape, said: &mut Said, of: &str, depth: usize) {
        let mut inner = Said::default();
        self.gather(shape, &mut inner, depth + 1);
        let prefix = if of.is_empty() { String::new() } else { format!("{of}: ") };
        said.words.extend(inner.words.into_iter().map(|words| format!("{prefix}{words}")));
        said.limits.extend(inner.limits.into_iter().map(|limit| format!("{prefix}{limit}")));
        said.options.extend(inner.options);
    }
}

/// A key, in quotation marks where it is no plain word.
fn key(name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_plain { name.to_owned() } else { Value::from(name).to_string() }
}
