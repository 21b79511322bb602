//! The check of patterns against the engine that the runtime searches by.

use dspy_grammar::check_pattern;
use proptest::prelude::*;
use regex_lite::Regex;

/// Both must say the same of the pattern.
fn agree(pattern: &str) -> Result<(), String> {
    let (ours, theirs) = (check_pattern(pattern), Regex::new(pattern));
    match (&ours, &theirs) {
        (Ok(()), Ok(_)) | (Err(_), Err(_)) => Ok(()),
        _ => Err(format!("{pattern:?}: ours {ours:?}, theirs {:?}", theirs.map(drop))),
    }
}

const TABLE: &[&str] = &[
    // plain
    "",
    "a",
    "äöü☃",
    "a|b|",
    "|",
    "||",
    ".",
    "^$",
    "^",
    "a b",
    "-",
    "]",
    "}",
    "#",
    "&&",
    "~~",
    // groups
    "()",
    "(a)",
    "(a",
    "a)",
    ")",
    "(?:a)",
    "(?:",
    "(?",
    "(",
    "((a)(b(c)))",
    "(?P<n>a)",
    "(?<n>a)",
    "(?<n",
    "(?<",
    "(?<>a)",
    "(?<1>a)",
    "(?<a1>a)",
    "(?<a.b[c]>a)",
    "(?<n>a)(?<n>b)",
    "(?<ä>a)",
    "(?<n>a",
    "(?P=n)",
    "(?P>n)",
    "(?P<a-b>c)",
    "(?'n'a)",
    "(?#note)",
    "(?>a)",
    "(?|a)",
    // look-around and back-references
    "(?=a)",
    "(?!a)",
    "(?<=a)",
    "(?<!a)",
    r"(a)\1",
    r"\0",
    r"\9",
    r"\k<n>",
    // flags
    "(?i)a",
    "(?i:a)",
    "(?imsURxu)a",
    "(?-i)a",
    "(?i-s)a",
    "(?i-)a",
    "(?-)a",
    "(?--i)a",
    "(?ii)a",
    "(?i-i)a",
    "(?)a",
    "(?a)b",
    "(?i",
    "(?i:",
    "(?i)*",
    "a(?i)*",
    "((?i)a)B",
    "(?ä)",
    "(?i",
    "(?-i",
    // classes
    "[a]",
    "[",
    "[]",
    "[]a]",
    "[^]",
    "[^]]",
    "[^",
    "[a-z]",
    "[z-a]",
    "[a-a]",
    "[-]",
    "[--]",
    "[---]",
    "[a-]",
    "[-a]",
    "[a--b]",
    "[a&&b]",
    "[a~~b]",
    "[a&b]",
    "[[a]]",
    "[[:alpha:]]",
    "[[:^alpha:]]",
    "[[:nope:]]",
    "[[:alpha:]",
    "[[:alpha]]",
    "[:alpha:]",
    "[[.a.]]",
    r"[\d]",
    r"[\d-z]",
    r"[a-\d]",
    r"[\b]",
    r"[\]]",
    r"[\-]",
    r"[\x41-\x5A]",
    r"(?i)[\x41-\x5A]",
    r"(?i)[\x30-\x39]",
    r"[\n-\r]",
    r"[\r-\n]",
    r"[\pL]",
    r"[^\s\S]",
    r"[\A]",
    r"[\<]",
    "[a",
    "[a-",
    "[a-z",
    r"[\",
    "[ä-ü]",
    "[☃]",
    "[a[:digit:]-z]",
    "(?i)[a-zA-Z]",
    "[^-a]",
    "[^--a]",
    r"[\w&&\d]",
    "[&-~]",
    "[a-&&]",
    // escapes
    r"\d\D\s\S\w\W\b\B\A\z\<\>",
    r"\Z",
    r"\G",
    r"\h",
    r"\e",
    r"\c",
    r"\ä",
    r"\",
    r"\\",
    r"\/",
    r"\ ",
    r"\%",
    r"\_",
    r"\p{L}",
    r"\pL",
    r"\P{L}",
    r"\x41",
    r"\x4",
    r"\x",
    r"\xzz",
    r"\x{41}",
    r"\x{}",
    r"\x{",
    r"\x{41",
    r"\x{110000}",
    r"\x{D800}",
    r"\x{zz}",
    r"\x{ffffffffff}",
    r"\u0041",
    r"\u004",
    r"\u{41}",
    r"\U00000041",
    r"\U0000004",
    r"\U{1F600}",
    r"\UFFFFFFFF",
    r"\a\f\t\n\r\v",
    r"\N",
    r"\b{start}",
    r"\b{end}",
    r"\b{start-half}",
    r"\b{end-half}",
    r"\b{nope}",
    r"\b{start",
    r"\b{",
    r"\b{2}",
    r"\b{2,}",
    r"\b{}",
    r"\b{start}{2}",
    r"\b*",
    r"\B{start}",
    r"\b{-}",
    r"\b{ start}",
    // repetitions
    "a*",
    "a+",
    "a?",
    "a*?",
    "a+?",
    "a??",
    "a**",
    "a*+",
    "a*???",
    "*",
    "+",
    "?",
    "(*)",
    "(|*)",
    "^*",
    "a{2}",
    "a{2,}",
    "a{2,5}",
    "a{5,2}",
    "a{",
    "a{2",
    "a{2,",
    "a{2,5",
    "a{}",
    "a{,2}",
    "a{,}",
    "a{b}",
    "a{ 2 }",
    "a{ 2 , 5 }",
    "a{2 ,5}",
    "a{2, 5}",
    "a{-1}",
    "{2}",
    "a{2}{3}",
    "a{2}?",
    "a{2}??",
    "a{0}",
    "a{4294967295}",
    "a{4294967296}",
    "(?:){4294967295}",
    "a{0}{4294967295}",
    "a{1}{1}",
    "a{2x}",
    "x{2}}",
    // spaces
    "(?x) a b # c",
    "(?x) a b # c\n d )",
    "(?x) [ a - z ]",
    r"(?x)\x{ 4 1 }",
    r"(?x)\x 4 1",
    "(?x)a {2}",
    "(?x) ( ?: a )",
    "(?x) ( ? : a )",
    "(?x)[a #b\n]",
    "(?x)[a - #]\n]",
    "(?x)[a -  ]",
    "(?x)[a - -]",
    "(?x)a{2} ?",
    "(?x)a* ?",
    r"(?x)\b {start}",
    r"(?x)\b{ start }",
    "(?x",
    "(?x)(?-x) a",
    "(?x)#",
    "(?x)(?<n >a)",
    "(?x)a # (",
    "(?x)[^ ]",
    "(?x)[^ ]]",
    "(?x)[ ]]",
    "(?x)a{ 2 , 3 } ?",
    "(?x)\\ a",
    // real ones
    r"^[A-Z]{2}-\d{4}$",
    r"^\+?[0-9 ()/-]{6,20}$",
    r"(?i)^(yes|no)$",
    r"^https?://[^\s/]+(/\S*)?$",
    r"^(?P<year>\d{4})-(?P<month>\d{2})$",
    r"^[\w.+-]+@[\w-]+\.[\w.]+$",
];

