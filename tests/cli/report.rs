//! `report`: results and runs as a page.

use std::fs;

use dspy::cli::{Cli, Exit};

use super::{model, program, say};

#[test]
fn results_comparisons_and_runs_become_pages() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let rows: String = (0..12)
        .map(|n| format!("{{\"town\": \"<b>T{n}\", \"fame\": \"<b>T{n} cheese\"}}\n"))
        .collect();
    fs::write(folder.join("rows.jsonl"), rows).unwrap();
    let cli = Cli::new(program(&model()));
    let go = |line: &str| say(&cli, folder, &line.split(' ').collect::<Vec<_>>());
    go("eval rows.jsonl --out results.jsonl").ended(Exit::Done);
    go("optimize rows.jsonl --optimizer bootstrap --out tuned.json --report run.json")
        .ended(Exit::Done);
    for (files, title) in [
        ("results.jsonl", "Towns"),
        ("results.jsonl results.jsonl", "Both"),
        ("run.json", "Search"),
    ] {
        let line = format!("report {files} --out page.html --title {title}");
        let done = go(&line).ended(Exit::Done);
        assert_eq!(done.out, "the page is in page.html\n");
        let page = fs::read_to_string(folder.join("page.html")).unwrap();
        assert!(page.contains(&format!("<title>{title}</title>")), "{title}");
        assert!(!page.contains("<b>T1"), "texts of rows are no markup");
        fs::remove_file(folder.join("page.html")).unwrap();
    }
    for line in ["report rows.jsonl --out page.html", "report gone.jsonl --out page.html"] {
        let done = go(line).ended(Exit::Usage);
        assert!(done.err.contains(".jsonl"), "{}", done.err);
        assert!(!folder.join("page.html").exists());
    }
    let done = go("report results.jsonl").ended(Exit::Usage);
    assert!(done.err.contains("--out"), "{}", done.err);
}
