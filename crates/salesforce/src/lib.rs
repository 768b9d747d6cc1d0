//! A typed client of the Salesforce REST API.
//!
//! [`Client`] signs in, reads, writes and searches one org; every failure is a [`CallError`] that says what the caller
//! can do. Rows stay JSON objects ([`Row`]): what a field means is the engine's business. [`outbound::parse`] reads what
//! the org pushes.
//!
//! It decides nothing about records, re-sends no write by itself, and writes no query as text: [`Query`] is the only way
//! to SOQL. The vendor's facts are cited beside the code that depends on them.
//!
//! ```no_run
//! # async fn demo(wire: std::sync::Arc<dyn entente_transport::Wire>) -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use entente_salesforce::{Auth, Client, Connection, Filter, Query, limits, normalize_login_url};
//! use entente_transport::{SystemClock, SystemRng};
//!
//! let connection = Connection::new(
//!     normalize_login_url("https://acme.my.salesforce.com", false)?,
//!     Auth::ClientCredentials { client_id: "3MVG9".into(), client_secret: "secret".into() },
//! );
//! let client = Client::new(connection, wire, Arc::new(SystemClock), Arc::new(SystemRng), limits::PACE);
//! let open = Query::select(["Id", "Subject"]).from("Case").filter(Filter::eq("IsClosed", false));
//! for row in client.all_rows(&open).await?.rows {
//!     println!("{}", row["Subject"]);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Next: `client` holds the connection, one file per family of the vendor's resources stands beside it, `refusal` is the
//! table of what the vendor's errors mean, and [`limits`] holds every number.

mod auth;
pub mod callout;
mod client;
mod collection;
mod composite;
pub mod datetime;
mod describe;
mod dialect;
mod file;
mod id;
pub mod limits;
mod login_url;
mod org;
pub mod outbound;
mod query;
mod record;
mod refusal;
mod replication;
mod search;
mod soql;

pub use auth::{Auth, Connection, SignedIn};
pub use client::{Client, Row, WriteOptions};
pub use collection::{Change, New, Retrieved, Saved};
pub use composite::{Part, PartAnswer};
pub use describe::{Field, ObjectDescribe, ObjectSummary, PicklistValue, RecordType};
pub use file::NewFile;
pub use id::{RecordId, RecordIdError};
pub use login_url::{HOSTS, egress, normalize_login_url};
pub use org::{ApiVersion, CaseStatus, Limit, Organization, UserInfo};
pub use query::{Page, PageToken, Rows};
pub use refusal::duplicate_of;
pub use replication::{Deleted, DeletedRecord, Updated};
pub use search::SearchIn;
pub use soql::{Comparison, Filter, Literal, Order, Query, QueryError};

pub use entente_transport::CallError;
