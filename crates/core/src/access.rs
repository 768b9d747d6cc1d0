//! Portal access: who of Salesforce may use the customer portal of Jira Service Management, and what is still to be done
//! for it.
//!
//! [`plan`] looks at one [`AccessGrant`] and at what both systems show, and answers with steps that may be done twice
//! without harm. It is asked again with fresh facts until it has nothing left to say. [`standing`] says which
//! organization belongs to a source record; [`AccessState`] is what the button on that record shows.
//!
//! As everywhere in this crate nothing here calls anybody, reads a clock or can fail.

mod applicant;
mod domain;
mod facts;
mod grant;
mod organization;
mod plan;
mod state;
#[cfg(test)]
mod tests;

pub use applicant::Applicant;
pub use domain::{Domain, DomainRule};
pub use facts::{AtRest, Customer, DomainTask, Facts, Person, Refusal, SourceRecord};
pub use grant::{AccessGrant, GrantReport, GrantStatus, Wish};
pub use organization::{Organization, OrganizationSeen, Owner, SourceKey, Standing, distinguished, standing};
pub use plan::{AccessStep, plan, report_source, settle_grant};
pub use state::{AccessState, SourceReport};
