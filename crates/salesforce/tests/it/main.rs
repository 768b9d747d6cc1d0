//! What the client promises, tested through its public face: against a scripted org for what must be sent and how
//! answers are read, and against the vendor's published bodies where they are at hand.

mod fixtures;
mod proxy;
mod queries;
mod sandbox;
mod sign_in;
mod stage;
mod writes;
