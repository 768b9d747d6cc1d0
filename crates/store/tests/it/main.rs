//! The promises of the store, each tested on SQLite in memory, on SQLite in a directory, and on PostgreSQL when
//! `ENTENTE_TEST_POSTGRES` names a server (`tools/with-postgres`).

mod access;
mod bases;
mod configurations;
mod conflicts;
mod cursors;
mod databases;
mod directories;
mod folders;
mod hints;
mod intents;
mod items;
mod journal;
mod leases;
mod links;
mod mail;
mod offers;
mod parked;
mod rounds;
mod samples;
mod sent;
mod status;
mod threads;
mod users;
