//! Jobs that outlive the program.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use dspy::lm::{
    BatchCounts, BatchError, BatchId, BatchJob, BatchModel, BatchState, BatchStatus, LmError,
    Request, Response,
};
use serde_json::{Value, json};

use super::{requests, texts};

const AT_ONCE: Duration = Duration::from_millis(1);

/// A provider in memory: what it answers to each poll, and what it was asked.
struct Provider {
    name: &'static str,
    polls: Mutex<Vec<Result<BatchState, LmError>>>,
    refuses: Option<LmError>,
    calls: Mutex<Vec<String>>,
}

impl Provider {
    /// Answers polls in this order; the last is given from then on.
    fn new(polls: impl IntoIterator<Item = Result<BatchState, LmError>>) -> Self {
        let mut polls: Vec<_> = polls.into_iter().collect();
        polls.reverse();
        let calls = Mutex::default();
        Self { name: "test/model", polls: Mutex::new(polls), refuses: None, calls }
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn count(&self, call: &str) -> usize {
        self.calls().iter().filter(|known| *known == call).count()
    }

    fn note(&self, call: &str) {
        self.calls.lock().unwrap().push(call.to_owned());
    }
}

impl BatchModel for Provider {
    async fn submit(&self, _requests: &[Request]) -> Result<BatchId, LmError> {
        self.note("submit");
        match &self.refuses {
            Some(error) => Err(error.clone()),
            None => Ok(BatchId::new("batch_1")),
        }
    }

    async fn poll(&self, id: &BatchId) -> Result<BatchStatus, LmError> {
        assert_eq!(id.as_str(), "batch_1");
        self.note("poll");
        let mut polls = self.polls.lock().unwrap();
        let next = if polls.len() > 1 { polls.pop() } else { polls.last().cloned() };
        Ok(BatchStatus::new(next.unwrap()?, "word", BatchCounts::default()))
    }

    async fn fetch(&self, _id: &BatchId) -> Result<Vec<Result<Response, LmError>>, LmError> {
        self.note("fetch");
        Ok(vec![Ok(Response::text("one"))])
    }

    async fn cancel(&self, _id: &BatchId) -> Result<(), LmError> {
        self.note("cancel");
        Ok(())
    }

    fn name(&self) -> &str {
        self.name
    }
}

fn passing() -> LmError {
    LmError::Transport { host: "h".into(), message: "gone".into() }
}

async fn run(
    provider: &Provider,
    requests: &[Request],
    path: &Path,
) -> Result<Vec<Result<Response, LmError>>, BatchError> {
    BatchJob::run(provider, requests, path, AT_ONCE).await
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[tokio::test]
async fn a_job_runs_once_and_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.json");
    let two = requests(&["secret One?", "secret Two?"]);
    let provider = Provider::new([Ok(BatchState::Running), Ok(BatchState::Completed)]);
    let answers = run(&provider, &two, &path).await.unwrap();
    assert_eq!(provider.calls(), ["submit", "poll", "poll", "fetch"]);
    let shown = texts(&answers);
    assert_eq!((answers.len(), shown[0].as_str()), (2, "one"));
    assert!(shown[1].contains("no answer to this request"), "{shown:?}");

    let file = read(&path);
    assert_eq!((&file["model"], &file["batch"]), (&json!("test/model"), &json!("batch_1")));
    assert_eq!(file["requests"].as_array().unwrap().len(), 2);
    assert!(!file.to_string().contains("secret"), "{file}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");

    let answers = run(&provider, &two, &path).await.unwrap();
    assert_eq!(texts(&answers), shown);
    assert_eq!(provider.count("submit"), 1);
}

#[tokio::test]
async fn a_rerun_goes_on_where_the_program_died() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.json");
    let one = requests(&["One?"]);
    let endless = Provider::new([Ok(BatchState::Running)]);
    let cut = tokio::time::timeout(Duration::from_millis(30), run(&endless, &one, &path)).await;
    assert!(cut.is_err() && endless.count("submit") == 1);
    let done = Provider::new([Ok(BatchState::Cancelling), Ok(BatchState::Cancelled)]);
    assert_eq!(texts(&run(&done, &one, &path).await.unwrap()), ["one"]);
    assert_eq!(done.calls(), ["poll", "poll", "fetch"]);
}

