//! What a person sees who got something wrong: one clear sentence that names the thing and what to do, the right exit
//! code, no panic, and no secret. What a configuration and the doors say about bad input stands in `configuration` and
//! `hooks`; wrong names and credentials by `check` and `doctor`, in `peers`.

mod files;
mod hosts;
mod secrets;
mod sides;
mod tls;

use crate::process::{Ended, run};

/// Runs a command that must refuse with `code`; what it says, which is on stderr alone.
fn refusal(arguments: &[&str], code: i32) -> String {
    let Ended { code: ended, stdout, stderr } = run(arguments);
    assert_eq!((ended, stdout.as_str()), (code, ""), "{arguments:?}: {stderr}");
    stderr
}
