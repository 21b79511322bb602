//! One example for each rewrite.

use dspy::schema::subset::{Change, Dialect, Subset, rewrite};
use serde_json::{Value, json};

fn openai(schema: Value) -> Subset {
    rewrite(&schema, Dialect::OpenAiStrict).unwrap()
}

fn refused(schema: &Value, dialect: Dialect) -> String {
    rewrite(schema, dialect).unwrap_err().to_string()
}

/// A schema with one field.
fn field(schema: Value) -> Value {
    json!({"type": "object", "properties": {"x": schema}, "required": ["x"]})
}

/// The one field of a rewritten schema.
fn rewritten(schema: Value, dialect: Dialect) -> Value {
    rewrite(&field(schema), dialect).unwrap().schema()["properties"]["x"].clone()
}

#[test]
fn a_root_that_is_no_object_is_wrapped() {
    let subset = openai(json!({"type": "array", "items": {"type": "string"}}));
    assert_eq!(
        *subset.schema(),
        json!({
            "type": "object",
            "properties": {"value": {"type": "array", "items": {"type": "string"}}},
            "required": ["value"],
            "additionalProperties": false,
        })
    );
    assert_eq!(subset.restore(json!({"value": ["a"]})), json!(["a"]));
    assert_eq!(subset.notes()[0].to_string(), "the root: stands in an object, under `value`");
    let list = rewrite(&json!({"type": "array", "items": true}), Dialect::Gemini).unwrap();
    assert_eq!(list.schema()["type"], "array");
}

#[test]
fn fields_that_may_be_left_out_are_null() {
    let schema = json!({"type": "object", "properties": {
        "a": {"type": "integer", "default": 5},
        "b": {"type": ["string", "null"]},
        "c": {"$ref": "#/$defs/C"},
    }, "$defs": {"C": {"enum": ["x"]}}});
    let subset = openai(schema.clone());
    assert_eq!(
        subset.schema()["properties"],
        json!({
            "a": {"type": ["integer", "null"], "description": "Null stands for the default: 5."},
            "b": {"type": ["string", "null"]},
            "c": {"anyOf": [{"$ref": "#/$defs/C"}, {"type": "null"}]},
        })
    );
    let restored = subset.restore(json!({"a": null, "b": null, "c": null}));
    assert_eq!(restored, json!({"b": null}));

    let anthropic = rewrite(&schema, Dialect::Anthropic).unwrap();
    assert_eq!(anthropic.schema()["properties"]["b"], json!({"type": "string"}));
    assert_eq!(anthropic.schema().get("required"), None);

    let gemini = rewrite(&schema, Dialect::GeminiOpenApi).unwrap();
    assert_eq!(gemini.schema()["properties"]["b"], json!({"type": "STRING", "nullable": true}));
}

#[test]
fn maps_are_pairs() {
    let map = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    assert_eq!(
        rewritten(map.clone(), Dialect::Anthropic),
        json!({
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"key": {"type": "string"}, "value": {"type": "integer"}},
                "required": ["key", "value"],
                "additionalProperties": false,
            },
            "description": "A list of keys and values; no key twice.",
        })
    );
    assert_eq!(rewritten(map.clone(), Dialect::Vllm), map);
    let subset = openai(field(map));
    let sent = json!({"x": [{"key": "a", "value": 1}, {"value": 2, "key": "b"}]});
    assert_eq!(subset.restore(sent), json!({"x": {"a": 1, "b": 2}}));
    // Of two values for one key, neither is chosen.
    let twice = json!({"x": [{"key": "a", "value": 1}, {"key": "a", "value": 2}]});
    assert_eq!(subset.restore(twice.clone()), twice);
}

#[test]
fn number_keys_are_numbers() {
    let map = json!({"type": "object", "additionalProperties": false,
        "patternProperties": {r"^-?\d+$": {"type": "string"}}});
    let subset = openai(field(map.clone()));
    let pair = &subset.schema()["properties"]["x"]["items"]["properties"];
    assert_eq!(pair["key"], json!({"type": "integer"}));
    let sent = json!({"x": [{"key": -7, "value": "a"}]});
    assert_eq!(subset.restore(sent), json!({"x": {"-7": "a"}}));
    assert_eq!(
        rewritten(map, Dialect::LlamaCpp),
        json!({"type": "object", "additionalProperties": {"type": "string"},
            "description": "Each key is a whole number."})
    );
}

