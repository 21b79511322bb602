use dspy::prelude::*;

struct Connection;

#[tool]
async fn search(connection: Connection) -> usize {
    let _ = connection;
    1
}

fn main() {}
