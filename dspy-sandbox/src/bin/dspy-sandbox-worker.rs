//! The worker of `dspy-sandbox`: started by it, fed over standard input, of no use by hand.

use dspy_sandbox::LimitedAllocator;

#[global_allocator]
static ALLOCATOR: LimitedAllocator = LimitedAllocator;

fn main() -> std::process::ExitCode {
    dspy_sandbox::serve()
}
