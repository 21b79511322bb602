//! Rows from JSON, JSON Lines, CSV with other names, Parquet, and known data sets.

use std::path::Path;

use dspy::prelude::*;
use dspy::row::{RowReader, Rows, read_gsm8k, read_hotpot_qa, read_json, read_jsonl, read_math};

#[dspy::data]
enum Level {
    Easy,
    Hard,
}

#[derive(Signature, Clone, Debug, PartialEq)]
struct Quiz {
    #[input]
    question: String,
    #[input]
    points: u32,
    #[input]
    tags: Vec<String>,
    #[output]
    level: Level,
    #[output]
    hint: Option<String>,
    #[output(default = 1)]
    tries: u8,
}

fn error(text: &str) -> String {
    RowReader::new().read_json_text::<Quiz>(text, "quiz.json").unwrap_err().to_string()
}

#[test]
fn json_and_json_lines_give_the_same_rows() {
    let first =
        r#"{"question": "1984?", "points": 3, "tags": ["a"], "level": "Hard", "hint": null}"#;
    let second =
        r#"{"question": "é\n", "points": 0, "tags": [], "level": "Easy", "hint": "x", "tries": 2}"#;
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("a.jsonl");
    std::fs::write(&lines, format!("\u{feff}{first}\n\n{second}\n")).unwrap();
    let array = folder.path().join("a.json");
    std::fs::write(&array, format!(" [{first},\n{second}]")).unwrap();
    let rows: Vec<Quiz> = read_jsonl(&lines).unwrap();
    assert_eq!(rows, read_json::<Quiz>(&array).unwrap());
    assert_eq!(rows, RowReader::new().read::<Quiz>(&lines).unwrap());
    assert_eq!(
        rows[0],
        Quiz {
            question: "1984?".into(),
            points: 3,
            tags: vec!["a".into()],
            level: Level::Hard,
            hint: None,
            tries: 1,
        }
    );
    assert_eq!(rows[1].tries, 2);
}

#[test]
fn what_does_not_fit_is_named_with_file_line_and_field() {
    let text = "[\n  {\"question\": \"a\", \"points\": 1, \"tags\": [], \"level\": \"Easy\"},\n  {\n    \
                \"question\": \"b\",\n    \"points\": \"many\"\n  }\n]";
    let found = error(text);
    assert!(found.starts_with("`quiz.json`, line 5, column `points`: "), "{found}");
    assert!(found.contains("many"), "{found}");
    let text = |points: &str, level: &str| {
        format!(r#"{{"question": "a", "points": {points}, "tags": [], "level": {level}}}"#)
    };
    for (points, level, field) in
        [("-1", "\"Easy\"", "points"), ("1.5", "\"Easy\"", "points"), ("1", "\"easy!\"", "level")]
    {
        let found = error(&text(points, level));
        assert!(found.starts_with(&format!("`quiz.json`, line 1, column `{field}`: ")), "{found}");
    }
    let found = error("{\"question\": \"a\", \"points\": 1, \"level\": \"Easy\"}");
    assert!(found.contains("column `tags`: there is no such field"), "{found}");
    let found = error("{\"question\": \"a\",\n \"points\": }");
    assert!(found.starts_with("`quiz.json`, line 2: "), "{found}");
    assert!(error("[1]").contains("line 1: expected an object of fields, found 1"));
    assert!(error("").contains("has no rows"));
    assert!(error("[]").contains("has no rows"));
    let missing = RowReader::new().read::<Quiz>("nowhere.jsonl").unwrap_err().to_string();
    assert!(missing.contains("could not read `nowhere.jsonl`"), "{missing}");
    let unknown = RowReader::new().read::<Quiz>("rows.xlsx").unwrap_err().to_string();
    assert!(unknown.contains("ending"), "{unknown}");
}

#[test]
fn columns_can_have_other_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quiz.tsv");
    std::fs::write(&path, "Frage\tPunkte\ttags\tlevel\n1984\t3\t[\"a\"]\tHard\n").unwrap();
    let reader = RowReader::new().column("question", "Frage").column("points", "Punkte");
    let rows: Vec<Quiz> = reader.read(&path).unwrap();
    assert_eq!((rows[0].question.as_str(), rows[0].points), ("1984", 3));
    let wrong = reader.clone().column("hint", "Tipp").read::<Quiz>(&path).unwrap_err().to_string();
    assert!(wrong.contains("has no column `Tipp`"), "{wrong}");
    let wrong = reader.column("hints", "Tipp").read::<Quiz>(&path).unwrap_err().to_string();
    assert!(wrong.contains("the field `hints`, but rows have the fields `question`"), "{wrong}");
    let nested = r#"{"q": {"text": "a"}, "points": 1, "tags": [], "level": "Easy"}"#;
    let reader = RowReader::new().column("question", "/q/text");
    assert_eq!(reader.read_json_text::<Quiz>(nested, "x").unwrap()[0].question, "a");
    let nested = "{\"points\": 1,\n\"q\": {\"text\": 1}, \"tags\": [], \"level\": \"Easy\"}";
    let wrong = reader.read_json_text::<Quiz>(nested, "x").unwrap_err().to_string();
    assert!(wrong.starts_with("`x`, line 2, column `/q/text`"), "{wrong}");
}

