//! The one integration test binary of `core`.

mod config;
mod configuration_page;
mod field_types_page;
mod laws;
