//! The binary `entente`: command line, configuration files, webhook doors, API and page.
//!
//! It translates and decides nothing: what should be written is [`entente_core`]'s business, writing it is
//! [`entente_engine`]'s. Begin with [`cli`], where every command has its file; [`serving`] is what `serve` and `demo`
//! run, and [`web`] is what it answers.

pub mod cli;
pub mod configuration;
mod countdown;
pub mod demo;
pub mod limits;
pub mod log;
pub mod ready;
pub mod screen;
pub mod secrets;
pub mod serving;
pub mod stop;
mod trouble;
pub mod web;
