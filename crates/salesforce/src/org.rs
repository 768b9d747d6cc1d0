//! The org itself: versions, limits, who we are, and the lists that records draw on.

use std::collections::BTreeMap;

use entente_transport::{Call, CallError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::RecordId;
use crate::client::{Client, Row, broken};
use crate::soql::{Order, Query};

/// An API version that the org speaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ApiVersion {
    /// The release, such as `Summer '25`.
    pub label: String,
    /// The number, such as `64.0`.
    pub version: String,
}

/// A limit of the org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Limit {
    /// How much there is.
    pub max: i64,
    /// How much is left; about five minutes behind.
    pub remaining: i64,
}

/// The user that all our calls act as.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UserInfo {
    /// The user.
    pub user_id: RecordId,
    /// The org.
    pub organization_id: RecordId,
    /// The sign-in name.
    pub preferred_username: String,
    /// What people call the user.
    #[serde(default)]
    pub name: String,
    /// The address, if the app may see it.
    pub email: Option<String>,
    /// The time zone in which the org reads date literals, such as `Europe/Berlin`.
    pub zoneinfo: Option<String>,
}

/// The org's own record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Organization {
    /// Its id.
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// Its edition; Developer Editions allow 5 long requests at once, others 25.
    pub organization_type: Option<String>,
    /// Whether it is a sandbox.
    #[serde(default)]
    pub is_sandbox: bool,
    /// Where it runs, such as `EU45`.
    pub instance_name: Option<String>,
    /// Its default time zone.
    pub time_zone_sid_key: Option<String>,
}

/// A status that cases can have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CaseStatus {
    /// What records hold.
    pub api_name: String,
    /// What people read.
    pub master_label: String,
    /// Whether it closes a case; several may.
    pub is_closed: bool,
    /// Whether new cases get it.
    pub is_default: bool,
    /// The order in which people see them, with gaps.
    pub sort_order: i64,
}

impl Client {
    /// The API versions of the org. Needs no right and does not count as a request.
    /// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_versions.htm>
    pub async fn versions(&self) -> Result<Vec<ApiVersion>, CallError> {
        self.send(Call::get("/services/data", "/services/data")).await?.json()
    }

    /// The org's limits by name, such as `DailyApiRequests`. The cheapest proof that a connection works.
    /// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm>
    pub async fn limits(&self) -> Result<BTreeMap<String, Limit>, CallError> {
        let all: BTreeMap<String, Value> =
            self.send(Call::get("/services/data/{v}/limits", self.path("/limits"))).await?.json()?;
        // Some entries hold limits per app instead of numbers; those are left out.
        Ok(all.into_iter().filter_map(|(name, value)| Some((name, serde_json::from_value(value).ok()?))).collect())
    }

    /// Who we are.
    /// <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_userinfo_endpoint.htm>
    pub async fn user_info(&self) -> Result<UserInfo, CallError> {
        self.send(Call::get("/services/oauth2/userinfo", "/services/oauth2/userinfo")).await?.json()
    }

    /// The org's own record.
    pub async fn organization(&self) -> Result<Organization, CallError> {
        let fields = ["Id", "Name", "OrganizationType", "IsSandbox", "InstanceName", "TimeZoneSidKey"];
        let query = Query::select(fields).from("Organization");
        self.typed_rows(&query).await?.pop().ok_or_else(|| broken("the org has no record of itself"))
    }

    /// The statuses of cases, in the order in which people see them.
    pub async fn case_statuses(&self) -> Result<Vec<CaseStatus>, CallError> {
        let fields = ["ApiName", "MasterLabel", "IsClosed", "IsDefault", "SortOrder"];
        let query = Query::select(fields).from("CaseStatus").order_by("SortOrder", Order::Ascending);
        self.typed_rows(&query).await
    }

    async fn typed_rows<T: DeserializeOwned>(&self, query: &Query) -> Result<Vec<T>, CallError> {
        let typed = |row: Row| serde_json::from_value(Value::Object(row));
        let rows = self.all_rows(query).await?.rows.into_iter().map(typed).collect::<Result<_, _>>();
        rows.map_err(|error| broken(&format!("a row is not as expected ({error})")))
    }
}
