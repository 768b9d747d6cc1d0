//! Reads `to_jira:` and `to_salesforce:`. What could be wrong about a step is refused here, so that none can fail later.

use super::Reader;
use crate::{
    config::{
        suggest::{listed, nearest},
        tree::{Node, Position},
    },
    record::FieldPath,
    side::Side,
    transform::{DateFormat, FormatProblem, Pattern, Template, Transform, zone_names},
    value::Value,
};

impl Reader<'_> {
    /// The steps of one direction, which read the fields of the side that values come from.
    pub(super) fn steps(&mut self, list: &Node, from: Side, item: &Node) -> Vec<Transform> {
        list.members().iter().filter_map(|step| self.step(step, from, item)).collect()
    }

    fn step(&mut self, node: &Node, from: Side, item: &Node) -> Option<Transform> {
        if let Some(word) = node.text() {
            return self.step_of(word, node, from, item);
        }
        match node.entries() {
            [] if node.scalar().is_some() || !node.members().is_empty() => None,
            [only] if !matches!(only.key.as_str(), "when" | "then") => self.step_of(&only.key, &only.value, from, item),
            [_, _] if node.has("when") && node.has("then") => Some(Transform::When {
                filter: self.condition_of(node.get("when"), from, item),
                then: Value::text(node.get("then").text_or_empty()),
            }),
            [_] => self.one_step(node.at, "`when` and `then` belong together", "write `{ when: FILTER, then: VALUE }`"),
            entries => {
                let message = format!("a step has exactly one key; this one has {}", entries.len());
                self.one_step(node.at, &message, "make each step its own list member")
            }
        }
    }

    fn one_step(&mut self, at: Position, message: &str, remedy: &str) -> Option<Transform> {
        self.report.error(at, "one-step", message, remedy);
        None
    }

    fn step_of(&mut self, name: &str, argument: &Node, from: Side, item: &Node) -> Option<Transform> {
        let value = || Value::text(argument.text_or_empty());
        match name {
            "first_characters" => argument.whole().map(Transform::FirstCharacters),
            "lower_case" => Some(Transform::LowerCase),
            "upper_case" => Some(Transform::UpperCase),
            "trim" => Some(Transform::Trim),
            "replace" => {
                Some(Transform::Replace { find: verbatim(argument.get("find")), with: verbatim(argument.get("with")) })
            }
            "pattern" => self.pattern(argument).map(Transform::Pattern),
            "replace_pattern" => {
                let find = self.pattern(argument.get("find"))?;
                Some(Transform::ReplacePattern { find, with: verbatim(argument.get("with")) })
            }
            "format_date" => self.date_format(argument).map(Transform::FormatDate),
            "read_date" => self.date_format(argument).map(Transform::ReadDate),
            "template" => self.template(argument, from, item).map(Transform::Template),
            "build_array" => Some(self.array(argument, from, item)),
            "constant" => Some(Transform::Constant(value())),
            "default" => Some(Transform::Default(value())),
            _ => None,
        }
    }

    /// A filter over the fields that a line may read, as other steps read them.
    fn condition_of(&mut self, node: &Node, from: Side, item: &Node) -> crate::filter::Filter {
        let filter = self.condition(node, from);
        let paths: Vec<String> = filter.fields().into_iter().map(ToString::to_string).collect();
        paths.iter().for_each(|path| self.readable(node, path, from, item));
        filter
    }

    fn pattern(&mut self, node: &Node) -> Option<Pattern> {
        let written = verbatim(node);
        let built = Pattern::new(&written).map_err(|why| {
            let message = format!("`{}` is no pattern that can be used: {why}", node.shown());
            self.report.error(node.at, "bad-pattern", message, "correct the regular expression");
        });
        built.ok().filter(|_| !written.is_empty())
    }

    fn template(&mut self, node: &Node, from: Side, item: &Node) -> Option<Template> {
        match Template::parse(node.text_or_empty()) {
            Ok(template) => {
                let paths: Vec<String> = template.fields().map(ToString::to_string).collect();
                paths.iter().for_each(|path| self.readable(node, path, from, item));
                Some(template)
            }
            Err(why) => {
                let message = format!("`{}` is no template: {why}", node.shown());
                self.report.error(node.at, "bad-template", message, "write each field as `{FIELD}`");
                None
            }
        }
    }

    fn array(&mut self, node: &Node, from: Side, item: &Node) -> Transform {
        let fields = node.get("fields").members();
        for field in fields {
            self.readable(field, field.text_or_empty(), from, item);
        }
        let fields = fields.iter().map(|field| FieldPath::new(field.text_or_empty())).collect();
        Transform::BuildArray { fields, separator: node.has("separator").then(|| verbatim(node.get("separator"))) }
    }

    /// A field that a step names: Salesforce's have API names, and those of related records a lookup of the item.
    fn readable(&mut self, node: &Node, path: &str, from: Side, item: &Node) {
        if from == Side::Salesforce {
            self.check_salesforce_field(node, path);
            self.known_lookup(node, path, item.get("related"));
        }
    }

    fn date_format(&mut self, node: &Node) -> Option<DateFormat> {
        let (format, zone) = (node.get("format"), node.get("zone"));
        let zone_name = zone.text().unwrap_or("UTC");
        match DateFormat::new(format.text_or_empty(), zone_name) {
            Ok(read) => Some(read),
            Err(FormatProblem::Zone) => {
                let names = zone_names();
                let near = nearest(zone_name, names.iter().map(String::as_str));
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let remedy =
                    near.map_or("write a zone as `Europe/Berlin`".to_owned(), |near| format!("write `{near}`"));
                self.report.error(
                    zone.at,
                    "bad-zone",
                    format!("there is no time zone `{}`{hint}", zone.shown()),
                    remedy,
                );
                None
            }
            Err(FormatProblem::Format(why)) => {
                let message = format!("`{}` is no date format: {why}", format.shown());
                let remedy = format!("use {} and the other marks of strftime", listed(["%Y", "%m", "%d", "%H", "%M"]));
                self.report.error(format.at, "bad-format", message, remedy);
                None
            }
        }
    }
}

/// A text with its white space.
fn verbatim(node: &Node) -> String {
    node.scalar().and_then(|scalar| scalar.text()).unwrap_or_default().to_owned()
}
