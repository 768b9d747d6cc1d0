//! The one integration test binary of `core`.

mod config;
mod laws;
