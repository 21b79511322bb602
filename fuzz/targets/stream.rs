//! However a text is cut: no panic, bounded work, and the end is what the whole text gives.

#![no_main]

mod schemas;

use dspy::parse::parse;
use dspy::parse::partial::PartialParse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((seed, rest)) = data.split_first() else { return };
    let Some((schema, text)) = schemas::split(rest) else { return };
    let mut stream = PartialParse::new(&schema).expect("a schema without faults");
    let mut random = u64::from(*seed) + 1;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let length = 1 + (random >> 33) as usize % (1 + usize::from(*seed) / 8);
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(end, _)| end);
        let (piece, after) = rest.split_at(end);
        for delta in stream.push(piece) {
            let _ = (delta.path(), delta.change(), delta.field());
        }
        let _ = stream.value();
        rest = after;
    }
    assert!(stream.steps() <= 300 * text.len() + 1000);
    assert_eq!(stream.finish(), parse(&text, &schema));
});
