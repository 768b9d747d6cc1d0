//! From tokens to a query, by recursive descent over SOQL's grammar.
//!
//! Vendor page: SOQL and SOSL Reference, "SOQL SELECT Syntax".

use super::super::refusal::{Answered, Refusal};
use super::ast::{Call, Cond, Function, Item, Name, Operand, Order, Query};
use super::complaint;
use super::token::{Token, tokens};

mod condition;

/// A statement longer than this is refused.
const STATEMENT_CHARS_MAX: usize = 100_000;
/// OFFSET may not be larger.
const OFFSET_MAX: usize = 2_000;

/// Words that end a FROM's alias position.
const CLAUSES: &[&str] =
    &["WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "USING", "ALL", "UPDATE"];

/// Parses a whole query.
pub(super) fn query(text: &str) -> Answered<Query> {
    if text.chars().count() > STATEMENT_CHARS_MAX {
        return Err(Refusal::new(400, "MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters."));
    }
    let mut parser = Parser::new(text)?;
    let query = parser.query()?;
    parser.end()?;
    Ok(query)
}

/// Parses a condition alone.
pub(super) fn condition(text: &str) -> Answered<Cond> {
    let mut parser = Parser::new(text)?;
    let condition = parser.condition()?;
    parser.end()?;
    Ok(condition)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    next: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Answered<Self> {
        Ok(Self { text, tokens: tokens(text)?, next: 0 })
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }

    fn peek_second(&self) -> &Token {
        &self.tokens[(self.next + 1).min(self.tokens.len() - 1)].0
    }

    fn at(&self) -> usize {
        self.tokens[self.next].1
    }

    fn take(&mut self) -> Token {
        let token = self.tokens[self.next].0.clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn unexpected<T>(&self) -> Answered<T> {
        Err(complaint::unexpected(self.text, self.at(), &self.peek().shown()))
    }

    fn take_word(&mut self, keyword: &str) -> bool {
        let found = self.peek().is_word(keyword);
        if found {
            self.take();
        }
        found
    }

    fn expect_word(&mut self, keyword: &str) -> Answered<()> {
        if self.take_word(keyword) { Ok(()) } else { self.unexpected() }
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(found) if *found == sign);
        if found {
            self.take();
        }
        found
    }

    fn expect_sign(&mut self, sign: &str) -> Answered<()> {
        if self.take_sign(sign) { Ok(()) } else { self.unexpected() }
    }

    fn name(&mut self) -> Answered<Name> {
        let at = self.at();
        match self.peek() {
            Token::Word(word) => {
                let text = word.clone();
                self.take();
                Ok(Name { text, at })
            }
            _ => self.unexpected(),
        }
    }

    fn end(&self) -> Answered<()> {
        if *self.peek() == Token::End { Ok(()) } else { self.unexpected() }
    }

    fn query(&mut self) -> Answered<Query> {
        self.expect_word("SELECT")?;
        let mut select = vec![self.item()?];
        while self.take_sign(",") {
            select.push(self.item()?);
        }
        self.expect_word("FROM")?;
        let from = self.name()?;
        self.take_word("AS");
        let alias = match self.peek() {
            Token::Word(word) if !CLAUSES.iter().any(|clause| word.eq_ignore_ascii_case(clause)) => {
                Some(self.name()?.text)
            }
            _ => None,
        };
        if self.take_word("USING") {
            self.expect_word("SCOPE")?;
            self.name()?;
        }
        let filter = if self.take_word("WHERE") { Some(self.condition()?) } else { None };
        if self.take_word("WITH") {
            self.name()?;
        }
        let group = self.group()?;
        let having = if self.take_word("HAVING") { Some(self.condition()?) } else { None };
        let order = self.order()?;
        let limit = if self.take_word("LIMIT") { Some(self.count()?) } else { None };
        let offset = self.offset()?;
        self.tail()?;
        Ok(Query { select, from, alias, filter, group, having, order, limit, offset })
    }

    /// FOR VIEW and FOR REFERENCE only note who looked; FOR UPDATE and ALL ROWS are Apex's alone.
    fn tail(&mut self) -> Answered<()> {
        while self.take_word("FOR") {
            if !(self.take_word("VIEW") || self.take_word("REFERENCE")) {
                return self.unexpected();
            }
        }
        Ok(())
    }

    fn group(&mut self) -> Answered<Vec<Name>> {
        let mut group = Vec::new();
        if self.take_word("GROUP") {
            self.expect_word("BY")?;
            group.push(self.name()?);
            while self.take_sign(",") {
                group.push(self.name()?);
            }
        }
        Ok(group)
    }

    fn order(&mut self) -> Answered<Vec<Order>> {
        let mut order = Vec::new();
        if self.take_word("ORDER") {
            self.expect_word("BY")?;
            order.push(self.one_order()?);
            while self.take_sign(",") {
                order.push(self.one_order()?);
            }
        }
        Ok(order)
    }

    fn one_order(&mut self) -> Answered<Order> {
        let operand = self.operand()?;
        let descending = self.take_word("DESC");
        if !descending {
            self.take_word("ASC");
        }
        let nulls_last = self.take_word("NULLS") && !self.take_word("FIRST");
        if nulls_last {
            self.expect_word("LAST")?;
        }
        Ok(Order { operand, descending, nulls_last })
    }

    fn count(&mut self) -> Answered<usize> {
        match self.peek() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be a natural number"
            )]
            Token::Number(number) if *number >= 0.0 && number.fract() == 0.0 => {
                let count = *number as usize;
                self.take();
                Ok(count)
            }
            _ => self.unexpected(),
        }
    }

    fn offset(&mut self) -> Answered<usize> {
        if !self.take_word("OFFSET") {
            return Ok(0);
        }
        let at = self.at();
        let offset = self.count()?;
        if offset > OFFSET_MAX {
            let message = format!("Maximum SOQL offset allowed is {OFFSET_MAX}");
            return Err(complaint::at(self.text, at, "NUMBER_OUTSIDE_VALID_RANGE", &message));
        }
        Ok(offset)
    }

    fn item(&mut self) -> Answered<Item> {
        if self.take_sign("(") {
            let query = self.query()?;
            self.expect_sign(")")?;
            return Ok(Item::Children(Box::new(query)));
        }
        if self.peek().is_word("TYPEOF") {
            return self.type_of();
        }
        let calls = matches!(self.peek_second(), Token::Sign("("));
        if calls
            && (self.peek().is_word("toLabel")
                || self.peek().is_word("format")
                || self.peek().is_word("convertCurrency"))
        {
            self.take();
            self.expect_sign("(")?;
            let path = self.name()?;
            self.expect_sign(")")?;
            return Ok(Item::Path { path, alias: self.alias()? });
        }
        if calls && self.peek().is_word("FIELDS") {
            self.take();
            self.expect_sign("(")?;
            let which = self.name()?;
            self.expect_sign(")")?;
            return Ok(Item::All { which });
        }
        match self.operand()? {
            Operand::Path(path) => Ok(Item::Path { path, alias: self.alias()? }),
            Operand::Call(call) => Ok(Item::Aggregate { call, alias: self.alias()? }),
        }
    }

    fn alias(&mut self) -> Answered<Option<String>> {
        match self.peek() {
            Token::Word(word) if !word.eq_ignore_ascii_case("FROM") => Ok(Some(self.name()?.text)),
            _ => Ok(None),
        }
    }

    fn type_of(&mut self) -> Answered<Item> {
        self.take();
        let relationship = self.name()?;
        let mut when = Vec::new();
        while self.take_word("WHEN") {
            let object = self.name()?;
            self.expect_word("THEN")?;
            when.push((object, self.names()?));
        }
        let otherwise = if self.take_word("ELSE") { self.names()? } else { Vec::new() };
        self.expect_word("END")?;
        Ok(Item::TypeOf { relationship, when, otherwise })
    }

    fn names(&mut self) -> Answered<Vec<Name>> {
        let mut names = vec![self.name()?];
        while self.take_sign(",") {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn operand(&mut self) -> Answered<Operand> {
        let name = self.name()?;
        if !self.take_sign("(") {
            return Ok(Operand::Path(name));
        }
        let function = match name.text.to_ascii_uppercase().as_str() {
            "COUNT" => Function::Count,
            "COUNT_DISTINCT" => Function::CountDistinct,
            "MAX" => Function::Max,
            "MIN" => Function::Min,
            "SUM" => Function::Sum,
            "AVG" => Function::Avg,
            _ => return Err(complaint::unexpected(self.text, name.at, &name.text)),
        };
        let path = if matches!(self.peek(), Token::Sign(")")) { None } else { Some(self.name()?) };
        self.expect_sign(")")?;
        Ok(Operand::Call(Call { function, path, at: name.at }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sync_tools_send_is_understood() {
        let good = [
            "SELECT Id, CaseNumber, Account.Name FROM Case WHERE SystemModstamp >= 2026-01-02T03:04:05Z ORDER BY SystemModstamp ASC, Id ASC LIMIT 200 OFFSET 10",
            "SELECT Id, (SELECT Id, CommentBody FROM CaseComments ORDER BY CreatedDate) FROM Case WHERE Id IN ('500000000000001','500000000000002')",
            "select count() from Case where (Origin in ('Web','Email') and Priority='High') or not (Subject like 'a%')",
            "SELECT Origin, COUNT(Id) n FROM Case GROUP BY Origin HAVING COUNT(Id) > 1",
            "SELECT FIELDS(ALL) FROM Case c WHERE c.Id NOT IN (SELECT ParentId FROM CaseComment) LIMIT 200",
            "SELECT TYPEOF What WHEN Account THEN Name, Phone WHEN Case THEN Subject ELSE Name END FROM Task",
            "SELECT Id FROM Case WHERE CreatedDate = LAST_N_DAYS:3 AND Categories__c INCLUDES ('a;b','c') FOR VIEW",
        ];
        for text in good {
            query(text).unwrap_or_else(|refusal| panic!("{text}: {}", refusal.message));
        }
    }

    #[test]
    fn what_the_vendor_refuses_is_refused() {
        let bad = [
            ("SELECT Id FROMM Case", "unexpected token: 'Case'"),
            ("SELECT Id FROM Case WHERE a = 1 AND b = 2 OR c = 3", "unexpected token: 'OR'"),
            ("SELECT Id FROM Case WHERE Subject = 'it\\s'", "Illegal character sequence"),
            ("SELECT Id FROM Case LIMIT 1 OFFSET 2001", "Maximum SOQL offset allowed is 2000"),
            ("SELECT Id FROM Case WHERE", "unexpected token: '<EOF>'"),
            ("SELECT Id FROM Case FOR UPDATE", "unexpected token: 'UPDATE'"),
        ];
        for (text, expected) in bad {
            let refusal = query(text).expect_err(text);
            assert!(refusal.message.contains(expected), "{text}: {}", refusal.message);
        }
    }
}