#[test]
fn the_table_is_judged_alike() {
    let disagreements: Vec<String> =
        TABLE.iter().filter_map(|pattern| agree(pattern).err()).collect();
    assert!(disagreements.is_empty(), "{disagreements:#?}");
    let accepted = TABLE.iter().filter(|pattern| check_pattern(pattern).is_ok()).count();
    assert!(accepted > 80 && TABLE.len() - accepted > 80, "{accepted} of {}", TABLE.len());
}

#[test]
fn the_limits_of_nesting_and_size_are_the_engines() {
    for depth in 45..56 {
        let nested = |open: &str, close: &str| open.repeat(depth) + "a" + &close.repeat(depth);
        for pattern in
            [nested("(", ")"), nested("(?:", ")"), nested("(?:b", ")"), nested("", "{2,3}")]
        {
            agree(&pattern).unwrap();
        }
    }
    // The largest count that the engine takes, of parts that are compiled in different ways.
    for (part, suffix) in [
        ("a", "{N}"),
        ("[a-cx-z]", "{N,}"),
        (".", "{3,N}"),
        ("(ab)", "{0,N}"),
        ("(?:a*)", "{N}{1,2}"),
        ("(?:a|bc)", "{N}"),
        ("(?:a?b+)", "{N,}"),
        ("(?:a{2,}c{1,3})", "{2,N}"),
        (r"\b", "{0,N}"),
        ("(?:(?<first>a)|(?<second>b*)){2}", "{N}"),
        (r"(?i:a\w)", "{N}"),
        ("(?:a*)*", "{N,}"),
        ("(?:a+){0}", "{N}"),
    ] {
        let pattern = |n: u32| part.to_owned() + &suffix.replace('N', &n.to_string());
        let (mut low, mut high) = (4_u32, 1_000_000_u32);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match check_pattern(&pattern(middle)) {
                Ok(()) => low = middle,
                Err(_) => high = middle - 1,
            }
        }
        assert!(low > 1000, "{part}{suffix}: {low}");
        agree(&pattern(low)).unwrap();
        agree(&pattern(low + 1)).unwrap();
    }
}