#[test]
fn samples_and_orders_depend_on_the_seed_alone() {
    let rows = Rows::from((0..1000).collect::<Vec<u32>>());
    let places = |rows: &Rows<u32>| rows.iter().copied().collect::<Vec<_>>();
    let (small, large) = (places(&rows.sample(10, 3)), places(&rows.sample(100, 3)));
    assert_eq!(small, large[..10]);
    assert_ne!(small, places(&rows.sample(10, 4)));
    let mut all = places(&rows.shuffled(1));
    assert_ne!(all, places(&rows));
    all.sort_unstable();
    assert_eq!(all, places(&rows));
    assert_eq!(rows.sample(5000, 1).len(), 1000);
}

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

#[test]
fn gsm8k() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.jsonl");
    std::fs::write(
        &path,
        "{\"question\": \"Two times 600?\", \"answer\": \"It is 2*600=<<2*600=1200>>1200.\\n#### 1,200\"}\n\
         {\"question\": \"Less?\", \"answer\": \"Nothing\"}\n",
    )
    .unwrap();
    let wrong = read_gsm8k(&path).unwrap_err().to_string();
    assert!(wrong.contains("line 2, column `answer`: it does not end with `####`"), "{wrong}");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.lines().next().unwrap()).unwrap();
    let problems = read_gsm8k(&path).unwrap();
    assert_eq!(problems[0].answer, "1200");
    assert_eq!(problems[0].reasoning, "It is 2*600=<<2*600=1200>>1200.");
    assert_eq!(dspy::metric::last_number(&problems[0].answer), Some(1200.0));
}

#[test]
fn math() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, solution: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let problem = serde_json::json!({
            "problem": "What is $x$?", "level": "Level 2", "type": "Algebra", "solution": solution,
        });
        std::fs::write(path, serde_json::to_string_pretty(&problem).unwrap()).unwrap();
    };
    write("algebra/2.json", "First $\\boxed{7}$, then $x = \\boxed{\\frac{1}{2}}$.");
    write("algebra/1.json", "$\\fbox{3}$");
    std::fs::write(folder.path().join("README.md"), "not a problem").unwrap();
    let problems = read_math(folder.path()).unwrap();
    let answers: Vec<&str> = problems.iter().map(|p| p.answer.as_str()).collect();
    assert_eq!(answers, ["3", "\\frac{1}{2}"]);
    assert_eq!(problems[0].subject, "Algebra");
    write("counting/1.json", "It is 5.");
    let wrong = read_math(folder.path()).unwrap_err().to_string();
    assert!(wrong.contains("counting/1.json`, line 5, column `solution`"), "{wrong}");
}

#[test]
fn hotpot_qa_in_both_forms() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("hotpot_dev_distractor_v1.json");
    std::fs::write(
        &own,
        r#"[{"_id": "5a", "question": "Who?", "answer": "Ada", "type": "bridge", "level": "hard",
            "supporting_facts": [["Ada", 0], ["Engine", 2]],
            "context": [["Ada", ["She was.", " She is."]], ["Engine", ["It turns."]]]}]"#,
    )
    .unwrap();
    let hub = folder.path().join("validation.jsonl");
    std::fs::write(
        &hub,
        r#"{"id": "5a", "question": "Who?", "answer": "Ada", "type": "bridge", "level": "hard", "supporting_facts": {"title": ["Ada", "Engine"], "sent_id": [0, 2]}, "context": {"title": ["Ada", "Engine"], "sentences": [["She was.", " She is."], ["It turns."]]}}"#,
    )
    .unwrap();
    let questions = read_hotpot_qa(&own).unwrap();
    assert_eq!(questions, read_hotpot_qa(&hub).unwrap());
    assert_eq!(questions[0].supporting_facts, [("Ada".to_owned(), 0), ("Engine".to_owned(), 2)]);
    assert_eq!(questions[0].context[0].sentences, ["She was.", " She is."]);
    std::fs::write(&hub, r#"{"question": "Who?"}"#).unwrap();
    let wrong = read_hotpot_qa(&hub).unwrap_err().to_string();
    assert!(wrong.contains("column `answer`: there is no such field"), "{wrong}");
}

#[cfg(feature = "parquet")]
#[test]
fn parquet() {
    let rows: Vec<Quiz> = RowReader::new().read(data("quiz.parquet")).unwrap();
    let text = std::fs::read_to_string(data("quiz.jsonl")).unwrap();
    assert_eq!(rows, RowReader::new().read_json_text::<Quiz>(&text, "quiz.jsonl").unwrap());
    let wrong = RowReader::new()
        .column("points", "question")
        .read::<Quiz>(data("quiz.parquet"))
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("quiz.parquet`, line 1, column `question`: "), "{wrong}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.parquet");
    std::fs::write(&file, "these are no columns").unwrap();
    let broken = RowReader::new().read::<Quiz>(&file).unwrap_err().to_string();
    assert!(broken.contains("broken.parquet"), "{broken}");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_needs_its_feature() {
    let wrong = RowReader::new().read::<Quiz>(data("quiz.parquet")).unwrap_err().to_string();
    assert!(wrong.contains("with the feature `parquet`"), "{wrong}");
    let text = std::fs::read_to_string(data("quiz.jsonl")).unwrap();
    assert_eq!(RowReader::new().read_json_text::<Quiz>(&text, "x").unwrap().len(), 3);
}
