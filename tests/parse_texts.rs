//! Texts with a format or a pattern, and integers that no JSON number holds.

use dspy::parse::{Level, ParseError, RepairKind, fit, parse};
use serde_json::{Value, json};

fn format(name: &str) -> Value {
    json!({"type": "string", "format": name})
}

/// Texts that are values as they are, texts with what they become, and texts that are refused.
fn check(name: &str, as_is: &[&str], respelled: &[(&str, &str)], refused: &[&str]) {
    let schema = format(name);
    for text in as_is {
        let parsed = parse(text, &schema).unwrap_or_else(|e| panic!("{name}: {text}: {e}"));
        assert_eq!(parsed.value, *text, "{name}");
        assert_eq!(parsed.level, Level::Exact, "{name}: {text}: {:?}", parsed.repairs);
    }
    for (text, value) in respelled {
        let parsed = parse(text, &schema).unwrap_or_else(|e| panic!("{name}: {text}: {e}"));
        assert_eq!(parsed.value, *value, "{name}: {text}");
        assert_eq!(parsed.level, Level::Repaired, "{name}: {text}");
        assert_eq!(fit(parsed.value, &schema).unwrap().level, Level::Exact, "{name}: {value}");
    }
    for text in refused {
        let error = parse(text, &schema).expect_err(&format!("{name}: {text}"));
        assert!(matches!(error, ParseError::Mismatch { .. }), "{name}: {text}: {error}");
        assert!(error.to_string().contains(", such as `"), "{error}");
    }
}

#[test]
fn dates() {
    check(
        "date",
        &[
            "2024-01-31",
            "2024-02-29",
            "2000-02-29",
            "1900-02-28",
            "9999-12-31",
            "0000-01-01",
            "+262142-12-31",
            "-0044-03-15",
        ],
        &[
            ("2024-1-5", "2024-01-05"),
            ("**2024-01-05**", "2024-01-05"),
            ("`2024-01-05`.", "2024-01-05"),
            ("“2024-01-05”", "2024-01-05"),
            ("<think>Hm.</think>2024-01-05", "2024-01-05"),
            ("```\n2024-01-05\n```", "2024-01-05"),
        ],
        &[
            "05.01.2024",
            "01/05/2024",
            "2024/01/05",
            "2024-13-01",
            "2024-00-10",
            "2024-01-32",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-01-00",
            "20240105",
            "24-01-05",
            "January 5, 2024",
            "2024-01-05T10:00:00Z",
            "2024-01",
            "2024-01-05 or so",
            "12024-01-05",
            "x",
        ],
    );
}

#[test]
fn times() {
    check(
        "partial-time",
        &["00:00:00", "23:59:59", "23:59:60", "10:00:00.5", "10:00:00.123456789"],
        &[("10:00", "10:00:00"), ("*10:00:05*", "10:00:05")],
        &[
            "24:00:00",
            "10:60:00",
            "10:00:60",
            "9:30",
            "10",
            "10:00:00Z",
            "10:00 PM",
            "10:00:00.1234567890",
            "noon",
        ],
    );
    check(
        "time",
        &["10:00:00Z", "10:00:00+02:00", "23:59:59.5-11:30"],
        &[
            ("10:00Z", "10:00:00Z"),
            ("10:00:00z", "10:00:00Z"),
            ("10:00:00 UTC", "10:00:00Z"),
            ("10:00:00+0200", "10:00:00+02:00"),
            ("10:00:00+02", "10:00:00+02:00"),
        ],
        &["10:00:00", "10:00:00+24:00", "10:00:00+02:60", "10:00:00 CET"],
    );
}