#[test]
fn tuples_are_objects() {
    let tuple = json!({"type": "array", "minItems": 2, "maxItems": 2,
        "prefixItems": [{"type": "integer"}, {"type": "string"}]});
    assert_eq!(
        rewritten(tuple.clone(), Dialect::Ollama),
        json!({
            "type": "object",
            "properties": {"item0": {"type": "integer"}, "item1": {"type": "string"}},
            "required": ["item0", "item1"],
            "additionalProperties": false,
        })
    );
    assert_eq!(rewritten(tuple.clone(), Dialect::Gemini), tuple);
    let subset = openai(field(tuple));
    assert_eq!(subset.restore(json!({"x": {"item1": "a", "item0": 1}})), json!({"x": [1, "a"]}));
    let partial = json!({"x": {"item1": "a"}});
    assert_eq!(subset.restore(partial.clone()), partial);
}

#[test]
fn documented_options_are_a_set() {
    let set = json!({"description": "How soon.", "oneOf": [
        {"const": "low", "type": "string", "description": "can wait"},
        {"enum": ["high"], "type": "string"},
    ]});
    for dialect in Dialect::ALL {
        let rewritten = rewritten(set.clone(), dialect);
        assert_eq!(rewritten["enum"], json!(["low", "high"]), "{dialect}");
        assert_eq!(rewritten["description"], "How soon.\nlow: can wait", "{dialect}");
        assert_eq!(rewritten.get("oneOf"), None, "{dialect}");
    }
    let mixed = json!({"enum": [1, 2, "many", true, null]});
    assert_eq!(
        rewritten(mixed.clone(), Dialect::OpenAiStrict),
        json!({"anyOf": [
            {"type": "string", "enum": ["many"]},
            {"type": "integer", "enum": [1, 2]},
            {"type": "boolean", "enum": [true]},
            {"type": "null"},
        ]})
    );
    assert_eq!(
        rewritten(mixed, Dialect::GeminiOpenApi),
        json!({"anyOf": [
            {"type": "STRING", "enum": ["many"]},
            {"type": "INTEGER", "description": "One of: 1; 2."},
            {"type": "BOOLEAN", "description": "One of: true."},
        ], "nullable": true})
    );
}

#[test]
fn what_stands_beside_a_reference_is_merged_with_it() {
    let schema = json!({
        "type": "object",
        "properties": {"home": {"$ref": "#/$defs/Place", "description": "Where they live."}},
        "required": ["home"],
        "$defs": {"Place": {"type": "object", "description": "A place.",
            "properties": {"city": {"type": "string"}}, "required": ["city"]}},
    });
    assert_eq!(
        openai(schema).schema()["properties"]["home"],
        json!({
            "type": "object",
            "description": "Where they live.\nA place.",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": false,
        })
    );
    let tagged = json!({"oneOf": [
        {"$ref": "#/$defs/Place", "type": "object", "required": ["kind"],
            "properties": {"kind": {"const": "Place", "type": "string"}}},
        {"type": "object", "required": ["kind"],
            "properties": {"kind": {"const": "Nowhere", "type": "string"}}},
    ], "$defs": {"Place": {"type": "object",
        "properties": {"city": {"type": "string"}}, "required": ["city"]}}});
    let vllm = rewrite(&tagged, Dialect::Vllm).unwrap();
    assert_eq!(
        vllm.schema()["anyOf"][0],
        json!({
            "type": "object",
            "properties": {"kind": {"type": "string", "enum": ["Place"]}, "city": {"type": "string"}},
            "required": ["kind", "city"],
            "additionalProperties": false,
        })
    );
}

#[test]
fn a_documented_reference_within_itself_stays_one() {
    let schema = json!({
        "title": "Tree", "type": "object", "required": ["left"],
        "properties": {"left": {"anyOf": [{"$ref": "#"}, {"type": "null"}], "description": "Below."}},
    });
    assert_eq!(
        openai(schema.clone()).schema()["properties"]["left"],
        json!({"anyOf": [{"$ref": "#"}, {"type": "null"}], "description": "Below."})
    );
    // Its grammars know no reference to the root.
    let llama = rewrite(&schema, Dialect::LlamaCpp).unwrap();
    assert_eq!(llama.schema()["properties"]["left"]["anyOf"][0], json!({"$ref": "#/$defs/Tree"}));
    assert_eq!(llama.schema()["$defs"]["Tree"]["properties"], llama.schema()["properties"]);
    assert_eq!(
        refused(&schema, Dialect::Anthropic),
        "Anthropic cannot keep to this schema at `/left`: the type `Tree` is within itself"
    );
    // Required, it could never end.
    let error = refused(&schema, Dialect::Gemini);
    assert!(error.ends_with("and no optional field ends that"), "{error}");
    let mut optional = schema;
    optional["required"] = json!([]);
    assert!(rewrite(&optional, Dialect::Gemini).is_ok());
}

#[test]
fn gemini_leaves_empty_lists_of_the_type_itself_out() {
    let schema = json!({
        "title": "Tree", "type": "object", "required": ["children"],
        "properties": {"children": {"type": "array", "items": {"$ref": "#"}}},
    });
    let subset = rewrite(&schema, Dialect::Gemini).unwrap();
    assert_eq!(subset.schema().get("required"), None);
    assert_eq!(subset.notes()[0].change, Change::AbsentForEmpty);
    assert_eq!(subset.restore(json!({"children": [{}]})), json!({"children": [{"children": []}]}));
}

