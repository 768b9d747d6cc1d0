//! Portal access: domains that are let in, open tasks about others, and organizations with their source records. The
//! grants themselves are records in Salesforce.

mod domain;
mod organization;
mod request;
mod task;

pub use domain::AllowedDomain;
pub use request::{AccessRequest, RequestLimits};
pub use task::OpenTask;
