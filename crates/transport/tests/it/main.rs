//! What transport promises, tested through its public face: a scripted wire and a clock that tests move, and real
//! sockets on loopback where sockets are the point.

mod answers;
mod circuit;
mod forward_proxy;
mod loopback;
mod onlooker;
mod pacing;
mod proxy;
mod resend;
mod sign_in;
mod stage;
mod tenure;
mod wire;