#[test]
fn unknown_constraints_are_told_in_words() {
    let stars = json!({"type": "integer", "format": "uint8", "minimum": 1, "maximum": 5,
        "description": "How good."});
    assert_eq!(
        rewritten(stars.clone(), Dialect::Anthropic),
        json!({"type": "integer", "description": "How good.\nAt least 1, at most 5."})
    );
    assert_eq!(
        rewritten(stars, Dialect::OpenAiStrict),
        json!({"type": "integer", "minimum": 1, "maximum": 5, "description": "How good."})
    );
    let code = json!({"type": "string", "pattern": "^[a-z]+$", "maxLength": 3});
    assert_eq!(
        rewritten(code.clone(), Dialect::Vllm),
        json!({"type": "string", "pattern": "^[a-z]+$", "description": "At most 3 characters."})
    );
    assert_eq!(
        rewritten(code, Dialect::Ollama),
        json!({"type": "string", "maxLength": 3, "description": "Matching the pattern ^[a-z]+$."})
    );
    let behind = json!({"type": "string", "pattern": "(?<=a)b"});
    assert_eq!(rewritten(behind, Dialect::Anthropic).get("pattern"), None);
    let time = json!({"type": "string", "format": "partial-time"});
    for dialect in Dialect::ALL {
        let rewritten = rewritten(time.clone(), dialect);
        assert_eq!(rewritten["description"], "A time of day, such as 13:45:00.", "{dialect}");
        assert_eq!(rewritten.get("format"), None, "{dialect}");
    }
    let set =
        json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true, "minItems": 2});
    assert_eq!(
        rewritten(set.clone(), Dialect::Anthropic),
        json!({"type": "array", "items": {"type": "string"},
            "description": "At least 2 items, no item twice."})
    );
    let many = json!({"type": "array", "items": {"type": "string"}, "maxItems": 100_000});
    assert_eq!(rewritten(many.clone(), Dialect::LlamaCpp)["description"], "At most 100000 items.");
    assert_eq!(rewritten(many, Dialect::Gemini)["maxItems"], 100_000);
    let rate = json!({"type": "number", "minimum": 0.0, "multipleOf": 0.5});
    assert_eq!(
        rewritten(rate, Dialect::LlamaCpp),
        json!({"type": "number", "description": "At least 0, a multiple of 0.5."})
    );
    // A map's size is its list's.
    let map = json!({"type": "object", "additionalProperties": {"type": "integer"},
        "minProperties": 1});
    assert_eq!(rewritten(map.clone(), Dialect::OpenAiStrict)["minItems"], 1);
    assert_eq!(rewritten(map, Dialect::Vllm)["description"], "At least 1 entry.");
}

#[test]
fn anything_is_json_in_a_text() {
    let subset = openai(field(json!(true)));
    assert_eq!(
        subset.schema()["properties"]["x"],
        json!({"type": "string", "description": "Any JSON value, written as JSON in a text."})
    );
    for (written, meant) in [
        ("{\"a\": [1]}", json!({"a": [1]})),
        ("null", json!(null)),
        ("\"5\"", json!("5")),
        ("no JSON", json!("no JSON")),
    ] {
        assert_eq!(subset.restore(json!({"x": written})), json!({"x": meant}));
    }
    assert_eq!(rewritten(json!(true), Dialect::LlamaCpp), json!({}));
}

#[test]
fn what_gemini_has_no_type_for_is_a_word() {
    let schema = json!({"type": "object", "required": ["a", "b"], "properties": {
        "a": {"type": "null"},
        "b": {"type": "object", "properties": {}, "additionalProperties": false},
    }});
    let subset = rewrite(&schema, Dialect::GeminiOpenApi).unwrap();
    assert_eq!(
        subset.schema()["properties"],
        json!({
            "a": {"type": "STRING", "enum": ["null"]},
            "b": {"type": "STRING", "enum": ["empty"]},
        })
    );
    assert_eq!(subset.restore(json!({"a": "null", "b": "empty"})), json!({"a": null, "b": {}}));
}

#[test]
fn keys_beside_the_declared_ones_have_a_field_of_their_own() {
    let schema = json!({"type": "object", "required": ["others"],
        "properties": {"others": {"type": "boolean"}},
        "additionalProperties": {"type": "integer"}});
    let subset = openai(schema);
    assert_eq!(subset.schema()["required"], json!(["others", "others2"]));
    assert_eq!(
        subset.restore(json!({"others": true, "others2": [{"key": "n", "value": 1}]})),
        json!({"others": true, "n": 1})
    );
    let clash = json!({"others": true, "others2": [{"key": "others", "value": 1}]});
    assert_eq!(subset.restore(clash)["others"], true);
}

