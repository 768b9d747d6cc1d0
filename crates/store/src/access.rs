//! Portal access: domains that are let in, open tasks about others, and organizations with their source records, and
//! calls of which nobody has heard. The grants themselves are records in Salesforce.

mod call;
mod domain;
mod organization;
mod request;
mod task;

pub use call::AccessCall;
pub use domain::AllowedDomain;
pub use request::{AccessRequest, RequestLimits};
pub use task::OpenTask;
