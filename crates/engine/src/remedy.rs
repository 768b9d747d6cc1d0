//! What people do about work that waits for them: they resume an item that is held.
//!
//! A person's act is a stored row, and where something should follow from it, a hint. Nothing here writes to a vendor.

mod held;
