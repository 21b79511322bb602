//! What is read from the text of a signature, and what is said of a faulty one.

use dspy_grammar::{List, Map, Parsed, Scalar, Set, Task, Type, TypeKind, parse, parse_type};
use proptest::prelude::*;

fn read(text: &str) -> Task {
    let Parsed { value, faults } = parse(text);
    assert_eq!(faults, [], "{text}");
    value
}

fn kind(text: &str) -> TypeKind {
    let Parsed { value, faults } = parse_type(text);
    assert_eq!(faults, [], "{text}");
    value.unwrap().kind
}

/// The faults of a text: what they point at, and what they say.
fn faults(text: &str) -> Vec<(String, String)> {
    let faults = parse(text).faults.into_iter();
    faults.map(|fault| (text[fault.span].to_owned(), fault.message)).collect()
}

/// The one fault of a text.
fn fault(text: &str) -> (String, String) {
    let mut faults = faults(text);
    assert_eq!(faults.len(), 1, "{text}: {faults:#?}");
    faults.remove(0)
}

fn names(task: &Task) -> (Vec<&str>, Vec<&str>) {
    (
        task.inputs.iter().map(|field| field.name.as_str()).collect(),
        task.outputs.iter().map(|field| field.name.as_str()).collect(),
    )
}

#[test]
fn fields_stand_on_two_sides() {
    assert_eq!(names(&read("a, b: str -> c")), (vec!["a", "b"], vec!["c"]));
    assert_eq!(names(&read("a->c")), (vec!["a"], vec!["c"]));
    assert_eq!(names(&read("\n a,\n b,\n ->\n c,\n")), (vec!["a", "b"], vec!["c"]));
    assert_eq!(names(&read("r#type->r#match : int")), (vec!["type"], vec!["match"]));
    assert_eq!(names(&read("größe -> __x9")), (vec!["größe"], vec!["__x9"]));
}

#[test]
fn spans_are_bytes_of_the_text() {
    let text = "größe -> b: list[int | None]";
    let task = read(text);
    let field = &task.outputs[0];
    assert_eq!(&text[field.span.clone()], "b");
    assert_eq!(&text[field.ty.span.clone()], "list[int | None]");
    let inner = field.ty.inner()[0];
    assert_eq!(&text[inner.span.clone()], "int | None");
}

#[test]
fn both_spellings_name_the_same_types() {
    for (python, rust) in [
        ("str", "String"),
        ("int", "i64"),
        ("float", "f64"),
        ("list[int]", "Vec<i64>"),
        ("set[str]", "BTreeSet<String>"),
        ("dict[str, float]", "BTreeMap<str, f64>"),
        ("Optional[bool]", "Option<bool>"),
        ("tuple[int, str]", "(int, str)"),
        ("Any", "serde_json::Value"),
        ("List[Dict[str, Any]]", "Vec<BTreeMap<String, Value>>"),
        ("str | None", "Option<str>"),
    ] {
        assert_eq!(bare(kind(python)), bare(kind(rust)), "{python}");
    }
    let TypeKind::List(List::VecDeque, item) = kind("std::collections::VecDeque<char>") else {
        panic!();
    };
    assert_eq!(item.kind, TypeKind::Scalar(Scalar::Char));
    assert!(matches!(kind("HashSet<u8>"), TypeKind::Set(Set::HashSet, _)));
    assert!(matches!(kind("HashMap<u8, u8>"), TypeKind::Map(Map::HashMap, ..)));
    assert!(matches!(kind("[f32; 3]"), TypeKind::Array(_, 3)));
    assert!(matches!(kind("(str,)"), TypeKind::Tuple(items) if items.len() == 1));
}

