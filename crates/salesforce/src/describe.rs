//! What the org's objects and fields are, as our own user may see them: hidden fields are simply absent.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm>

use entente_transport::{Call, CallError};
use http::header::IF_MODIFIED_SINCE;
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;

use crate::client::{Client, broken, name};
use crate::datetime::http_date;

/// An object in the list of all.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub struct ObjectSummary {
    /// The API name, such as `Case` or `Visit__c`.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// The first three characters of its records' ids, where it has own records.
    pub key_prefix: Option<String>,
    /// Whether an admin made it.
    pub custom: bool,
    /// Whether our user may make records.
    pub createable: bool,
    /// Whether our user may change records.
    pub updateable: bool,
    /// Whether our user may delete records.
    pub deletable: bool,
    /// Whether it can be queried.
    pub queryable: bool,
    /// Whether it can be searched.
    pub searchable: bool,
    /// Whether `updated` and `deleted` answer for it.
    pub replicateable: bool,
}

/// An object with its fields.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectDescribe {
    /// What the list of all says of it.
    #[serde(flatten)]
    pub summary: ObjectSummary,
    /// The fields our user may read.
    pub fields: Vec<Field>,
    /// The record types, the master type included.
    #[serde(default)]
    pub record_type_infos: Vec<RecordType>,
}

/// A field. Page-layout rules and validation rules are not part of a describe.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Field {
    /// The API name.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// The vendor's type, such as `string`, `picklist`, `reference`, `datetime`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type behind the type, such as `plaintextarea` or `richtextarea`.
    pub extra_type_info: Option<String>,
    /// Characters of a text.
    pub length: u32,
    /// Bytes of a text: the limit of some fields (`CaseComment.CommentBody`) counts these.
    pub byte_length: u32,
    /// Digits of a number.
    pub precision: u32,
    /// Digits behind the point.
    pub scale: u32,
    /// Whether it may have no value.
    pub nillable: bool,
    /// Whether the org fills it on creation.
    pub defaulted_on_create: bool,
    /// Whether our user may set it in a new record.
    pub createable: bool,
    /// Whether our user may change it.
    pub updateable: bool,
    /// Whether it is a formula or roll-up.
    pub calculated: bool,
    /// Whether the org numbers it.
    pub auto_number: bool,
    /// Whether an admin made it.
    pub custom: bool,
    /// Whether it is an external id, hence usable for upserts.
    pub external_id: bool,
    /// Whether records can be found by it in an upsert.
    pub id_lookup: bool,
    /// Whether no two records share a value.
    pub unique: bool,
    /// Whether values differ by case.
    pub case_sensitive: bool,
    /// Whether permission sets say who may see it.
    pub permissionable: bool,
    /// Whether it is the record's name.
    pub name_field: bool,
    /// Whether it holds HTML.
    pub html_formatted: bool,
    /// Whether a query may filter by it.
    pub filterable: bool,
    /// Whether a query may sort by it.
    pub sortable: bool,
    /// The objects it may point to; several for polymorphic lookups.
    pub reference_to: Vec<String>,
    /// The name by which a query reaches over it (`Account` of `AccountId`).
    pub relationship_name: Option<String>,
    /// The compound it is a part of; the parts are written, the compound is read.
    pub compound_field_name: Option<String>,
    /// Whether values off the list are refused.
    pub restricted_picklist: bool,
    /// The values of a picklist, inactive ones included.
    pub picklist_values: Vec<PicklistValue>,
    /// The field that decides which values are allowed.
    pub controller_name: Option<String>,
    /// What the admin explains.
    pub inline_help_text: Option<String>,
}

/// A value of a picklist.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PicklistValue {
    /// What records hold.
    pub value: String,
    /// What people read.
    pub label: Option<String>,
    /// Whether it may still be chosen.
    pub active: bool,
    /// Whether new records get it.
    pub default_value: bool,
    /// For which values of the controlling field it is allowed: base64 bits, the highest first.
    pub valid_for: Option<String>,
}

/// A record type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecordType {
    /// What people call it.
    pub name: String,
    /// The name that stays the same between orgs.
    pub developer_name: String,
    /// Its id.
    pub record_type_id: String,
    /// Whether it is in use.
    pub active: bool,
    /// Whether our user may use it.
    pub available: bool,
    /// Whether new records of our user get it.
    pub default_record_type_mapping: bool,
    /// Whether it is the one that every object has.
    pub master: bool,
}

impl Field {
    /// Whether Salesforce fills it in by itself, and nobody else does: a formula, or a number that counts on.
    pub fn is_computed(&self) -> bool {
        self.calculated || self.auto_number
    }

    /// Whether a new record needs a value for it.
    pub fn is_required_on_create(&self) -> bool {
        self.createable && !self.nillable && !self.defaulted_on_create
    }
}

#[derive(Deserialize)]
struct Global {
    sobjects: Vec<ObjectSummary>,
}

impl Client {
    /// All objects that our user can see.
    pub async fn objects(&self) -> Result<Vec<ObjectSummary>, CallError> {
        let call = Call::get("/services/data/{v}/sobjects", self.path("/sobjects"));
        Ok(self.send(call).await?.json::<Global>()?.sobjects)
    }

    /// An object with its fields; 70 to 480 kB on the wire, so keep it.
    pub async fn describe(&self, object: &str) -> Result<ObjectDescribe, CallError> {
        self.send(self.describe_call(object)?).await?.json()
    }

    /// An object with its fields, `None` if nothing changed since that moment (whole seconds).
    pub async fn describe_since(&self, object: &str, since: Timestamp) -> Result<Option<ObjectDescribe>, CallError> {
        let since = HeaderValue::try_from(http_date(since)).map_err(|_| broken("a date is not text"))?;
        let call = self.describe_call(object)?.header(IF_MODIFIED_SINCE, since).answers(&[304]);
        let answer = self.send(call).await?;
        if answer.status == StatusCode::NOT_MODIFIED { Ok(None) } else { answer.json().map(Some) }
    }

    fn describe_call(&self, object: &str) -> Result<Call, CallError> {
        let resource = ["/sobjects/", name(object)?, "/describe"].concat();
        Ok(Call::get("/services/data/{v}/sobjects/{object}/describe", self.path(&resource)))
    }
}
