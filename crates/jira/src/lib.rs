//! A typed client of the Jira Cloud REST API, version 3: issues, JQL, transitions, fields, webhooks.
//!
//! It knows one outside world and nothing of Salesforce, of mappings or of the store. Rich text stays the JSON that
//! Jira speaks (ADF); turning it into anything else is somebody else's craft. It never re-sends a write that may have
//! been applied, never trusts an empty answer of a connection that is not signed in, and never reads the machine's
//! clock. Every failure is a [`CallError`], which says what the caller can do.
//!
//! ```no_run
//! use std::sync::Arc;
//! use entente_jira::{Auth, Client, Connection, jql::Jql, Search};
//! use entente_transport::{HttpWire, SystemClock, SystemRng, WireOptions};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let egress = entente_jira::egress(&"https://acme.atlassian.net".parse()?, false);
//! let client = Client::new(
//!     Connection {
//!         site_url: "https://acme.atlassian.net".into(),
//!         auth: Auth::ApiToken { email: "bot@acme.example".into(), api_token: "secret".into() },
//!         sandbox: false,
//!         user_agent: "my-tool/1.0".into(),
//!     },
//!     Arc::new(HttpWire::new(&WireOptions::to(egress))?),
//!     Arc::new(SystemClock),
//!     Arc::new(SystemRng),
//!     entente_jira::limits::PACE,
//! )?;
//! let myself = client.verify().await?.myself;
//! let mut pages = client.search(Search::new(Jql::project_in(["OPS"]), ["summary", "updated"]));
//! while let Some(page) = pages.next().await? {
//!     for issue in page.issues {
//!         assert!(issue.fields.contains_key("summary"), "{} sees {}", myself.display_name, issue.id);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Next: [`Client`] has one file per noun under `client/`; `dialect` is the sign-in and the table that turns Jira's
//! answers into [`CallError`]; [`webhook`] reads what Jira pushes; [`jql`] builds searches; [`limits`] holds every number.

mod client;
mod dialect;
mod fault;
mod request;
mod site;

pub mod id;
pub mod jql;
pub mod limits;
pub mod time;
pub mod webhook;

pub use client::account::{AccountType, User};
pub use client::attachments::{Attachment, AttachmentSettings};
pub use client::bulk_fetch::{BulkFetch, BulkFetched, IssueFault};
pub use client::changelog::{Change, ChangeItem, HistoryMetadata, IssueChanges, Participant};
pub use client::comments::{Comment, CommentOrder, Visibility};
pub use client::connect::{Server, Verified};
pub use client::create::{Created, NewIssue};
pub use client::desk::ServiceDesk;
pub use client::desk::customers::Enrolment;
pub use client::desk::organizations::Organization;
pub use client::desk::request_types::{FormField, RequestType};
pub use client::edit::{Edit, Edited};
pub use client::fields::{Field, FieldMeta, FieldSchema};
pub use client::issues::{Issue, IssueRead};
pub use client::projects::{IssueType, IssueTypeStatuses, Project};
pub use client::properties::Property;
pub use client::remote_links::{RemoteLink, RemoteLinkStored};
pub use client::search::{Search, SearchPage, SearchPages};
pub use client::statuses::{Priority, Resolution, Status, StatusCategory};
pub use client::transitions::{Transition, TransitionTo};
pub use client::upload::{NewAttachment, OpenFile};
pub use client::webhooks::{NewWebhook, RegisteredWebhook};
pub use client::write_comment::{CommentAudience, NewComment};
pub use client::{Auth, Client, Connection, Moment};
pub use id::{IssueId, IssueKey, IssueRef};
pub use site::{ConnectionProblem, egress, normalize_site_url};

pub use entente_transport::{CallError, CallProblem, Scope};
