//! The compact notation of a type, read as a [`Field`].

use serde_json::Value;

use super::bounds::Bounds;
use super::field::{Choice, Field, Shape};

/// What stands before the notation in a note.
pub(super) const SIGN: &str = "of this type: ";

/// Types within types that are read.
const DEPTH: usize = 24;

/// Definitions that are written out, before the rest counts as nothing that could be filled in.
const BUDGET: usize = 500;

/// The field of a notation such as `[{ name: text, size: optional integer }]`.
pub(super) fn field(notation: &str) -> Field {
    let (types, definitions) = match notation.split_once("; where ") {
        Some((types, definitions)) => (types, definitions),
        None => (notation, ""),
    };
    let mut reader =
        Reader { rest: types, definitions, open: Vec::new(), depth: DEPTH, budget: BUDGET };
    let mut said = reader.comments();
    let mut field = reader.alternatives();
    said.push_str(&reader.comments());
    field.tell(&said);
    field
}

struct Reader<'t> {
    rest: &'t str,
    definitions: &'t str,
    /// Names that are being written out.
    open: Vec<&'t str>,
    depth: usize,
    budget: usize,
}

impl<'t> Reader<'t> {
    /// Goes past a mark, if it stands next.
    fn skip(&mut self, mark: &str) -> bool {
        let rest = self.rest.trim_start();
        let after = rest.strip_prefix(mark);
        self.rest = after.unwrap_or(rest);
        after.is_some()
    }

    /// Goes past comments and gives what they say, a line each.
    fn comments(&mut self) -> String {
        let mut said = String::new();
        while self.skip("/*") {
            let (comment, rest) = self.rest.split_once("*/").unwrap_or((self.rest, ""));
            said.push_str(comment.trim());
            said.push('\n');
            self.rest = rest;
        }
        said
    }

    fn alternatives(&mut self) -> Field {
        let Some(depth) = self.depth.checked_sub(1) else {
            self.rest = "";
            return Field::shaped(Shape::Nothing);
        };
        self.depth = depth;
        let mut parts = vec![self.part()];
        while self.skip("|") {
            parts.push(self.part());
        }
        self.depth += 1;
        if parts.iter().all(|part| matches!(part.shape, Shape::Choice(_)) && !part.nullable) {
            let choices = parts.into_iter().flat_map(|part| match part.shape {
                Shape::Choice(choices) => choices,
                _ => Vec::new(),
            });
            return Field::shaped(Shape::Choice(choices.collect()));
        }
        match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                parts.extend(last);
                Field::shaped(Shape::OneOf(parts))
            }
        }
    }

    fn part(&mut self) -> Field {
        let said = self.comments();
        let mut field = if self.skip("optional ") {
            Field { nullable: true, ..self.part() }
        } else if self.skip("(") {
            let field = self.alternatives();
            self.skip(")");
            field
        } else if self.skip("[") {
            self.list()
        } else if self.skip("{") {
            self.object()
        } else {
            self.literal().unwrap_or_else(|| self.word())
        };
        field.tell(&said);
        field
    }

    fn list(&mut self) -> Field {
        let mut items = vec![self.alternatives()];
        while self.skip(",") {
            items.push(self.alternatives());
        }
        self.skip("]");
        Field::shaped(match (items.pop(), items.is_empty()) {
            (Some(item), true) => Shape::List(Box::new(item)),
            (last, _) => {
                items.extend(last);
                Shape::Tuple(items)
            }
        })
    }

    fn object(&mut self) -> Field {
        let mut fields = Vec::new();
        loop {
            let mut said = self.comments();
            if self.skip("}") || self.rest.is_empty() {
                return Field::shaped(Shape::Object(fields));
            }
            if self.skip("[text]:") || self.skip("[integer]:") {
                let value = self.alternatives();
                self.comments();
                self.skip(",");
                if fields.is_empty() {
                    self.skip("}");
                    return Field::shaped(Shape::Map(Box::new(value)));
                }
                continue;
            }
            let name = match self.literal().map(|field| field.shape) {
                Some(Shape::Choice(mut names)) => names.pop().map(|name| name.name),
                _ => self.name().map(str::to_owned),
            };
            let (Some(name), true) = (name, self.skip(":")) else {
                // Not the notation: what was read is all there is.
                self.rest = "";
                return Field::shaped(Shape::Object(fields));
            };
            let mut field = self.alternatives();
            said.push_str(&self.comments());
            field.name = name;
            field.tell(&said);
            // What is a type within itself, and may be left out, is.
            if !(matches!(field.shape, Shape::Nothing) && field.nullable) {
                fields.push(field);
            }
            self.skip(",");
        }
    }

    /// A value of a closed set.
    fn literal(&mut self) -> Option<Field> {
        let rest = self.rest.trim_start();
        let begins = |c: char| c == '"' || c == '-' || c.is_ascii_digit();
        if !rest.starts_with(begins) && !rest.starts_with("true") && !rest.starts_with("false") {
            return None;
        }
        let mut read = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let value = read.next()?.ok()?;
        self.rest = rest.get(read.byte_offset()..)?;
        Some(Field::shaped(Shape::Choice(vec![Choice::new(value, "")])))
    }

    fn name(&mut self) -> Option<&'t str> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then_some(name)
    }

    fn word(&mut self) -> Field {
        let Some(name) = self.name() else {
            self.rest = "";
            return Field::shaped(Shape::Nothing);
        };
        match name {
            "text" => Field::shaped(Shape::Text),
            "integer" => Field::shaped(Shape::Whole),
            "number" => Field::shaped(Shape::Number),
            "boolean" => Field::shaped(Shape::truth()),
            "null" => Field { nullable: true, ..Field::shaped(Shape::Nothing) },
            "anything" | "nothing" => Field::shaped(Shape::Nothing),
            name => self.named(name),
        }
    }

    /// A type that stands by its name.
    fn named(&mut self, name: &'t str) -> Field {
        let sign = format!("{name} = ");
        let mut definitions = self.definitions.match_indices(&sign).filter(|(at, _)| {
            let before = self.definitions.get(..*at).unwrap_or_default();
            before.is_empty() || before.ends_with("; ") || before.ends_with("*/ ")
        });
        let found = definitions.next().and_then(|(at, _)| self.definitions.get(at + sign.len()..));
        let (Some(found), false, true) = (found, self.open.contains(&name), self.budget > 0) else {
            return Field::shaped(Shape::Nothing);
        };
        self.budget -= 1;
        self.open.push(name);
        let rest = std::mem::replace(&mut self.rest, found);
        let field = self.alternatives();
        self.rest = rest;
        self.open.pop();
        Field { name: name.to_owned(), ..field }
    }
}

