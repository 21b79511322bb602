//! What the worker takes from itself before it runs anything.

use std::time::Duration;

/// How much more than the session's memory the process may map: its stacks and its program.
#[cfg(unix)]
const BESIDE: usize = 256 << 20;

/// Has the allocator count, and the system as well.
pub(super) fn limit_memory(bytes: usize) {
    // An error says that the program has another allocator; then the system's limit stands alone.
    let _ = monty_alloc::set_limit(Some(bytes), false);
    #[cfg(unix)]
    unix::limit_memory(bytes);
}

/// From here on the process opens nothing, writes to no file and leaves no core.
pub(super) fn close_doors() {
    #[cfg(unix)]
    unix::close_doors();
}

/// Has the system end the process if it computes for far longer than the next code may.
pub(super) fn limit_processor_time(time: Duration) {
    #[cfg(unix)]
    unix::limit_processor_time(time);
    #[cfg(not(unix))]
    let _ = time;
}

#[cfg(unix)]
mod unix {
    use std::time::Duration;

    use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, rlim_t, setrlimit};

    use super::BESIDE;

    pub(super) fn close_doors() {
        // A limit of no open files refuses new ones and leaves those that are open.
        for door in [Resource::RLIMIT_NOFILE, Resource::RLIMIT_FSIZE, Resource::RLIMIT_CORE] {
            let _ = setrlimit(door, 0, 0);
        }
    }

    pub(super) fn limit_memory(bytes: usize) {
        let bytes = (bytes + BESIDE) as rlim_t;
        let _ = setrlimit(Resource::RLIMIT_AS, bytes, bytes);
    }

    pub(super) fn limit_processor_time(time: Duration) {
        let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return };
        let used = usage.user_time().tv_sec() + usage.system_time().tv_sec();
        let allowed = used as rlim_t + 2 * time.as_secs() as rlim_t + 2;
        let Ok((_, most)) = getrlimit(Resource::RLIMIT_CPU) else { return };
        let _ = setrlimit(Resource::RLIMIT_CPU, allowed.min(most), most);
    }
}
