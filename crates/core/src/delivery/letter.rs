//! The mail of a delivery.

use super::{EvaluationProduct, LeadOwner, Prospect};
use crate::{config::Evaluations, record::FieldPath, transform::Template, value::Value};

/// The word of a template that stands for the products' names.
pub const PRODUCTS: &str = "products";

/// The word of a template that stands for where each product is, and how to install it.
pub const INSTRUCTIONS: &str = "instructions";

/// A mail, complete but for its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The Lead's address.
    pub to: String,
    /// Who has the Lead; none if the owner has no address.
    pub cc: Option<String>,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

impl EvaluationProduct {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> String {
        [self.name.as_str(), &self.version].join(" ").trim().to_owned()
    }

    fn paragraph(&self) -> String {
        let lines = [self.title(), self.url.clone(), self.instructions.clone()];
        lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

impl Letter {
    pub(super) fn to(
        evaluations: &Evaluations,
        prospect: &Prospect,
        email: &str,
        products: &[EvaluationProduct],
    ) -> Self {
        let cc = match &prospect.owner {
            LeadOwner::Person(email) => email.clone(),
            LeadOwner::Queue => Some(evaluations.queue_copy.clone()),
        };
        let titles: Vec<String> = products.iter().map(EvaluationProduct::title).collect();
        let paragraphs: Vec<String> = products.iter().map(EvaluationProduct::paragraph).collect();
        let titles = Value::Text(titles.join(", "));
        let paragraphs = Value::Text(paragraphs.join("\n\n"));
        let fill = |template: &Template| {
            let value = |path: &FieldPath| match path.as_str() {
                PRODUCTS => Some(&titles),
                INSTRUCTIONS => Some(&paragraphs),
                _ => Some(prospect.fields.get(path).unwrap_or(&Value::Empty)),
            };
            template.fill(value).unwrap_or_default()
        };
        // A line break in a name must not begin another header.
        let subject = fill(&evaluations.subject).split_whitespace().collect::<Vec<_>>().join(" ");
        Self { to: email.trim().to_owned(), cc, subject, body: fill(&evaluations.body) }
    }
}