impl Field {
    /// Takes what comments say of the field: lines for the members of a closed set, and all else.
    fn tell(&mut self, said: &str) {
        match &mut self.shape {
            Shape::List(item) => item.limit(said, "each item: "),
            Shape::Map(value) => value.limit(said, "each value: "),
            Shape::Tuple(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    item.limit(said, &format!("item {}: ", index + 1));
                }
            }
            _ => {}
        }
        let choices = match &mut self.shape {
            Shape::Choice(choices) => choices.as_mut_slice(),
            Shape::List(item) | Shape::Map(item) => match &mut item.shape {
                Shape::Choice(choices) => choices.as_mut_slice(),
                _ => &mut [],
            },
            _ => &mut [],
        };
        let mut rest = Vec::new();
        for line in said.lines().filter(|line| !line.is_empty()) {
            let of_choice = choices.iter_mut().find_map(|choice| {
                let words = line.strip_prefix(&choice.value.to_string())?.strip_prefix(": ")?;
                Some((choice, words))
            });
            match of_choice {
                Some((choice, words)) => words.clone_into(&mut choice.description),
                None => rest.push(line),
            }
        }
        if rest.is_empty() {
            return;
        }
        let rest = rest.join("\n");
        if self.bounds == Bounds::default() {
            self.bounds = Bounds::read(&rest);
            if matches!(self.shape, Shape::Text | Shape::List(_)) {
                self.bounds.limit_length();
            }
        }
        if self.description.is_empty() {
            self.description = rest;
        }
    }

    /// Takes the limits that are told of it, a part, after `sign`.
    fn limit(&mut self, said: &str, sign: &str) {
        let said = said.to_lowercase();
        let Some((_, told)) = said.split_once(sign) else { return };
        let told = told.split(". ").next().unwrap_or_default();
        if let (Shape::Tuple(_), true) = (&self.shape, told.starts_with("item ")) {
            return self.tell(told);
        }
        if self.bounds == Bounds::default() {
            self.bounds = Bounds::read(told);
            if matches!(self.shape, Shape::Text | Shape::List(_)) {
                self.bounds.limit_length();
            }
        }
    }
}