#[tokio::test]
async fn another_jobs_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.json");
    let provider = Provider::new([Ok(BatchState::Completed)]);
    run(&provider, &requests(&["One?", "Two?"]), &path).await.unwrap();
    let before = read(&path);
    let other = Provider { name: "test/other", ..Provider::new([Ok(BatchState::Completed)]) };
    for (provider, texts, difference) in [
        (&provider, &["One?", "2?"][..], "its request 1 was another one"),
        (&provider, &["One?"], "it had 2 requests, this one has 1"),
        (&other, &["One?", "Two?"], "it was for `test/model`, this one is for `test/other`"),
    ] {
        let error = run(provider, &requests(texts), &path).await.unwrap_err();
        assert!(matches!(error, BatchError::OtherJob { .. }), "{error:?}");
        assert!(error.to_string().contains(difference), "{error}");
    }
    assert_eq!((provider.count("submit"), other.calls().len()), (1, 0));
    assert_eq!(read(&path), before);
}

#[tokio::test]
async fn nothing_is_handed_in_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.json");
    let one = requests(&["One?"]);
    let cut_off =
        Provider { refuses: Some(passing()), ..Provider::new([Ok(BatchState::Completed)]) };
    let error = run(&cut_off, &one, &path).await.unwrap_err();
    assert!(matches!(error, BatchError::Model(LmError::Transport { .. })), "{error:?}");
    // It may run or not; only a person can tell.
    let provider = Provider::new([Ok(BatchState::Completed)]);
    let error = run(&provider, &one, &path).await.unwrap_err();
    assert!(matches!(error, BatchError::Unsettled { .. }), "{error:?}");
    assert!(error.to_string().contains("job.json") && provider.calls().is_empty(), "{error}");
    // As the error says.
    let mut file = read(&path);
    file["batch"] = json!("batch_1");
    std::fs::write(&path, file.to_string()).unwrap();
    run(&provider, &one, &path).await.unwrap();
    assert_eq!(provider.calls(), ["poll", "fetch"]);
}

#[tokio::test]
async fn what_was_refused_can_be_handed_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.json");
    let one = requests(&["One?"]);
    let no = LmError::Config { message: "no".into() };
    let refusing = Provider { refuses: Some(no), ..Provider::new([Ok(BatchState::Completed)]) };
    assert!(run(&refusing, &one, &path).await.is_err());
    assert!(!path.exists());
    let failing = Provider::new([Ok(BatchState::Failed { message: "line 1: no model".into() })]);
    let error = run(&failing, &one, &path).await.unwrap_err();
    assert!(matches!(error, BatchError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("line 1: no model"), "{error}");
    assert_eq!(failing.count("fetch"), 0);
}

#[tokio::test]
async fn passing_failures_are_waited_out() {
    let folder = tempfile::tempdir().unwrap();
    let one = requests(&["One?"]);
    let hiccup = [Err(passing()), Err(passing()), Ok(BatchState::Expired)];
    let provider = Provider::new(hiccup);
    run(&provider, &one, &folder.path().join("one.json")).await.unwrap();
    assert_eq!(provider.count("poll"), 3);
    let down = Provider::new([Err(passing())]);
    let error = run(&down, &one, &folder.path().join("two.json")).await.unwrap_err();
    assert!(matches!(error, BatchError::Model(LmError::Transport { .. })), "{error:?}");
    assert_eq!(down.count("poll"), 6);
    let gone = Provider::new([Err(LmError::Config { message: "no such batch".into() })]);
    assert!(run(&gone, &one, &folder.path().join("three.json")).await.is_err());
    assert_eq!(gone.count("poll"), 1);
}

#[tokio::test]
async fn files_that_are_none_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.json");
    let one = requests(&["One?"]);
    let provider = Provider::new([Ok(BatchState::Completed)]);
    let state = json!({"format": 9, "model": "", "service": "", "requests": [], "batch": null});
    for text in ["", "{}", "[1]", &state.to_string()] {
        std::fs::write(&path, text).unwrap();
        let error = run(&provider, &one, &path).await.unwrap_err();
        assert!(matches!(error, BatchError::File { action: "understand", .. }), "{error:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    let nowhere = folder.path().join("no/such/folder/job.json");
    let error = run(&provider, &one, &nowhere).await.unwrap_err();
    assert!(matches!(error, BatchError::File { action: "write", .. }), "{error:?}");
    assert!(provider.calls().is_empty());
}
