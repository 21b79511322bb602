//! Python that a language model wrote, run in a process of its own: [`Sandbox`].
//!
//! The interpreter is `monty`, a Python in Rust that knows no way out: files, environment, network
//! and processes do not exist in it. Version 0.0.23 is the newest that Rust 1.95 builds.
//!
//! It runs in a worker process, because no limit inside a process holds against `'a' * 10**9` or a
//! stack that overflows. What holds it:
//!
//! | limit | first | and behind it |
//! |---|---|---|
//! | time | the interpreter looks at the clock | the host kills the worker at 1.5 times the limit; the system ends it by its processor time, should the host be gone |
//! | memory | the worker's allocator counts, and ends the worker | the address space is limited |
//! | output, transfer, calls | the worker counts | the host bounds what it reads |
//! | recursion | the interpreter counts | an overflown stack kills the worker alone |
//! | files, network, processes | the interpreter has none | the worker may open nothing (no further file or socket), writes to no file, and has an empty environment |
//!
//! # What is not contained
//!
//! - Host functions run in the host, without a time limit: give them one.
//! - The system's part (address space, processor time, open files) is there on Unix, of which macOS
//!   does not hold the address space; on Windows what is left is the interpreter, the allocator and
//!   the kill.
//! - With [`Sandbox::this_program`] the allocator counts only if the program installs
//!   [`LimitedAllocator`]; otherwise the address space bounds memory alone.
//! - Should code find a fault in the interpreter that lets it run machine code, it could use what
//!   the limits above leave open to a process of that user: signals to others of its processes,
//!   starting programs. Whoever has to fear that runs the host in a container of its own.
//! - Processor caches and timing are shared as between any two processes.

// Library code returns errors; it does not panic.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod fault;
mod frame;
mod process;
mod sandbox;
mod session;
mod worker;

pub use monty_alloc::LimitedAllocator;
pub use sandbox::Sandbox;
pub use session::SandboxSession;
pub use worker::serve;