#[test]
fn dates_with_times() {
    check(
        "date-time",
        &["2024-01-05T10:00:00Z", "2024-01-05T10:00:00.25-08:00", "+262142-12-31T23:59:59Z"],
        &[
            ("2024-01-05 10:00:00Z", "2024-01-05T10:00:00Z"),
            ("2024-01-05t10:00:00z", "2024-01-05T10:00:00Z"),
            ("2024-01-05T10:00Z", "2024-01-05T10:00:00Z"),
            ("2024-01-05 10:00:00 UTC", "2024-01-05T10:00:00Z"),
            ("2024-01-05 10:00:00 +0200", "2024-01-05T10:00:00+02:00"),
            ("**2024-01-05T10:00:00Z**.", "2024-01-05T10:00:00Z"),
        ],
        &[
            "2024-01-05T10:00:00",
            "2024-01-05",
            "2024-02-30T10:00:00Z",
            "2024-01-05T25:00:00Z",
            "2024-01-05T10:00:00 CET",
            "05.01.2024 10:00Z",
            "2024-01-05T10Z",
        ],
    );
    check(
        "partial-date-time",
        &["2024-01-05T10:00:00", "2024-01-05T10:00:00.000000001"],
        &[
            ("2024-01-05 10:00:00", "2024-01-05T10:00:00"),
            ("2024-01-05 10:00", "2024-01-05T10:00:00"),
        ],
        &["2024-01-05T10:00:00Z", "2024-01-05T10:00:00+02:00", "2024-01-05"],
    );
    check(
        "zoned-date-time",
        &["2024-01-05T10:00:00+01:00[Europe/Paris]", "2024-01-05T10:00:00[UTC]"],
        &[("2024-01-05 10:00:00+0100[Europe/Paris]", "2024-01-05T10:00:00+01:00[Europe/Paris]")],
        &["2024-01-05T10:00:00+01:00", "2024-01-05T10:00:00[]", "2024-01-05T10:00:00[a b]"],
    );
    let zone = parse("2024-01-05T10:00:00", &format("date-time")).unwrap_err().to_string();
    assert_eq!(
        zone,
        "expected a date and time with its zone, such as `2024-01-31T13:45:00Z` (the zone is \
         missing), found `2024-01-05T10:00:00`"
    );
    let month = parse("2024-13-05", &format("date")).unwrap_err().to_string();
    assert!(month.contains("(there is no such month)"), "{month}");
}

#[test]
fn durations() {
    check(
        "duration",
        &["P1Y2M3W4DT5H6M7S", "PT0S", "P2W", "PT2H30M", "-PT1.5S", "PT0.5H", "P1DT12H"],
        &[("pt2h30m", "PT2H30M"), ("`P1D`", "P1D")],
        &[
            "P",
            "PT",
            "P1DT",
            "1D",
            "PT1S2M",
            "P1H",
            "PT1D",
            "PT1.5H30M",
            "P1.5DT1H",
            "PT.5S",
            "P1D1D",
            "2 hours",
            "02:30:00",
        ],
    );
}

