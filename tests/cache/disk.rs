use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dspy::lm::{
    Cache, CacheKey, Cached, DiskCache, FinishReason, LanguageModel, LmError, Response, Scripted,
};
use futures_util::future::join_all;

use super::{ask, ask_for};

fn echo() -> Scripted {
    Scripted::with(|request, _| {
        let mut response = Response::text(request.messages[0].text());
        response.usage.prompt_tokens = 10;
        response
    })
}

/// A cache without memory, so that every hit is one of the file.
fn bare(disk: &DiskCache) -> Cache {
    Cache::builder().max_bytes(0).disk(disk).build()
}

#[tokio::test]
async fn answers_outlive_the_process_and_promote_into_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.db");
    let model = echo();
    {
        let cache = Cache::builder().disk(&DiskCache::open(&path).unwrap()).build();
        let lm = Cached::new(model.clone(), &cache);
        assert!(!lm.generate(&ask("a")).await.unwrap().cached);
        assert!(lm.generate(&ask("a")).await.unwrap().cached);
        assert_eq!((cache.stats().memory_hits, cache.stats().disk_hits), (1, 0));
    }
    let cache = Cache::builder().disk(&DiskCache::open(&path).unwrap()).build();
    let lm = Cached::new(model.clone(), &cache);
    let hit = lm.generate(&ask("a")).await.unwrap();
    assert_eq!((hit.cached, hit.completions[0].joined_text().as_str()), (true, "a"));
    assert_eq!(hit.usage, dspy::lm::Usage::default());
    lm.generate(&ask("a")).await.unwrap();
    let stats = cache.stats();
    assert_eq!((stats.memory_hits, stats.disk_hits, stats.misses), (1, 1, 0));
    assert_eq!(stats.saved.prompt_tokens, 20);
    assert_eq!(model.calls(), 1);
}

#[tokio::test]
async fn two_handles_see_each_other_and_fewer_completions_come_from_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.db");
    let [one, two] = [(); 2].map(|()| DiskCache::open(&path).unwrap());
    let many = Scripted::with(|_, _| {
        let mut response = Response::text("x");
        response.completions = vec![response.completions[0].clone(); 3];
        response
    });
    Cached::new(many.clone(), &bare(&one)).generate(&ask_for("a", 3)).await.unwrap();
    let hit = Cached::new(many, &bare(&two)).generate(&ask_for("a", 2)).await.unwrap();
    assert_eq!((hit.cached, hit.completions.len()), (true, 2));
}

#[tokio::test]
async fn the_file_can_be_looked_into_and_cleared() {
    let folder = tempfile::tempdir().unwrap();
    let disk = DiskCache::open(folder.path().join("answers.db")).unwrap();
    let cut = Scripted::with(|request, _| {
        let mut response = Response::text(request.messages[0].text());
        if request.messages[0].text() == "b" {
            response.completions[0].finish = FinishReason::Length;
        }
        response
    })
    .with_name("test/model");
    let lm = Cached::new(cut, &bare(&disk));
    for text in ["a", "b", "c"] {
        lm.generate(&ask(text)).await.unwrap();
    }
    let entries = disk.entries(10).unwrap();
    assert_eq!(entries.len(), 3);
    assert!(entries.iter().all(|entry| entry.model == "test/model" && entry.completions == 1));
    let key = CacheKey::new(&lm, &ask("b")).unwrap();
    let truncated: Vec<_> = entries.iter().filter(|entry| entry.truncated).collect();
    assert_eq!(truncated.len(), 1);
    assert_eq!(truncated[0].key, key);
    assert!(truncated[0].created.elapsed().unwrap() < Duration::from_secs(60));
    assert_eq!(disk.get(&key).unwrap().completions[0].joined_text(), "b");
    assert!(disk.remove(&key).await.unwrap());
    assert!(!disk.remove(&key).await.unwrap());
    assert!(disk.get(&key).is_none());
    assert_eq!(disk.stats().unwrap().entries, 2);
    assert_eq!(disk.clear().await.unwrap(), 2);
    assert_eq!(disk.entries(10).unwrap(), []);
    let stats = disk.stats().unwrap();
    assert_eq!((stats.unwritten, stats.unread, stats.fault), (0, 0, None));
}

