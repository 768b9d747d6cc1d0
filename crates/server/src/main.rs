//! The binary `entente`; everything is in the library beside it, where tests can reach it.

use std::process::ExitCode;

/// Rounds run on whichever thread is free. glibc keeps what each of them has given back; this one returns it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    entente_server::cli::main(std::env::args_os())
}
