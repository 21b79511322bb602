//! Text to SQL, checked by running it: a query that the database refuses, or that finds nothing, is
//! refined with the database's own words.
//!
//! `cargo run --release --example text_to_sql` runs offline. The embedded model cannot write SQL, so
//! without `DSPY_LM` a scripted model stands in for one: it guesses a column until it is told better.

use dspy::lm::{Request, Scripted};
use dspy::metric::Score;
use dspy::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;

/// Write one SQLite query that answers the question.
#[derive(Signature, Clone)]
struct WriteQuery {
    /// The tables.
    #[input]
    tables: String,
    #[input]
    question: String,
    /// A single SELECT statement.
    #[output]
    query: String,
}

const TABLES: &str = "\
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL);
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer(id),
                      cents INTEGER NOT NULL, paid INTEGER NOT NULL);";

const ROWS: &str = "
INSERT INTO customer VALUES (1, 'Ann', 'Oslo'), (2, 'Bob', 'Riga'), (3, 'Cleo', 'Oslo');
INSERT INTO invoice VALUES (1, 1, 12000, 1), (2, 1, 3000, 0), (3, 2, 99900, 0), (4, 3, 4500, 0);";

fn database() -> rusqlite::Result<Connection> {
    let database = Connection::open_in_memory()?;
    database.execute_batch(TABLES)?;
    database.execute_batch(ROWS)?;
    Ok(database)
}

/// The rows that a query finds, on a database of its own that it cannot spoil for others.
fn run(query: &str) -> rusqlite::Result<Vec<String>> {
    let database = database()?;
    database.pragma_update(None, "query_only", true)?;
    let mut statement = database.prepare(query)?;
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells: rusqlite::Result<Vec<String>> =
            (0..columns).map(|column| Ok(shown(row.get(column)?))).collect();
        Ok(cells?.join(", "))
    })?;
    rows.collect()
}

fn shown(value: Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// Whether the query runs and finds something; if not, why.
fn answers(_: &WriteQueryInput, output: &WriteQueryOutput) -> Score {
    match run(&output.query) {
        Ok(rows) if rows.is_empty() => Score::new(0.5).with_feedback("the query finds no row"),
        Ok(_) => Score::new(1.0),
        Err(error) => Score::new(0.0).with_feedback(format!("the database says: {error}")),
    }
}

#[tokio::main]
async fn main() -> dspy::Result<()> {
    let lm = match std::env::var_os("DSPY_LM") {
        Some(_) => Lm::from_env()?,
        None => guesser().lm(),
    };
    let mut write = Refine::new(ChainOfThought::<WriteQuery>::new(), 3, |input, output| {
        answers(input, &output.output)
    })
    .reward_description("The query runs on the database and finds at least one row.");
    write.set_lm(&lm);

    let question = "Who in Oslo has invoices to pay, and how much in all?";
    let input = WriteQueryInput { tables: TABLES.into(), question: question.into() };
    let written = write.call(input).record().await?;
    println!("{question}\n");
    for call in written.trace().of("module") {
        let query = call.outputs.as_ref().ok().and_then(|outputs| outputs["query"].as_str());
        let query = query.unwrap_or_default();
        println!("{query}");
        match run(query) {
            Ok(rows) if rows.is_empty() => println!("  => nothing\n"),
            Ok(rows) => println!("  => {}\n", rows.join("\n     ")),
            Err(error) => println!("  => {error}\n"),
        }
    }
    println!("{} calls, reward {:?}", written.usage().calls, written.reward());
    Ok(())
}

/// Takes amounts for `amount` and spells cities small, until the advice says otherwise.
fn guesser() -> Scripted {
    Scripted::with(|request: &Request, _| {
        let question = request.messages.last().map(|message| message.text()).unwrap_or_default();
        if let Some((_, remark)) = question.split_once("[[ ## reward_remark ## ]]\n") {
            let remark = remark.lines().next().unwrap_or_default();
            let advice = match remark {
                remark if remark.contains("amount") => "The column is called `cents`.",
                _ => "Write the city as the tables do: `Oslo`. The column is called `cents`.",
            };
            return format!(
                "[[ ## discussion ## ]]\n{remark}\n\n[[ ## advice ## ]]\n{}\n\n[[ ## completed ## ]]",
                serde_json::json!({"self": advice})
            );
        }
        let column = if question.contains("`cents`") { "cents" } else { "amount" };
        let city = if question.contains("Write the city") { "Oslo" } else { "oslo" };
        format!(
            "[[ ## reasoning ## ]]\nOpen invoices are those not paid, summed by customer.\n\n\
             [[ ## query ## ]]\nSELECT name, SUM({column}) FROM invoice JOIN customer ON \
             customer.id = customer WHERE city = '{city}' AND NOT paid GROUP BY name\n\n\
             [[ ## completed ## ]]"
        )
    })
}
