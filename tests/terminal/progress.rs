//! Lines of progress, at fixed widths.

use std::time::Duration;

use dspy::terminal::ProgressLine;

fn search() -> ProgressLine {
    ProgressLine::new("MiproV2", 5, 20)
        .with("best 0.812")
        .with("340 calls")
        .with("$0.42")
        .with("$1.58 left")
        .after(Duration::from_secs(3725))
}

#[test]
fn a_line_says_what_matters() {
    assert_eq!(
        search().to_text(120),
        "MiproV2 [=====               ] 5/20, best 0.812, 340 calls, $0.42, $1.58 left, 1h02m gone, \
         3h06m left"
    );
}

#[test]
fn a_narrow_line_has_no_bar_and_is_cut_at_its_end() {
    assert_eq!(
        search().to_text(80),
        "MiproV2 5/20, best 0.812, 340 calls, $0.42, $1.58 left, 1h02m gone, 3h06m left"
    );
    assert_eq!(search().to_text(30), "MiproV2 5/20, best 0.812, 340…");
    for width in 1..120 {
        assert!(search().to_text(width).chars().count() <= width, "{width}");
    }
}

#[test]
fn nobody_knows_how_long_the_rest_takes_before_anything_is_done() {
    let line = ProgressLine::new("Gepa", 0, 20).after(Duration::from_secs(59));
    assert_eq!(line.left(), None);
    assert_eq!(line.to_text(80), "Gepa [                    ] 0/20, 59s gone");
    let endless = ProgressLine::new("Gepa", 7, 0).after(Duration::from_secs(61));
    assert_eq!(endless.to_text(80), "Gepa 7, 1m01s gone");
}
