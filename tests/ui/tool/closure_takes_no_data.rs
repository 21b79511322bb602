use dspy::prelude::*;

struct Query;

fn main() {
    Tool::new("search", "Finds pages.", |query: Query| async move {
        drop(query);
        "nothing"
    });
}
