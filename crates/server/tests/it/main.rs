//! The porch from outside: the command line as a process, the doors as requests, the layers as a graph.

mod ask;
mod bad_input;
mod command;
mod configuration;
mod console;
mod demo;
mod hooks;
mod journal;
mod kill;
mod layers;
mod page;
mod peers;
mod postgres;
mod process;
mod promises;
mod roles;
mod sandbox_page;
mod serve;
mod stage;
mod status;
mod stored_secrets;
