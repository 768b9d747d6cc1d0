//! Logs: a sentence and its fields, on stderr, as text or one JSON object a line.
//!
//! `ENTENTE_LOG` filters them (`info`, `entente_engine=debug`, ...). Ids are logged, contents are not.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::screen::Screen;

/// The one tells of every certificate that it refuses, which the failed call does, too, and with what to do; the other of
/// statements that took long, in SQL.
const SILENT: &str = "rustls_platform_verifier=off,sqlx::query=error";

/// The variable that filters logs.
const VARIABLE: &str = "ENTENTE_LOG";

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// Begins logging to the screen. `usual` is what is shown when `ENTENTE_LOG` is not set.
pub fn begin(format: LogFormat, usual: LevelFilter, screen: &Screen, colours: bool) {
    let wanted = std::env::var(VARIABLE).unwrap_or_else(|_| format!("warn,{SILENT},entente={usual}"));
    let filter = EnvFilter::try_new(&wanted).unwrap_or_else(|error| {
        screen.say(&format!("warning: {VARIABLE}={wanted} is no filter for logs ({error}); showing warnings only"));
        EnvFilter::new("warn")
    });
    let lines = screen.clone();
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || lines.log_lines());
    let colours = colours && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // A second beginning, as tests in one process cause it, changes nothing.
    drop(match format {
        LogFormat::Text => logs.with_ansi(colours).finish().try_init(),
        LogFormat::Json => logs.json().flatten_event(true).finish().try_init(),
    });
}
