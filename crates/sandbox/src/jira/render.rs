//! The shapes on the wire: what a stored thing looks like to one caller, in one version of the API.
//!
//! A [`View`] knows the caller's zone and address of the site; it reads the contents and changes nothing.

use std::cell::RefCell;
use std::collections::HashMap;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::contents::Contents;
use super::fields::Rich;
use super::people::{AccountKind, User};
use super::time;

pub(crate) mod configuration;
pub(crate) mod html;
pub(crate) mod issue;
pub(crate) mod parts;

/// How one caller sees the site.
pub(crate) struct View<'a> {
    pub(crate) contents: &'a Contents,
    /// Site URL, or the gateway's with its prefix.
    pub(crate) base: String,
    pub(crate) rich: Rich,
    /// When it is looked at, in milliseconds since 1970.
    pub(crate) now: i64,
    zone: TimeZone,
    viewer: Option<&'a str>,
    /// What was shown once: a page of issues repeats its people, statuses and priorities.
    shown: RefCell<HashMap<(Noun, String), Value>>,
}

/// Kinds of things that a page repeats.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Noun {
    User,
    Project,
    IssueType,
    Status,
    Priority,
}

impl<'a> View<'a> {
    pub(crate) fn new(
        contents: &'a Contents,
        base: String,
        rich: Rich,
        (now, zone): (i64, TimeZone),
        viewer: Option<&'a str>,
    ) -> Self {
        Self { contents, base, rich, now, zone, viewer, shown: RefCell::default() }
    }

    /// `{base}/rest/api/{version}/{tail}`.
    pub(crate) fn api(&self, tail: &str) -> String {
        let version = if self.rich == Rich::Wiki { 2 } else { 3 };
        format!("{}/rest/api/{version}/{tail}", self.base)
    }

    pub(crate) fn time(&self, ms: i64) -> Value {
        Value::String(time::show(ms, &self.zone))
    }

    /// A person as others see them; unknown accounts are shown as a shell, like deleted ones.
    pub(crate) fn user(&self, account: &str) -> Value {
        self.once(Noun::User, account, || self.fresh_user(account))
    }

    /// Shows a thing, or copies what was shown before.
    pub(super) fn once(&self, noun: Noun, id: &str, show: impl FnOnce() -> Value) -> Value {
        let key = (noun, id.to_owned());
        if let Some(known) = self.shown.borrow().get(&key) {
            return known.clone();
        }
        let fresh = show();
        self.shown.borrow_mut().insert(key, fresh.clone());
        fresh
    }

    fn fresh_user(&self, account: &str) -> Value {
        match self.contents.people.users.get(account) {
            Some(user) => Value::Object(self.person(user)),
            None => {
                json!({ "self": self.user_url(account), "accountId": account, "accountType": "atlassian", "displayName": "Former user", "active": false })
            }
        }
    }

    pub(crate) fn user_or_null(&self, account: Option<&str>) -> Value {
        account.map_or(Value::Null, |account| self.user(account))
    }

    fn user_url(&self, account: &str) -> String {
        let query: String = url::form_urlencoded::byte_serialize(account.as_bytes()).collect();
        self.api(&format!("user?accountId={query}"))
    }

    fn person(&self, user: &User) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("self".into(), json!(self.user_url(&user.account_id)));
        map.insert("accountId".into(), json!(user.account_id));
        if (user.shows_email || self.viewer == Some(&user.account_id))
            && !user.email.is_empty()
            && self.viewer.is_some()
        {
            map.insert("emailAddress".into(), json!(user.email));
        }
        map.insert("avatarUrls".into(), self.avatars());
        map.insert("displayName".into(), json!(user.name));
        map.insert("active".into(), json!(user.active));
        map.insert("timeZone".into(), json!(user.zone));
        map.insert("accountType".into(), json!(user.kind.name()));
        map
    }

    fn avatars(&self) -> Value {
        let url = |size: u8| json!(format!("{}/secure/useravatar?size={size}", self.base));
        json!({ "48x48": url(48), "24x24": url(24), "16x16": url(16), "32x32": url(32) })
    }

    /// A person with what only `/myself` and `/user` tell.
    pub(crate) fn full_user(&self, user: &User, expand: &[String]) -> Value {
        let mut map = self.person(user);
        map.insert("locale".into(), json!("en_US"));
        let groups = user.groups.len();
        let roles = usize::from(user.kind == AccountKind::Atlassian);
        map.insert("groups".into(), json!({ "size": groups, "items": [] }));
        map.insert("applicationRoles".into(), json!({ "size": roles, "items": [] }));
        if expand.iter().any(|e| e == "groups") {
            let rows: Vec<Value> = user
                .groups
                .iter()
                .filter_map(|name| self.contents.people.group_by(name))
                .map(|g| self.group(&g.id))
                .collect();
            map.insert("groups".into(), json!({ "size": groups, "items": rows }));
        }
        map.insert("expand".into(), json!("groups,applicationRoles"));
        Value::Object(map)
    }

    pub(crate) fn group(&self, id: &str) -> Value {
        let name = self.contents.people.groups.get(id).map(|g| g.name.as_str()).unwrap_or_default();
        json!({ "name": name, "groupId": id, "self": self.api(&format!("group?groupId={id}")) })
    }
}
