//! Conditions: what follows WHERE and HAVING.

use super::super::super::refusal::Answered;
use super::super::ast::{Cond, List, Literal, Op, Operand};
use super::super::literal;
use super::super::token::Token;
use super::Parser;

impl Parser<'_> {
    /// AND and OR may not be mixed without parentheses.
    pub(super) fn condition(&mut self) -> Answered<Cond> {
        let first = self.simple()?;
        let (keyword, join): (_, fn(Vec<Cond>) -> Cond) = match self.peek() {
            token if token.is_word("AND") => ("AND", Cond::And),
            token if token.is_word("OR") => ("OR", Cond::Or),
            _ => return Ok(first),
        };
        let mut all = vec![first];
        while self.take_word(keyword) {
            all.push(self.simple()?);
        }
        if self.peek().is_word("AND") || self.peek().is_word("OR") {
            return self.unexpected();
        }
        Ok(join(all))
    }

    fn simple(&mut self) -> Answered<Cond> {
        if self.take_word("NOT") {
            return Ok(Cond::Not(Box::new(self.simple()?)));
        }
        if self.take_sign("(") {
            let inner = self.condition()?;
            self.expect_sign(")")?;
            return Ok(inner);
        }
        let operand = self.operand()?;
        if let Operand::Path(path) = &operand {
            if self.take_word("IN") {
                return Ok(Cond::In { path: path.clone(), negated: false, list: self.list()? });
            }
            if self.peek().is_word("NOT") && self.peek_second().is_word("IN") {
                self.take();
                self.take();
                return Ok(Cond::In { path: path.clone(), negated: true, list: self.list()? });
            }
            for (keyword, negated) in [("INCLUDES", false), ("EXCLUDES", true)] {
                if self.take_word(keyword) {
                    return Ok(Cond::Includes { path: path.clone(), negated, sets: self.texts()? });
                }
            }
        }
        let op = self.op()?;
        let value_at = self.at();
        let value = self.literal()?;
        Ok(Cond::Compare { operand, op, value, value_at })
    }

    fn op(&mut self) -> Answered<Op> {
        if self.take_word("LIKE") {
            return Ok(Op::Like);
        }
        let op = match self.peek() {
            Token::Sign("=") => Op::Eq,
            Token::Sign("!=") => Op::Ne,
            Token::Sign("<") => Op::Lt,
            Token::Sign("<=") => Op::Le,
            Token::Sign(">") => Op::Gt,
            Token::Sign(">=") => Op::Ge,
            _ => return self.unexpected(),
        };
        self.take();
        Ok(op)
    }

    fn literal(&mut self) -> Answered<Literal> {
        let literal = match self.peek().clone() {
            Token::Text { plain, pattern } => Literal::Text { plain, pattern },
            Token::Number(number) => Literal::Number(number),
            Token::Date(date) => Literal::Date(date),
            Token::Stamp(ms) => Literal::Stamp(ms),
            Token::Word(word) => match word.to_ascii_uppercase().as_str() {
                "TRUE" => Literal::Bool(true),
                "FALSE" => Literal::Bool(false),
                "NULL" => Literal::Null,
                period if literal::is_period(period) => Literal::Period(period.to_owned()),
                _ => return self.unexpected(),
            },
            Token::Sign(_) | Token::End => return self.unexpected(),
        };
        self.take();
        Ok(literal)
    }

    fn list(&mut self) -> Answered<List> {
        self.expect_sign("(")?;
        if self.peek().is_word("SELECT") {
            let query = self.query()?;
            self.expect_sign(")")?;
            return Ok(List::Query(Box::new(query)));
        }
        let mut values = Vec::new();
        loop {
            let at = self.at();
            values.push((self.literal()?, at));
            if !self.take_sign(",") {
                break;
            }
        }
        self.expect_sign(")")?;
        Ok(List::Values(values))
    }

    fn texts(&mut self) -> Answered<Vec<String>> {
        let List::Values(values) = self.list()? else { return self.unexpected() };
        let texts = values.into_iter().filter_map(|(value, _)| match value {
            Literal::Text { plain, .. } => Some(plain),
            _ => None,
        });
        Ok(texts.collect())
    }
}