/// The kind without the places, which differ from text to text.
fn bare(mut kind: TypeKind) -> String {
    fn strip(ty: &mut Type) {
        ty.span = 0..0;
        match &mut ty.kind {
            TypeKind::Option(inner)
            | TypeKind::Boxed(inner)
            | TypeKind::List(_, inner)
            | TypeKind::Set(_, inner)
            | TypeKind::Array(inner, _) => strip(inner),
            TypeKind::Map(_, key, value) => {
                strip(key);
                strip(value);
            }
            TypeKind::Tuple(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut ty = Type { span: 0..0, kind };
    strip(&mut ty);
    kind = ty.kind;
    format!("{kind:?}")
}

#[test]
fn paths_are_the_users() {
    let TypeKind::Path { is_absolute, segments } = kind("::a::r#mod::Thing<u8, list[b::C]>") else {
        panic!();
    };
    assert!(is_absolute);
    let names: Vec<_> = segments.iter().map(|segment| segment.name.as_str()).collect();
    assert_eq!(names, ["a", "r#mod", "Thing"]);
    assert_eq!(segments[2].arguments.len(), 2);
    // A path of the user's may end in a standard word.
    assert!(matches!(kind("own::Option"), TypeKind::Path { .. }));
    assert!(matches!(kind("crate::Vec<u8>"), TypeKind::Path { .. }));
    // A type that only looks like a misspelt one is left to the compiler.
    assert!(matches!(kind("Strings"), TypeKind::Path { .. }));
    assert!(matches!(kind("date"), TypeKind::Path { .. }));
}

#[test]
fn literals_keep_every_character_of_their_texts() {
    let TypeKind::Literal(texts) = kind(r#"Literal['a b', "it's", 'it\'s]', "\\", '', ]"#) else {
        panic!();
    };
    let values: Vec<_> = texts.iter().map(|text| text.value.as_str()).collect();
    assert_eq!(values, ["a b", "it's", "it's]", "\\", ""]);
}

#[test]
fn each_fault_points_at_its_place() {
    for (text, place, said) in [
        ("", "", "the signature is empty"),
        ("question", "question", "there is no `->`"),
        ("question ->", "", "there is no output after `->`"),
        ("-> answer", "", "there is no input before `->`"),
        ("a -> b -> c", "->", "second `->`"),
        ("a => b", "=>", "did you mean `->`?"),
        ("a > b", ">", "did you mean `->`?"),
        ("a → b", "→", "did you mean `->`?"),
        ("a, , b -> c", ",", "no field before this `,`"),
        (": int -> c", ":", "the name of the field is missing"),
        ("a: -> c", "", "the type of `a` is missing"),
        ("a -> c:", "", "the type of `c` is missing"),
        ("my-field -> c", "my-field", "write `my_field`"),
        ("2nd -> c", "2nd", "write `field_2nd`"),
        ("'a' -> c", "'a'", "write `a`"),
        ("type -> c", "type", "write `r#type`"),
        ("self -> c", "self", "cannot name a field"),
        ("a -> completed", "completed", "closes an answer"),
        ("a -> augmented", "augmented", "marks a demonstration"),
        ("a, b -> a", "a", "there is a field `a` already"),
        ("a b -> c", "", "`,` is missing before `b`"),
        ("a str -> c", "", "write `a: str`"),
        ("a:: int -> c", "::", "one `:`"),
        ("a: int = 3 -> c", "=", "no defaults"),
        ("a: int? -> c", "?", "no type optional"),
        ("a: list of str -> c", "of", "`list[str]`"),
        ("a: sting -> c", "sting", "did you mean `String`?"),
        ("a: flaot -> c", "flaot", "did you mean `float`?"),
        ("a: lst[str] -> c", "lst", "did you mean `list`?"),
        ("a: array<str> -> c", "array", "did you mean `list`?"),
        ("a: Vec[str] -> c", "Vec[str]", "did you mean `Vec<str>`?"),
        ("a: list<str> -> c", "list<str>", "did you mean `list[str]`?"),
        ("a: Thing[u8] -> c", "Thing[u8]", "did you mean `Thing<u8>`?"),
        ("a: Vec<str, b -> c", "<", "`<` is never closed"),
        ("a: dict[str, list[int] -> c", "[", "`[` is never closed"),
        ("a: (int -> c", "(", "`(` is never closed"),
        ("a: list[int]] -> c", "]", "closes nothing"),
        ("a: list -> c)", ")", "closes nothing"),
        ("a: Vec -> c", "Vec", "`Vec<String>`"),
        ("a: dict[str] -> c", "dict[str]", "`dict[str, int]`"),
        ("a: Option<u8, u8> -> c", "Option<u8, u8>", "takes one type, not 2"),
        ("a: str[5] -> c", "str", "takes no types"),
        ("a: tuple -> c", "tuple", "`tuple[int, str]`"),
        ("a: list[...] -> c", "...", "`tuple[T, ...]` alone"),
        ("a: int | str -> c", "int | str", "declare an enum"),
        ("a: Union[int, str] -> c", "Union[int, str]", "declare an enum"),
        ("a: Union -> c", "Union", "`Union[str, None]`"),
        ("a: None -> c", "None", "`str | None`"),
        ("a: Optional[None] -> c", "None", "`str | None`"),
        ("a: () -> c", "()", "`-> answer`"),
        ("a: [f32] -> c", "[f32]", "`Vec<f32>`"),
        ("a: [f32; n] -> c", "n", "is a number"),
        ("a: [f32; 33] -> c", "33", "`Vec<f32>`"),
        ("a: [f32; 0] -> c", "0", "holds nothing"),
        ("a: [f32; 99999999999999999999] -> c", "99999999999999999999", "is a number"),
        ("a: &str -> c", "&str", "`String`"),
        ("a: &'a mut Vec<u8> -> c", "&'a mut Vec<u8>", "`Vec<u8>`"),
        ("a: &[u8] -> c", "&[u8]", "`Vec<u8>`"),
        ("a: Cow<'a, str> -> c", "'a", "without a lifetime"),
        ("a: fn(u8) -> u8 -> c", "fn(u8) -> u8", "a function is no value"),
        ("a: fn(u8) -> c", "fn(u8)", "a function is no value"),
        ("a: Box<dyn Fn(u8) -> u8> -> c", "dyn Fn(u8) -> u8", "no JSON Schema"),
        ("a: impl Into<u8> -> c", "impl Into<u8>", "no JSON Schema"),
        ("a: *const u8 -> c", "*", "a pointer"),
        ("a: _ -> c", "_", "leaves the type open"),
        ("a: Self -> c", "Self", "name the type"),
        ("a: type -> c", "type", "names no type"),
        ("a: 'x' -> c", "'x'", "`Literal['x']`"),
        ("a: 5 -> c", "5", "where a type should come"),
        ("a: typing.List[str] -> c", ".", "written with `::`"),
        ("a: set[float] -> c", "float", "`list[float]`"),
        ("a: set[Any] -> c", "Any", "`list[Any]`"),
        ("a: dict[float, int] -> c", "float", "cannot be the key"),
        ("a: dict[str | None, int] -> c", "str | None", "cannot be the key"),
        ("a -> c: Literal", "Literal", "lists texts"),
        ("a -> c: Literal[]", "Literal[]", "has no member"),
        ("a -> c: Literal[1.5]", "1.5", "write `'1.5'`"),
        ("a -> c: Literal[-1]", "-1", "write `'-1'`"),
        ("a -> c: Literal[yes]", "yes", "write `'yes'`"),
        ("a -> c: Literal['a', None]", "None", "`Optional[Literal[…]]`"),
        ("a -> c: Literal['a' 'b']", "", "`,` is missing before `'b'`"),
        ("a -> c: Literal['a', 'a']", "'a'", "already"),
        ("a -> c: Literal<'a'>", "Literal<'a'>", "did you mean `Literal['a']`?"),
        ("a -> c: Literal['a, b]", "'a, b]", "`'` is never closed"),
        ("a -> c: Literal['a, 'b']", "']", "`'` is never closed"),
        ("a; b -> c", ";", "where a `,`"),
        ("@ -> c", "@", "is no name"),
        ("[a] -> c", "[", "where the name of a field"),
    ] {
        let (found, message) = fault(text);
        assert_eq!(found, place, "{text}: {message}");
        assert!(message.contains(said), "{text}: {message}");
    }
}

#[test]
fn all_faults_are_told_at_once_and_the_rest_is_read() {
    let text = "a: flaot, 2b, c: list[sting], d: dict[str -> e f: Vec[int], g: Literal[]";
    let told: Vec<_> = faults(text).into_iter().map(|(place, _)| place).collect();
    assert_eq!(told, ["flaot", "2b", "sting", "[", "", "Vec[int]", "Literal[]"]);
    let task = parse(text).value;
    assert_eq!(names(&task), (vec!["a", "c"], vec!["e", "f", "g"]));
    // What was meant stands in.
    assert_eq!(task.inputs[0].ty.kind, TypeKind::Scalar(Scalar::F64));
}

#[test]
fn the_place_is_marked_in_its_line() {
    let render =
        |text: &str| parse(text).faults[0].render(text).split_once('\n').unwrap().1.to_owned();
    let text = "context: Vec<String> question -> answer";
    let marked = "  | context: Vec<String> question -> answer\n  |                      ^";
    assert_eq!(render(text), marked);
    assert_eq!(render("a,\r\n\tgröße: flaot\r\n-> b"), "  |  größe: flaot\n  |         ^^^^^");
    assert_eq!(render("a ->"), "  | a ->\n  |     ^");
    assert_eq!(render(""), "  | \n  | ^");
    let long = format!("{}: flaot{} -> b", "a".repeat(500), ", c".repeat(200));
    let shown = render(&long);
    let (line, mark) = shown.split_once('\n').unwrap();
    assert!(line.starts_with("  | …aaa") && line.ends_with('…'), "{line}");
    let at = mark.find('^').unwrap();
    let marked: String = line.chars().skip(at).take(5).collect();
    assert_eq!(marked, "flaot");
}

#[test]
fn depth_is_bounded_and_time_is_linear() {
    let nested =
        |depth: usize| format!("a -> b: {}int{}", "list[".repeat(depth), "]".repeat(depth));
    assert_eq!(parse(&nested(31)).faults, []);
    let (_, message) = fault(&nested(32));
    assert!(message.contains("32 deep"), "{message}");
    let many = 20_000;
    for text in [
        nested(many),
        "list[".repeat(many),
        format!("a: {}", "list[".repeat(many)),
        format!("a: {}{}", "(".repeat(many), "]".repeat(many)),
        "a: list[int]] b 'c' d: flaot, -> ".repeat(many),
        "Literal['".repeat(many),
        format!("a -> b: Literal[{}]", "'x', ".repeat(many)),
        "fn(".repeat(many),
        format!("a: {}int -> b", "&".repeat(many)),
        ",".repeat(many),
        "<[(".repeat(many),
        ")]>".repeat(many),
    ] {
        let began = std::time::Instant::now();
        let parsed = parse(&text);
        parsed.faults.iter().for_each(|fault| drop(fault.render(&text)));
        assert!(!parsed.faults.is_empty());
        // Quadratic time would take minutes.
        assert!(began.elapsed().as_secs() < 20, "{}", &text[..40]);
    }
}

/// Words and signs that mean something, in any order.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "question",
        "r#type",
        "type",
        "2",
        "3.5",
        ",",
        ",",
        ":",
        ":",
        "::",
        "->",
        "->",
        "=>",
        "<",
        ">",
        "[",
        "]",
        "(",
        ")",
        "|",
        "&",
        "'",
        "\"",
        "'a'",
        "\"b\"",
        ";",
        "...",
        "…",
        "?",
        "=",
        "-",
        ".",
        " ",
        " ",
        "\n",
        "list",
        "Vec",
        "dict",
        "HashMap",
        "set",
        "tuple",
        "Option",
        "Optional",
        "Union",
        "Literal",
        "None",
        "Literal['a', 'b']",
        "str",
        "flaot",
        "fn",
        "dyn",
        "Thing",
        "crate",
        "'static",
        "\\",
        "é",
        "—>",
        "\u{301}",
        "𝒳",
        "completed",
        "Self",
        "_",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

fn holds(text: &str) {
    let Parsed { value: task, faults } = parse(text);
    for fault in &faults {
        assert!(text.get(fault.span.clone()).is_some(), "{text:?}: {fault:?}");
        let shown = fault.render(text);
        assert!(shown.starts_with(&fault.message) && shown.lines().count() >= 3, "{shown}");
    }
    let mut names: Vec<_> =
        task.inputs.iter().chain(&task.outputs).map(|field| &field.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "{text:?}");
    assert!(!faults.is_empty() || !task.outputs.is_empty(), "{text:?}");
    // The parts read alone tell of the same things.
    let _ = (dspy_grammar::parse_field(text), parse_type(text));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_at_all_makes_it_panic(text in "\\PC*") {
        holds(&text);
    }

    #[test]
    fn no_order_of_words_and_signs_makes_it_panic(text in soup()) {
        holds(&text);
    }

    #[test]
    fn a_signature_of_plain_names_is_read_as_it_is(
        inputs in prop::collection::vec("[a-z]{1,4}_i", 1..4),
        outputs in prop::collection::vec("[a-z]{1,4}_o", 1..4),
    ) {
        let text = format!("{} -> {}", inputs.join(", "), outputs.join(","));
        let is_distinct = |names: &[String]| {
            names.iter().collect::<std::collections::BTreeSet<_>>().len() == names.len()
        };
        let Parsed { value: task, faults } = parse(&text);
        prop_assert_eq!(faults.is_empty(), is_distinct(&inputs) && is_distinct(&outputs));
        if faults.is_empty() {
            prop_assert_eq!(task.inputs.len(), inputs.len());
            prop_assert_eq!(task.outputs.len(), outputs.len());
        }
    }
}
