//! The engine against the sandbox, without sockets: real clients, real store, real planner.

mod access;
mod agreement;
mod budget;
mod comments;
mod decisions;
mod doctor;
mod drafts;
mod filters;
mod lifecycle;
mod missing;
mod newborn;
mod people;
mod refusals;
mod safety;
mod several;
mod stage;
mod successions;
mod twins;
mod unheard;
mod watch;
