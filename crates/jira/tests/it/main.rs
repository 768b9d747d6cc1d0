//! The client from outside: against scripted answers, against the vendor's published examples and real webhook
//! captures where they are present, and against the sandbox over loopback.

mod bulk;
mod edits;
mod examples;
mod files;
mod listings;
mod proxy;
mod sandbox;
mod searches;
mod shared;
mod signing_in;
mod stage;
mod webhooks;
