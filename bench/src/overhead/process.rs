//! What the operating system says of this process.

use std::io;
use std::time::Duration;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeVal;

/// CPU time of all threads, in user space and in the kernel.
pub(super) fn cpu() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let time = |value: TimeVal| {
        let micros = value.tv_sec() * 1_000_000 + value.tv_usec();
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    };
    Ok(time(usage.user_time()) + time(usage.system_time()))
}

/// The most memory that was in use at once, in MiB.
pub(crate) fn peak_rss_mb() -> io::Result<f64> {
    // Kilobytes, but bytes on macOS.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    Ok(getrusage(UsageWho::RUSAGE_SELF)?.max_rss() as f64 * unit / (1024.0 * 1024.0))
}

/// Lets this process have as many open files as the system allows: a connection is one.
pub(super) fn raise_file_limit() -> io::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}
