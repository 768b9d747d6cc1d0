//! From tokens to a query: clauses with and, or and not, then the order.

use super::lexer::{Kind, Token, tokens};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) condition: Option<Condition>,
    /// Field and whether it is descending.
    pub(crate) order: Vec<(String, bool)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Clause(Clause),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) field: String,
    pub(crate) operator: Operator,
    pub(crate) operands: Vec<Operand>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    Differs,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    ContainsNot,
    In,
    NotIn,
    IsEmpty,
    IsNotEmpty,
}

impl Operator {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Equals => "=",
            Self::Differs => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Contains => "~",
            Self::ContainsNot => "!~",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::IsEmpty => "is",
            Self::IsNotEmpty => "is not",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operand {
    Value(String),
    Function { name: String, arguments: Vec<String> },
    Empty,
}

/// Words that have to be quoted where a field or a value is meant (a part of the vendor's long list).
const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "is", "empty", "null", "order", "by", "was", "changed", "select", "from", "where", "set",
    "delete", "like", "limit", "as", "if", "else", "on", "to",
];

/// Nesting of parentheses and of `not`.
const DEPTH: usize = 100;

/// Reads a query; complaints are the vendor's sentences.
pub(crate) fn parse(text: &str) -> Result<Query, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, end: text.chars().count() + 1, depth: 0 };
    let condition = match parser.peek_word() {
        None if parser.tokens.is_empty() => None,
        Some(word) if word == "order" => None,
        _ => Some(parser.any()?),
    };
    let order = parser.order()?;
    match parser.tokens.get(parser.at) {
        None => Ok(Query { condition, order }),
        Some(token) => Err(format!(
            "Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{}'. {}",
            shown(&token.kind),
            place(token.column)
        )),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    depth: usize,
}

fn shown(kind: &Kind) -> &str {
    match kind {
        Kind::Word(text) | Kind::Quoted(text) => text,
        Kind::Sign(sign) => sign,
    }
}

fn place(column: usize) -> String {
    format!("(line 1, character {column})")
}

