//! `xiaohao`: the command line. Results to standard output, everything else to standard error.

use std::process::ExitCode;

/// Every report is a few dozen small pieces made on one thread and freed on another: with this allocator the
/// whole path takes about a seventh less of the processor than with the C library's (`docs/benchmarks.md`).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    xiaohao::cli::main()
}