#[test]
fn faults_are_named_where_they_stand() {
    for (pattern, range, says) in [
        ("ab(?=c)", 2..5, "`(?=` at character 3: look-around is not supported"),
        (r"ü(a)\1", 5..7, r"`\1` at character 5: back-references are not supported"),
        (r"\p{Lu}+", 0..2, r"`\p` at character 1: Unicode classes are not supported"),
        ("[a-c", 0..1, "`[` at character 1: the class is not closed"),
        ("(ab", 0..1, "`(` at character 1: the group is not closed"),
        ("ab)", 2..3, "`)` at character 3: there is no `(` before it"),
        ("*a", 0..1, "`*` at character 1: there is nothing to repeat"),
        ("a{5,2}", 1..6, "`{5,2}` at character 2: the lower count is the higher number"),
        ("[z-a]", 1..4, "`z-a` at character 2: the range ends before it starts"),
        ("(?q)", 0..3, "`(?q` at character 1: there is no such flag"),
        (r"a\q", 1..3, r"`\q` at character 2: there is no such escape"),
        (
            "(?:a{1000}){1000}",
            0..17,
            "`(?:a{1000}){1000}` at character 1: the pattern is too large",
        ),
    ] {
        let error = check_pattern(pattern).unwrap_err();
        assert_eq!(error.range, range, "{pattern}");
        assert!(error.to_string().starts_with(says), "{pattern}: {error}");
    }
}

/// Patterns that are mostly well-formed.
fn well_formed() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-zA-Z0-9 _ä☃]".prop_map(String::from),
        prop::sample::select(vec![
            ".",
            "^",
            "$",
            r"\d",
            r"\W",
            r"\s",
            r"\b",
            r"\B",
            r"\.",
            r"\\",
            r"\x41",
            r"\u{e4}",
            "[a-z]",
            "[^a-f0]",
            r"[\w.-]",
            "[[:alpha:]_]",
            "[]a]",
            r"[\x41-\x45]",
            r"\n",
            r"\b{start}",
            "(?i)",
            "(?x)",
        ])
        .prop_map(String::from),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.join("|")),
            (
                inner.clone(),
                prop::sample::select(vec!["(", "(?:", "(?i:", "(?<n>", "(?s-i:", "(?x:"])
            )
                .prop_map(|(part, open)| format!("{open}{part})")),
            (
                inner,
                prop::sample::select(vec![
                    "*", "+", "?", "*?", "{2}", "{0}", "{1,}", "{2,3}", "{0,4}?", "{1}",
                ])
            )
                .prop_map(|(part, count)| format!("(?:{part}){count}")),
        ]
    })
}

/// A well-formed pattern with a few characters changed, put in or taken out.
fn mutated() -> impl Strategy<Value = String> {
    let letter = prop::sample::select(
        r"()[]{}?*+|\^$.-,:<>=!#&~ ab019PpxuUbBdwsiäm/".chars().chain(['\n']).collect::<Vec<_>>(),
    );
    let change = (any::<prop::sample::Index>(), letter, 0..3_u8);
    (well_formed(), prop::collection::vec(change, 1..5)).prop_map(|(pattern, changes)| {
        let mut letters: Vec<char> = pattern.chars().collect();
        for (place, letter, kind) in changes {
            let at = place.index(letters.len() + 1);
            match (kind, at < letters.len()) {
                (0, true) => drop(letters.remove(at)),
                (1, true) => letters[at] = letter,
                _ => letters.insert(at, letter),
            }
        }
        letters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn well_formed_patterns_are_judged_alike(pattern in well_formed()) {
        agree(&pattern).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn mutated_patterns_are_judged_alike(pattern in mutated()) {
        agree(&pattern).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn signs_in_any_order_are_judged_alike(pattern in r"[()\[\]{}?*+|\\^$.,:<>=!#&~ \nabx019ipd-]{0,14}") {
        agree(&pattern).map_err(TestCaseError::fail)?;
    }
}