impl Parser {
    /// The bare word that comes next, in lower case.
    fn peek_word(&self) -> Option<String> {
        match &self.tokens.get(self.at)?.kind {
            Kind::Word(word) => Some(word.to_lowercase()),
            _ => None,
        }
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek_word().as_deref() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token { kind: Kind::Sign(s), .. }) if *s == sign);
        self.at += usize::from(found);
        found
    }

    fn column(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |token| token.column)
    }

    fn unexpected(&self, wanted: &str) -> String {
        match self.tokens.get(self.at) {
            Some(token) => format!(
                "Error in the JQL Query: Expecting {wanted} but got '{}'. {}",
                shown(&token.kind),
                place(token.column)
            ),
            None => {
                format!("Error in the JQL Query: Expecting {wanted} before the end of the query. {}", place(self.end))
            }
        }
    }

    fn any(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.all()?];
        while self.take_word("or") || self.take_sign("||") || self.take_sign("|") {
            parts.push(self.all()?);
        }
        Ok(single(parts, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.one()?];
        while self.take_word("and") || self.take_sign("&&") {
            parts.push(self.one()?);
        }
        Ok(single(parts, Condition::All))
    }

    fn one(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("Error in the JQL Query: The query is nested too deeply.".into());
        }
        let condition = if self.take_word("not") || self.take_sign("!") {
            Condition::Not(Box::new(self.one()?))
        } else if self.take_sign("(") {
            let inner = self.any()?;
            if !self.take_sign(")") {
                return Err(self.unexpected("')'"));
            }
            inner
        } else {
            Condition::Clause(self.clause()?)
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn clause(&mut self) -> Result<Clause, String> {
        let field = self.name("a field name")?;
        let operator = self.operator()?;
        let operands = match operator {
            Operator::In | Operator::NotIn => self.list()?,
            Operator::IsEmpty | Operator::IsNotEmpty if self.take_word("empty") || self.take_word("null") => Vec::new(),
            Operator::IsEmpty | Operator::IsNotEmpty => return Err(self.unexpected("'EMPTY'")),
            _ => vec![self.operand()?],
        };
        Ok(Clause { field, operator, operands })
    }

    /// A field or a value; bare reserved words are refused.
    fn name(&mut self, wanted: &str) -> Result<String, String> {
        let Some(token) = self.tokens.get(self.at) else { return Err(self.unexpected(wanted)) };
        let text = match &token.kind {
            Kind::Quoted(text) => text.clone(),
            Kind::Word(word) if RESERVED.contains(&word.to_lowercase().as_str()) => {
                return Err(format!(
                    "Error in the JQL Query: '{word}' is a reserved JQL word. You must surround it in quotation marks to use it as a field or value. {}",
                    place(token.column)
                ));
            }
            Kind::Word(word) => word.clone(),
            Kind::Sign(_) => return Err(self.unexpected(wanted)),
        };
        self.at += 1;
        Ok(text)
    }

    fn operator(&mut self) -> Result<Operator, String> {
        let signs = [
            ("!=", Operator::Differs),
            ("!~", Operator::ContainsNot),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("=", Operator::Equals),
            ("~", Operator::Contains),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        for (sign, operator) in signs {
            if self.take_sign(sign) {
                return Ok(operator);
            }
        }
        if self.take_word("in") {
            return Ok(Operator::In);
        }
        if self.take_word("not") {
            return if self.take_word("in") { Ok(Operator::NotIn) } else { Err(self.unexpected("'in'")) };
        }
        if self.take_word("is") {
            return Ok(if self.take_word("not") { Operator::IsNotEmpty } else { Operator::IsEmpty });
        }
        Err(self.unexpected("operator. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"))
    }

    /// A list in parentheses, or a function that yields one.
    fn list(&mut self) -> Result<Vec<Operand>, String> {
        if !self.take_sign("(") {
            return Ok(vec![self.operand()?]);
        }
        let mut operands = vec![self.operand()?];
        while self.take_sign(",") {
            operands.push(self.operand()?);
        }
        if self.take_sign(")") { Ok(operands) } else { Err(self.unexpected("')' or ','")) }
    }

    fn operand(&mut self) -> Result<Operand, String> {
        if self.take_word("empty") || self.take_word("null") {
            return Ok(Operand::Empty);
        }
        let quoted = matches!(self.tokens.get(self.at), Some(Token { kind: Kind::Quoted(_), .. }));
        let name = self.name("a value")?;
        if quoted || !self.take_sign("(") {
            return Ok(Operand::Value(name));
        }
        let mut arguments = Vec::new();
        while !self.take_sign(")") {
            arguments.push(self.name("an argument")?);
            if !self.take_sign(",")
                && self.column() != self.end
                && !matches!(self.tokens.get(self.at), Some(Token { kind: Kind::Sign(")"), .. }))
            {
                return Err(self.unexpected("')' or ','"));
            }
            if self.at >= self.tokens.len() {
                return Err(self.unexpected("')'"));
            }
        }
        Ok(Operand::Function { name, arguments })
    }

    fn order(&mut self) -> Result<Vec<(String, bool)>, String> {
        if !self.take_word("order") {
            return Ok(Vec::new());
        }
        if !self.take_word("by") {
            return Err(self.unexpected("'by'"));
        }
        let mut fields = Vec::new();
        loop {
            let field = self.name("a field name")?;
            let descending = self.take_word("desc");
            if !descending {
                self.take_word("asc");
            }
            fields.push((field, descending));
            if !self.take_sign(",") {
                return Ok(fields);
            }
        }
    }
}

fn single(mut parts: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => many(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_sync_tools_write() {
        let query = parse(r#"project in (10001, "KEY") AND updated >= "2026/01/31 14:05" and not (labels is EMPTY or cf[10030] ~ "a\"b") ORDER BY updated ASC, key desc"#).unwrap();
        assert_eq!(query.order, [("updated".to_owned(), false), ("key".to_owned(), true)]);
        let Some(Condition::All(parts)) = query.condition else { panic!("three parts") };
        assert_eq!(parts.len(), 3);
        assert_eq!(
            parts[1],
            Condition::Clause(Clause {
                field: "updated".into(),
                operator: Operator::GreaterOrEqual,
                operands: vec![Operand::Value("2026/01/31 14:05".into())]
            })
        );
        assert_eq!(parse("order by key").unwrap().condition, None);
        assert_eq!(parse("").unwrap(), Query { condition: None, order: Vec::new() });
    }

    #[test]
    fn functions_take_arguments() {
        let query = parse("assignee = currentUser() and created > startOfDay(\"-1d\")").unwrap();
        let Some(Condition::All(parts)) = query.condition else { panic!("two parts") };
        assert!(
            matches!(&parts[1], Condition::Clause(Clause { operands, .. }) if operands == &[Operand::Function { name: "startOfDay".into(), arguments: vec!["-1d".into()] }])
        );
    }

    #[test]
    fn complains_with_the_place() {
        for (text, part) in [
            ("project =", "before the end of the query. (line 1, character 10)"),
            ("project = OPS foo", "Expecting either 'OR' or 'AND' but got 'foo'. (line 1, character 15)"),
            ("and = 1", "'and' is a reserved JQL word"),
            ("summary ~ \"a\\qb\"", "'\\q' is an illegal JQL escape sequence."),
            ("summary ~ \"\\u00zz\"", "'\\u' is an illegal JQL escape sequence."),
            ("summary ~ \"x", "has not been completed. (line 1, character 11)"),
            ("project in (OPS", "Expecting ')' or ','"),
            ("project OPS", "Expecting operator"),
            ("f(", "Expecting operator"),
            ("a = f(", "Expecting an argument before the end"),
        ] {
            let complaint = parse(text).unwrap_err();
            assert!(
                complaint.starts_with("Error in the JQL Query: ") && complaint.contains(part),
                "{text}: {complaint}"
            );
        }
    }
}
