//! The binary `entente`; everything is in the library beside it, where tests can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    entente_server::cli::main(std::env::args_os())
}
