//! `entente demo`: an org, a site and the server in one process, seeded, linked, running.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::listen::{self, address};
use super::{Exit, Failure, may_write};
use crate::demo;
use crate::screen::Screen;
use crate::stop::{self, Hangup};

/// Run an org, a site and the server in one process, linked and running; Ctrl-C stops
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente demo\n  entente demo --data-dir ~/entente-demo")]
pub(crate) struct Demo {
    /// Where the server listens; port 0 picks a free one
    #[arg(long, value_name = "A", value_parser = address, default_value_t = listen::SERVER)]
    listen: SocketAddr,

    /// Where the org listens; port 0 picks a free one
    #[arg(long, value_name = "A", value_parser = address, default_value_t = listen::SALESFORCE)]
    salesforce_listen: SocketAddr,

    /// Where the site listens; port 0 picks a free one
    #[arg(long, value_name = "A", value_parser = address, default_value_t = listen::JIRA)]
    jira_listen: SocketAddr,

    /// Keep world and database here, to go on another day; usually a temporary directory that goes at the end
    #[arg(long, value_name = "D")]
    data_dir: Option<PathBuf>,

    /// How many cases the demo company has
    #[arg(long, value_name = "N")]
    records: Option<usize>,

    /// Write URLs and credentials to this file once everything answers; links may still be growing then
    #[arg(long, value_name = "F")]
    ready_file: Option<PathBuf>,

    /// No line that changes in place, no colours
    #[arg(long)]
    pub(crate) headless: bool,
}

impl Demo {
    /// Runs the command until a signal ends it.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let stop =
            stop::on_signal(Hangup::Stops).map_err(|error| Failure::machine("cannot listen for signals", &error))?;
        may_write(self.ready_file.as_deref())?;
        let options = demo::Options {
            listen: self.listen,
            salesforce_listen: self.salesforce_listen,
            jira_listen: self.jira_listen,
            data_dir: self.data_dir,
            records: self.records,
        };
        let demo = demo::Demo::prepare(options, screen).await?;
        if let Some(file) = &self.ready_file {
            demo.ready().write(file).map_err(|error| Failure::file("write", file, &error))?;
        }
        demo.run(screen, stop).await?;
        Ok(Exit::Done)
    }
}