#[test]
fn addresses() {
    check(
        "email",
        &["ada@example.org", "a.b+c@sub.example.co.uk", "o'neil@x.ie", "root@localhost"],
        &[("<ada@example.org>", "ada@example.org"), ("ada@example.org.", "ada@example.org")],
        &[
            "ada",
            "ada@",
            "@example.org",
            "a..b@example.org",
            ".a@example.org",
            "a b@example.org",
            "Ada <ada@example.org>",
            "a@-x.org",
            "a@x..org",
        ],
    );
    check(
        "hostname",
        &["example.org", "localhost", "a-b.c1"],
        &[("`example.org`", "example.org")],
        &["-a.org", "a-.org", "a b", "a_b", "exämple.org", &"a".repeat(64)],
    );
    check(
        "uri",
        &[
            "https://example.org/a?b=c#d",
            "mailto:ada@example.org",
            "https://example.org/a.",
            "urn:isbn:0451450523",
            "https://de.wikipedia.org/wiki/Köln",
        ],
        &[
            ("<https://example.org>", "https://example.org"),
            ("**https://example.org/a**", "https://example.org/a"),
        ],
        &["example.org", "/a/b", "https://", "https://exa mple.org", "See https://example.org"],
    );
    check(
        "uuid",
        &["67e55044-10b1-426f-9247-bb680e5fe0c8", "00000000-0000-0000-0000-000000000000"],
        &[
            ("67E55044-10B1-426F-9247-BB680E5FE0C8", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
            ("{67e55044-10b1-426f-9247-bb680e5fe0c8}", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
            ("67e5504410b1426f9247bb680e5fe0c8", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
            (
                "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
                "67e55044-10b1-426f-9247-bb680e5fe0c8",
            ),
        ],
        &[
            "67e55044-10b1-426f-9247-bb680e5fe0c",
            "67e55044-10b1-426f-9247-bb680e5fe0cg",
            "67e5-5044-10b1-426f-9247bb680e5fe0c8",
            "none of them",
        ],
    );
    check(
        "ipv4",
        &["192.0.2.1", "0.0.0.0"],
        &[("`192.0.2.1`", "192.0.2.1")],
        &["256.0.0.1", "1.2.3", "01.2.3.4", "::1"],
    );
    check(
        "ipv6",
        &["2001:db8::1", "::", "::ffff:192.0.2.1"],
        &[("*::1*", "::1")],
        &["192.0.2.1", "2001:db8", "1:2:3:4:5:6:7:8:9", "g::1"],
    );
    check("ip", &["192.0.2.1", "2001:db8::1"], &[("**::1**", "::1")], &["example.org"]);
}

#[test]
fn formats_are_checked_wherever_they_stand() {
    let schema = json!({
        "type": "object",
        "properties": {
            "day": {"$ref": "#/$defs/Day"},
            "days": {"type": "array", "items": {"$ref": "#/$defs/Day"}},
            "maybe": {"type": ["string", "null"], "format": "date-time"},
        },
        "required": ["day", "days", "maybe"],
        "$defs": {"Day": {"type": "string", "format": "date"}},
    });
    let text = r#"{"day": "2024-01-05", "days": ["2024-1-6", "2024-01-07"], "maybe": "none"}"#;
    let parsed = parse(text, &schema).unwrap();
    assert_eq!(parsed.value["days"], json!(["2024-01-06", "2024-01-07"]));
    assert_eq!(parsed.value["maybe"], Value::Null);
    assert_eq!(parsed.repairs[0].kind, RepairKind::Format);
    assert_eq!(
        parsed.repairs[0].to_string(),
        "respelled a text by its format at `/days/0`: `2024-1-6` to `2024-01-06`"
    );
    let error = parse(&text.replace("01-07", "01-77"), &schema).unwrap_err();
    assert_eq!(error.path(), "/days/1");
    // Half a date is none.
    assert!(parse(r#"{"days": [], "maybe": null, "day": "2024-01-0"#, &schema).is_err());
    let days = json!({"type": "array", "items": {"type": "string", "format": "date"}});
    assert_eq!(
        parse("- 2024-01-05\n- 2024-01-06", &days).unwrap().value.as_array().unwrap().len(),
        2
    );
    // A format that nobody knows, or that says how a number is stored, asks for nothing.
    assert!(parse("anything", &format("color")).unwrap().repairs.is_empty());
    assert!(parse("5", &json!({"type": "integer", "format": "date"})).is_ok());
}

#[test]
fn patterns_are_searched_for() {
    let schema = |pattern: &str| json!({"type": "string", "pattern": pattern});
    let code = schema(r"^[A-Z]{2}-\d+$");
    assert!(parse("AB-12", &code).unwrap().repairs.is_empty());
    assert_eq!(parse("**AB-12**", &code).unwrap().value, "AB-12");
    assert_eq!(parse("`AB-12`.", &code).unwrap().repairs[0].kind, RepairKind::Format);
    let error = parse("AB-x", &code).unwrap_err().to_string();
    assert_eq!(error, r"expected a text that matches the pattern `^[A-Z]{2}-\d+$`, found `AB-x`");
    assert!(parse("see 12 there", &schema(r"\d+")).unwrap().repairs.is_empty());
    // What is not in this syntax is somebody else's to check.
    assert!(parse("x", &schema(r"^(?=a)b$")).is_ok());
    assert!(parse("x", &schema(r"^\p{Lu}$")).is_ok());
    let nested = json!({
        "type": "object",
        "properties": {"codes": {"type": "array", "items": code}},
        "patternProperties": {"^x-": {"type": "integer"}, "^s-": {"type": "string", "pattern": "^a"}},
        "additionalProperties": false,
        "required": ["codes"],
    });
    assert!(fit(json!({"codes": ["AB-1"], "x-a": 1, "s-a": "ab"}), &nested).is_ok());
    let path = |value: Value| fit(value, &nested).unwrap_err().path().to_owned();
    assert_eq!(path(json!({"codes": ["AB-1", "?"]})), "/codes/1");
    assert_eq!(path(json!({"codes": [], "x-a": "b"})), "/x-a");
    assert_eq!(path(json!({"codes": [], "s-a": "b"})), "/s-a");
    let unknown = fit(json!({"codes": [], "y": 1}), &nested).unwrap_err();
    assert!(matches!(unknown, ParseError::UnknownKey { .. }), "{unknown}");
}

#[test]
fn many_texts_of_one_pattern_take_linear_time() {
    let schema = json!({"type": "array", "items": {"type": "string", "pattern": "^(a|b|ab)*c?$"}});
    let started = std::time::Instant::now();
    let items: Vec<String> = (0..2000).map(|_| "ab".repeat(50)).collect();
    assert!(fit(json!(items), &schema).is_ok());
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn integers_of_128_bits_are_read_in_full() {
    let signed = json!({"type": "integer", "format": "int128"});
    let unsigned = json!({"type": "integer", "format": "uint128", "minimum": 0});
    let exact = |text: &str, schema: &Value, value: Value| {
        let parsed = parse(text, schema).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(parsed.value, value);
        assert_eq!(parsed.level, Level::Exact, "{text}");
        assert_eq!(fit(value, schema).unwrap().level, Level::Exact, "{text}");
    };
    let (most, least) = (u128::MAX.to_string(), i128::MIN.to_string());
    exact(&most, &unsigned, json!(most));
    exact(&least, &signed, json!(least));
    exact("18446744073709551615", &unsigned, json!(u64::MAX));
    exact("18446744073709551616", &unsigned, json!("18446744073709551616"));
    exact("-9223372036854775808", &signed, json!(i64::MIN));
    exact("-9223372036854775809", &signed, json!("-9223372036854775809"));
    exact("0", &unsigned, json!(0));

    let dressed = |text: &str, schema: &Value, value: Value| {
        let parsed = parse(text, schema).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(parsed.value, value);
        assert_eq!(parsed.level, Level::Repaired, "{text}");
    };
    dressed("**340,282,366,920,938,463,463,374,607,431,768,211,455**", &unsigned, json!(most));
    dressed(&format!("It is {least}."), &signed, json!(least));
    dressed("\"7\"", &unsigned, json!(7));
    // Anywhere in JSON, quoted or not.
    let list = json!({"type": "array", "items": unsigned});
    for text in
        [format!("[1, {most}]"), format!("[1, \"{most}\"]"), format!("```\n[1, {most},]\n```")]
    {
        assert_eq!(parse(&text, &list).unwrap().value, json!([1, most]), "{text}");
    }

    let beyond = "340282366920938463463374607431768211456";
    let refused = |text: &str, schema: &Value| parse(text, schema).unwrap_err().to_string();
    refused(beyond, &unsigned);
    refused("-5", &unsigned);
    refused("1.5", &unsigned);
    refused("1e30", &unsigned);
    let range = refused("170141183460469231731687303715884105728", &signed);
    assert!(range.starts_with("expected an integer within the range of int128"), "{range}");
    refused("-170141183460469231731687303715884105729", &signed);
    assert!(fit(json!(1e30), &unsigned).is_err(), "a float has lost the digits");
    // Other integers keep to their own range, and to numbers.
    let usual = json!({"type": "integer", "format": "uint64", "minimum": 0});
    refused("18446744073709551616", &usual);
    for (format, most) in [("uint", u64::MAX.to_string()), ("int", i64::MAX.to_string())] {
        let schema = json!({"type": "integer", "format": format});
        assert_eq!(parse(&most, &schema).unwrap().value.to_string(), most);
        refused(beyond, &schema);
    }
    refused("-1", &json!({"type": "integer", "format": "uint"}));
}

#[test]
fn bounds_hold_for_integers_of_128_bits() {
    let schema = json!({
        "type": "integer", "format": "int128", "minimum": -1e30, "exclusiveMaximum": 1e30,
        "multipleOf": 3,
    });
    let whole = |text: &str| parse(text, &schema).map(|parsed| parsed.value);
    assert_eq!(whole("300000000000000000000000000000").unwrap(), "300000000000000000000000000000");
    assert_eq!(whole("-3000000000000000000000").unwrap(), "-3000000000000000000000");
    assert!(whole("300000000000000000000000000001").is_err(), "no multiple of 3");
    assert!(whole("3000000000000000000000000000000").is_err(), "too large");
    assert!(whole("-3000000000000000000000000000000").is_err(), "too small");
    let small = json!({"type": "integer", "format": "uint128", "minimum": 0, "maximum": 9});
    let error = parse("340282366920938463463374607431768211455", &small).unwrap_err().to_string();
    assert!(error.starts_with("expected an integer between 0 and 9"), "{error}");
}

#[test]
fn a_character_is_one_also_in_quotes() {
    let schema = json!({"type": "string", "minLength": 1, "maxLength": 1});
    let letter = |text: &str| parse(text, &schema).map(|parsed| parsed.value);
    for text in ["é", ".", "\"", "'", "*", "😀", "5"] {
        assert_eq!(letter(text).unwrap(), text);
    }
    for text in ["\"A\"", "'A'", "`A`", "**A**", "A.", "(A)"] {
        assert_eq!(letter(text).unwrap(), "A", "{text}");
    }
    assert_eq!(letter("\" \"").unwrap(), " ");
    assert_eq!(letter("'.'").unwrap(), ".");
    assert!(letter("AB").unwrap_err().to_string().contains("exactly one character"));
    assert!(letter("").is_err());
}

#[test]
fn arrays_and_tuples_have_their_length_and_sets_tell_what_they_drop() {
    let array =
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2});
    assert!(fit(json!([1, 2]), &array).is_ok());
    for wrong in [json!([1]), json!([1, 2, 3]), json!([])] {
        let error = fit(wrong, &array).unwrap_err().to_string();
        assert!(error.starts_with("expected a list of exactly 2 items"), "{error}");
    }
    let set = json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true});
    let parsed = fit(json!(["a", "b", "a"]), &set).unwrap();
    assert_eq!(parsed.value, json!(["a", "b"]));
    assert_eq!(parsed.repairs[0].kind, RepairKind::DuplicateItem);
}
