//! `entente init`: a configuration to begin with.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure};
use crate::screen::Screen;

/// Write a configuration to begin with, made from a template
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente init --list\n  entente init --template case-bug support.yaml")]
pub(crate) struct Init {
    /// Where to write it; a file that is there already stays as it is
    #[arg(value_name = "FILE", default_value = "entente.yaml")]
    file: PathBuf,

    /// Which template
    #[arg(long, value_name = "NAME", default_value = TEMPLATES[0].name, value_parser = template)]
    template: &'static Template,

    /// Write nothing; say which templates there are
    #[arg(long, conflicts_with_all = ["file", "template"])]
    list: bool,
}

/// A whole document that somebody makes their own.
#[derive(Debug, PartialEq, Eq)]
struct Template {
    name: &'static str,
    document: &'static str,
}

macro_rules! template {
    ($name:literal) => {
        Template { name: $name, document: include_str!(concat!("../../../../examples/templates/", $name, ".yaml")) }
    };
}

/// The usual pairs, the most usual one first.
static TEMPLATES: [Template; 6] = [
    template!("case-task"),
    template!("case-bug"),
    template!("task-case"),
    template!("opportunity-task"),
    template!("lead-task"),
    template!("custom-task"),
];

impl Template {
    /// The document's first line, which says what it is.
    fn title(&self) -> &'static str {
        self.document.lines().next().unwrap_or_default().trim_start_matches("# ")
    }
}

impl Init {
    /// Runs the command.
    #[expect(clippy::unused_async, reason = "every command is run alike")]
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let answer = if self.list {
            let line = |template: &Template| format!("{:17} {}", template.name, template.title());
            TEMPLATES.iter().map(line).collect::<Vec<_>>().join("\n")
        } else {
            self.write()?;
            let file = self.file.display();
            format!("{file} is written. Change in it what is different with you, then: entente check {file} --online")
        };
        screen.result(&answer).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }

    fn write(&self) -> Result<(), Failure> {
        let refusal = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                let message = format!("{} is there already", self.file.display());
                Failure::misuse("file", message, "name another file, or move that one away")
            }
            _ => Failure::file("write", &self.file, &error),
        };
        let mut file = File::create_new(&self.file).map_err(refusal)?;
        file.write_all(self.template.document.as_bytes()).map_err(refusal)
    }
}

/// Reads the name of a template.
fn template(name: &str) -> Result<&'static Template, String> {
    let names = || TEMPLATES.iter().map(|template| template.name).collect::<Vec<_>>().join(", ");
    TEMPLATES.iter().find(|template| template.name == name).ok_or_else(|| format!("there are: {}", names()))
}
