use dspy::prelude::*;

struct Page;

fn main() {
    Tool::new("search", "Finds pages.", |query: String| async move {
        drop(query);
        Page
    });
}