#[tokio::test]
async fn the_file_keeps_to_its_size_and_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let long = Scripted::with(|_, _| "x".repeat(4000));
    let limit = 400_000;
    let small = DiskCache::builder(folder.path().join("small.db")).max_bytes(limit).open().unwrap();
    let lm = Cached::new(long.clone(), &bare(&small));
    for number in 0..300 {
        lm.generate(&ask(&number.to_string())).await.unwrap();
    }
    let stats = small.stats().unwrap();
    assert!(stats.bytes <= limit, "{stats:?}");
    assert!((30..100).contains(&stats.entries), "{stats:?}");
    assert!(lm.generate(&ask("299")).await.unwrap().cached, "the newest is there");
    assert!(!lm.generate(&ask("0")).await.unwrap().cached, "the oldest is gone");

    let ttl = Duration::from_millis(60);
    let short = DiskCache::builder(folder.path().join("short.db")).ttl(ttl).open().unwrap();
    let lm = Cached::new(long, &bare(&short));
    lm.generate(&ask("a")).await.unwrap();
    assert!(lm.generate(&ask("a")).await.unwrap().cached);
    tokio::time::sleep(ttl * 2).await;
    assert!(!lm.generate(&ask("a")).await.unwrap().cached);
    tokio::time::sleep(ttl * 2).await;
    lm.generate(&ask("b")).await.unwrap();
    assert_eq!(short.stats().unwrap().entries, 1, "what is too old is deleted");
}

#[tokio::test]
async fn a_file_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let message = |path: &Path| DiskCache::open(path).unwrap_err().to_string();

    fs::write(path("notes.txt"), "these are notes, long enough to have a header".repeat(20))
        .unwrap();
    let before = fs::read(path("notes.txt")).unwrap();
    assert!(message(&path("notes.txt")).contains("it is no SQLite file"));
    assert_eq!(fs::read(path("notes.txt")).unwrap(), before);

    assert!(message(folder.path()).contains("cannot open it"));
    assert!(matches!(DiskCache::open(folder.path()), Err(LmError::Storage { what: "cache", .. })));

    // A file that was cut short after it had been written.
    let broken = path("broken.db");
    let disk = DiskCache::open(&broken).unwrap();
    let lm = Cached::new(echo(), &bare(&disk));
    join_all((0..50).map(async |number| {
        lm.generate(&ask(&number.to_string())).await.unwrap();
    }))
    .await;
    drop((lm, disk));
    let whole = fs::read(&broken).unwrap();
    fs::write(&broken, [&whole[..100], &vec![0xAB; whole.len() - 100]].concat()).unwrap();
    let message = message(&broken);
    assert!(message.contains("it is broken") && message.contains("delete it"), "{message}");
}

/// Another version of the layout, as a later release might write it.
#[tokio::test]
async fn a_file_of_another_version_gets_one_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.db");
    drop(DiskCache::open(&path).unwrap());
    let mut bytes = fs::read(&path).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes()); // user_version in SQLite's header
    fs::write(&path, &bytes).unwrap();

    let disk = DiskCache::open(&path).unwrap();
    assert_eq!(disk.path(), PathBuf::from(format!("{}.v1", path.display())));
    let lm = Cached::new(echo(), &bare(&disk));
    lm.generate(&ask("a")).await.unwrap();
    assert!(lm.generate(&ask("a")).await.unwrap().cached);
    assert_eq!(fs::read(&path).unwrap(), bytes, "the other one is as it was");
}

#[tokio::test]
async fn a_file_that_breaks_later_costs_answers_and_no_call() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.db");
    let disk = DiskCache::open(&path).unwrap();
    let lm = Cached::new(echo(), &bare(&disk));
    lm.generate(&ask("a")).await.unwrap();
    for name in ["answers.db", "answers.db-wal"] {
        let length = fs::metadata(folder.path().join(name)).unwrap().len();
        fs::write(folder.path().join(name), vec![0xAB; usize::try_from(length).unwrap()]).unwrap();
    }
    let again = lm.generate(&ask("a")).await.unwrap();
    assert_eq!(again.completions[0].joined_text(), "a");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/answers.db");
    let disk = DiskCache::open(&path).unwrap();
    Cached::new(echo(), &bare(&disk)).generate(&ask("a")).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut names = Vec::new();
    for file in fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(mode(&file.path()), 0o600, "{:?}", file.path());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["answers.db", "answers.db-shm", "answers.db-wal"]);
    assert_eq!(mode(&folder.path().join("deep")), 0o700);
    assert_eq!(mode(&folder.path().join("deep/er")), 0o700);
}

#[tokio::test]
async fn no_key_is_in_the_file() {
    const CANARY: &str = "sk-canary-7d1f";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.db");
    let server =
        crate::cache::support::Server::start([crate::cache::support::Answer::text("hello")]).await;
    let client = dspy::lm::OpenAi::builder("m").api_base(server.base()).api_key(CANARY);
    let disk = DiskCache::open(&path).unwrap();
    let lm = client.build().unwrap().into_lm().cached(&bare(&disk));
    lm.generate(&ask("a")).await.unwrap();
    assert!(lm.generate(&ask("a")).await.unwrap().cached);
    assert!(server.only().header("authorization").unwrap().contains(CANARY));
    drop((lm, disk));
    for file in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()));
    }
}
