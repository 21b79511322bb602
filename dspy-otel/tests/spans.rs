//! The spans of programs as OpenTelemetry gets them: who stands in whom, and what is said of each.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test says what it expects, and programs are written as users write them"
)]

mod spans {
    mod concurrency;
    mod content;
    mod listener;
    mod program;
    mod scene;
    mod scores;
}
