//! How a format becomes canonical text, and the way back.

pub mod adf;
pub mod plain;
