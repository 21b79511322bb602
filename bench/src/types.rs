//! Type names as Python users write them, as JSON Schema.

use serde_json::{Value, json};

/// The schema of a type such as `list[str]`, `dict[str, int]`, `Literal['a', 'b']`, `int | None`.
pub(crate) fn schema(spelling: &str) -> Result<Value, String> {
    let mut reader = Reader { spelling, rest: spelling };
    let schema = reader.union()?;
    match reader.rest.trim() {
        "" => Ok(schema),
        rest => Err(reader.fault(&format!("`{rest}` is left over"))),
    }
}

struct Reader<'a> {
    spelling: &'a str,
    rest: &'a str,
}

impl Reader<'_> {
    fn fault(&self, problem: &str) -> String {
        format!("type `{}`: {problem}", self.spelling)
    }

    fn took(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(token) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.took(token) { Ok(()) } else { Err(self.fault(&format!("`{token}` is missing"))) }
    }

    fn union(&mut self) -> Result<Value, String> {
        let mut alternatives = vec![self.single()?];
        while self.took("|") {
            alternatives.push(self.single()?);
        }
        Ok(any_of(alternatives))
    }

    fn single(&mut self) -> Result<Value, String> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        self.rest = after;
        if name == "Literal" {
            return self.literal();
        }
        let arguments = if self.took("[") { self.arguments()? } else { Vec::new() };
        let schema = match (name, arguments.as_slice()) {
            ("str", []) => json!({"type": "string"}),
            ("int", []) => json!({"type": "integer"}),
            ("float", []) => json!({"type": "number"}),
            ("bool", []) => json!({"type": "boolean"}),
            ("None", []) => json!({"type": "null"}),
            ("Any", []) => json!(true),
            ("list", []) => json!({"type": "array"}),
            ("dict", []) => json!({"type": "object", "additionalProperties": true}),
            ("list", [items]) => json!({"type": "array", "items": items}),
            ("dict", [_, values]) => json!({"type": "object", "additionalProperties": values}),
            ("Optional", [inner]) => any_of(vec![inner.clone(), json!({"type": "null"})]),
            ("Union", all) if !all.is_empty() => any_of(all.to_vec()),
            ("tuple", all) if !all.is_empty() => json!({
                "type": "array", "prefixItems": all, "minItems": all.len(), "maxItems": all.len(),
            }),
            _ => return Err(self.fault(&format!("there is no type `{name}` of this form"))),
        };
        Ok(schema)
    }

    fn arguments(&mut self) -> Result<Vec<Value>, String> {
        let mut all = vec![self.union()?];
        while self.took(",") {
            all.push(self.union()?);
        }
        self.expect("]")?;
        Ok(all)
    }

    fn literal(&mut self) -> Result<Value, String> {
        self.expect("[")?;
        let mut values = vec![self.constant()?];
        while self.took(",") {
            values.push(self.constant()?);
        }
        self.expect("]")?;
        Ok(json!({"enum": values}))
    }

    fn constant(&mut self) -> Result<Value, String> {
        let rest = self.rest.trim_start();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            let inner = rest.get(1..).unwrap_or_default();
            let (text, after) =
                inner.split_once(quote).ok_or_else(|| self.fault("a quote is not closed"))?;
            self.rest = after;
            return Ok(text.into());
        }
        let end = rest.find([',', ']']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        self.rest = after;
        match word.trim() {
            "True" => Ok(json!(true)),
            "False" => Ok(json!(false)),
            "None" => Ok(Value::Null),
            word => serde_json::from_str::<i64>(word)
                .map(Value::from)
                .map_err(|_| self.fault(&format!("`{word}` is no constant"))),
        }
    }
}

/// One alternative as it is; null beside one simple type as schemars writes it.
fn any_of(mut alternatives: Vec<Value>) -> Value {
    if alternatives.len() == 1 {
        return alternatives.remove(0);
    }
    if let [inner, null] = alternatives.as_slice()
        && null["type"] == "null"
        && let (Some(name), Some(fields)) = (inner["type"].as_str(), inner.as_object())
    {
        let mut fields = fields.clone();
        fields.insert("type".to_owned(), json!([name, "null"]));
        return Value::Object(fields);
    }
    json!({"anyOf": alternatives})
}
