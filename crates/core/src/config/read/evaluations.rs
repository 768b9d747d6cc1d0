//! Reads `access: evaluations:`.

use url::Url;

use super::Reader;
use crate::{
    access::Domain,
    config::{
        AccessSource, Secret,
        evaluations::{DeliveryTexts, Evaluations, MailServer, Protection},
        tree::Node,
    },
    delivery::{INSTRUCTIONS, PRODUCTS},
    transform::Template,
};

/// <https://www.rfc-editor.org/rfc/rfc8314#section-3.3>
const PORT_TLS: u16 = 465;
/// <https://www.rfc-editor.org/rfc/rfc6409#section-3.1>
const PORT_SUBMISSION: u16 = 587;

/// A server on this machine is spoken to in the clear, unless the address says this.
const TLS_REQUIRED: &str = "tls=required";

impl Reader<'_> {
    /// Evaluations, if the document has any.
    pub(super) fn evaluations(&mut self, access: &Node, sources: &[AccessSource]) -> Option<Evaluations> {
        if !access.has("evaluations") {
            return None;
        }
        let node = access.get("evaluations");
        let copy = node.get("queue_copy");
        if copy.text().is_some_and(|text| Domain::of_email(text).is_none()) {
            self.no_address(copy);
        }
        Some(Evaluations {
            source: self.evaluation_source(node.get("source"), sources),
            by_support: node.get("delivery").text() == Some("support"),
            queue_copy: copy.text_or_empty().to_owned(),
            subject: self.letter(node.get("subject"), &[PRODUCTS])?,
            body: self.letter(node.get("body"), &[PRODUCTS, INSTRUCTIONS])?,
            mail: self.mail_server(node.get("mail")),
            texts: self.delivery_texts(node.get("texts")),
        })
    }

    /// A source whose records are themselves the people.
    fn evaluation_source(&mut self, node: &Node, sources: &[AccessSource]) -> String {
        let name = node.text_or_empty();
        let fits = |source: &&AccessSource| source.object == "Lead" && source.grant_field == source.person;
        if node.text().is_some() && !sources.iter().filter(fits).any(|source| source.name == name) {
            let message = format!("`{}` is no source whose records are Leads", node.shown());
            let remedy = "name one under `sources:` with `object: Lead`, whose `person` is its `grant_field`";
            self.report.error(node.at, "no-leads", message, remedy);
        }
        name.to_owned()
    }

    /// A template over fields of the Lead and some words of ours.
    fn letter(&mut self, node: &Node, words: &[&str]) -> Option<Template> {
        let template = Template::parse(node.text_or_empty());
        if let Err(why) = &template {
            let message = format!("this is no template: {why}");
            self.report.error(node.at, "bad-template", message, "write each field as `{FIELD}`");
        }
        let template = template.ok()?;
        for path in template.fields().filter(|path| !words.contains(&path.as_str())) {
            self.check_salesforce_field(node, path.as_str());
        }
        Some(template)
    }

    pub(super) fn mail_server(&mut self, node: &Node) -> MailServer {
        let url = node.get("smtp_url");
        let (host, port, protection) = self.smtp_url(url).unwrap_or_default();
        let from = node.get("from");
        let address = from.text_or_empty().rsplit_once('<').map_or(from.text_or_empty(), |(_, rest)| rest);
        if from.text().is_some() && Domain::of_email(address.trim_end_matches('>')).is_none() {
            self.no_address(from);
        }
        let login = match (node.has("user"), node.has("password")) {
            (true, true) => Some((self.setting(node.get("user")), self.password(node))),
            (false, false) => None,
            (has_user, _) => {
                let (there, missing) = if has_user { ("user", "password") } else { ("password", "user") };
                let message = format!("the mail server has a {there} and no {missing}");
                self.report.error(node.key_at(there), "incomplete-auth", message, format!("add `{missing}:`"));
                None
            }
        };
        MailServer { host, port, protection, login, from: from.text_or_empty().to_owned() }
    }

    fn password(&mut self, node: &Node) -> Secret {
        self.secret(node.get("password"), "password", false)
    }

    fn smtp_url(&mut self, node: &Node) -> Option<(String, u16, Protection)> {
        let text = self.setting(node);
        if text.is_empty() {
            return None;
        }
        let found = Url::parse(&text).ok().filter(|url| {
            let bare = url.username().is_empty() && url.password().is_none() && url.path().trim_matches('/').is_empty();
            bare && matches!(url.query(), None | Some(TLS_REQUIRED))
                && url.fragment().is_none()
                && matches!(url.scheme(), "smtp" | "smtps")
        });
        let server = found.and_then(|url| Some((url.host_str()?.to_owned(), url)));
        let Some((host, url)) = server else {
            // The text is not shown: it may carry a password.
            let remedy = "write it as `smtps://HOST`, `smtp://HOST:PORT` or `smtp://HOST:PORT?tls=required`; `user` and `password` have keys of their own";
            self.report.error(node.at, "bad-url", "this is no address of a mail server", remedy);
            return None;
        };
        Some(match url.scheme() {
            "smtps" => (host, url.port().unwrap_or(PORT_TLS), Protection::Tls),
            _ if is_here(&url) && url.query().is_none() => {
                (host, url.port().unwrap_or(PORT_SUBMISSION), Protection::None)
            }
            _ => (host, url.port().unwrap_or(PORT_SUBMISSION), Protection::StartTls),
        })
    }

    pub(super) fn no_address(&mut self, node: &Node) {
        let message = format!("`{}` is no e-mail address", node.shown());
        self.report.error(node.at, "bad-address", message, "write `name@host.example`");
    }

    fn delivery_texts(&mut self, node: &Node) -> DeliveryTexts {
        let text = |key: &str, usual: String| node.get(key).text().map_or(usual, str::to_owned);
        let usual = DeliveryTexts::default();
        let texts = DeliveryTexts {
            requested: text("requested", usual.requested),
            with_support: text("with_support", usual.with_support),
            approved: text("approved", usual.approved),
            delivered: text("delivered", usual.delivered),
            error: text("error", usual.error),
        };
        let words = [&texts.requested, &texts.with_support, &texts.approved, &texts.delivered, &texts.error];
        self.differ(node, &words);
        texts
    }
}

/// In an address of this scheme the host is a text, even where it is a number.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