#[test]
fn alternatives_that_would_look_alike_are_refused() {
    let map = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    let list = json!({"type": "array", "items": {"type": "integer"}});
    let union = json!({"anyOf": [map, list]});
    let error = refused(&field(union.clone()), Dialect::OpenAiStrict);
    assert_eq!(
        error,
        "OpenAI's strict mode cannot keep to this schema at `/x`: two alternatives would look \
         alike once rewritten"
    );
    assert!(rewrite(&field(union), Dialect::Vllm).is_ok());
    // Texts stay texts, so that they may look alike.
    let texts = json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "string"}]});
    assert!(rewrite(&field(texts), Dialect::OpenAiStrict).is_ok());
    let any = json!({"anyOf": [{"type": "string"}, true]});
    assert!(refused(&field(any), Dialect::OpenAiStrict).contains("look alike"));
}

#[test]
fn size_limits_are_told_before_the_call() {
    let properties = |count: usize, required: bool| {
        let each = (0..count).map(|at| (format!("f{at}"), json!({"type": "string"})));
        let names: Vec<String> = (0..count).map(|at| format!("f{at}")).collect();
        let required = if required { json!(names) } else { json!([]) };
        json!({"type": "object", "required": required,
            "properties": each.collect::<serde_json::Map<_, _>>()})
    };
    let error = refused(&properties(25, false), Dialect::Anthropic);
    assert!(
        error.ends_with("it has 25 fields that may be left out, and no more than 24 are allowed")
    );
    assert!(rewrite(&properties(24, false), Dialect::Anthropic).is_ok());
    assert!(rewrite(&properties(25, true), Dialect::Anthropic).is_ok());
    assert!(refused(&properties(5001, true), Dialect::OpenAiStrict).contains("5001 fields"));
    let nested =
        |levels: usize| (0..levels).fold(json!({"type": "string"}), |inner, _| field(inner));
    assert!(rewrite(&nested(10), Dialect::OpenAiStrict).is_ok());
    assert!(refused(&nested(11), Dialect::OpenAiStrict).contains("11 levels"));
    let members: Vec<String> = (0..1001).map(|at| at.to_string()).collect();
    assert!(refused(&field(json!({"enum": members})), Dialect::OpenAiStrict).contains("1001"));
    let long: Vec<String> = (0..300).map(|at| format!("{at:0>51}")).collect();
    assert!(refused(&field(json!({"enum": long})), Dialect::OpenAiStrict).contains("one set"));
}

#[test]
fn schemas_that_cannot_be_read_are_refused() {
    for (schema, reason) in [
        (json!({"$ref": "#/$defs/None"}), "points nowhere"),
        (json!({"not": {"type": "string"}}), "`not`"),
        (json!({"type": "text"}), "`text` is no type"),
        (json!(false), "no value is allowed"),
        (json!({"enum": []}), "no value is allowed"),
        (json!({"enum": [[1]]}), "a list or object"),
        (json!({"$ref": "#/properties/x", "type": "object"}), "back to themselves"),
        (json!({"allOf": [{"$ref": "#/properties/x"}, true]}), "back to themselves"),
        (json!({"allOf": [{"allOf": [{"$ref": "#/properties/x"}]}]}), "back to themselves"),
        (
            json!({"type": "array", "prefixItems": [true], "items": {"type": "string"}}),
            "more may follow",
        ),
    ] {
        let error = refused(&field(schema), Dialect::OpenAiStrict);
        assert!(error.contains("at `/x`") && error.contains(reason), "{error}");
    }
    let mut deep = json!({"type": "string"});
    for _ in 0..100 {
        deep = json!({"type": "array", "items": deep});
    }
    assert!(refused(&field(deep), Dialect::Vllm).contains("64 levels"));
    // Unions that hold at once multiply.
    let four = json!({"anyOf": [{"type": "string"}, {"type": "null"}, true, {"enum": [1]}]});
    let product = json!({"allOf": [four, four, four, four]});
    assert!(refused(&field(product), Dialect::Vllm).contains("too many alternatives"));
    // Each definition holds the next one twice, and all are described.
    let mut definitions = serde_json::Map::new();
    for at in 0..30 {
        let next = json!({"$ref": format!("#/$defs/D{}", at + 1), "description": "x"});
        definitions.insert(
            format!("D{at}"),
            json!({"type": "object", "properties": {"a": next, "b": next}}),
        );
    }
    definitions.insert("D30".to_owned(), json!({"type": "string"}));
    let mut schema = field(json!({"$ref": "#/$defs/D0"}));
    schema["$defs"] = Value::Object(definitions);
    assert!(refused(&schema, Dialect::Vllm).contains("too large"));
}
