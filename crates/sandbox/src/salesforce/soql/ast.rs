//! A query as it was written.

/// A dotted name and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) at: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) select: Vec<Item>,
    pub(super) from: Name,
    pub(super) alias: Option<String>,
    pub(super) filter: Option<Cond>,
    pub(super) group: Vec<Name>,
    pub(super) having: Option<Cond>,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    Path { path: Name, alias: Option<String> },
    Aggregate { call: Call, alias: Option<String> },
    Children(Box<Query>),
    All { which: Name },
    TypeOf { relationship: Name, when: Vec<(Name, Vec<Name>)>, otherwise: Vec<Name> },
}

/// `COUNT()`, `MAX(Amount)`.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) function: Function,
    pub(super) path: Option<Name>,
    pub(super) at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Count,
    CountDistinct,
    Max,
    Min,
    Sum,
    Avg,
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) operand: Operand,
    pub(super) descending: bool,
    pub(super) nulls_last: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Operand {
    Path(Name),
    Call(Call),
}

#[derive(Clone, Debug)]
pub(super) enum Cond {
    And(Vec<Cond>),
    Or(Vec<Cond>),
    Not(Box<Cond>),
    Compare { operand: Operand, op: Op, value: Literal, value_at: usize },
    In { path: Name, negated: bool, list: List },
    Includes { path: Name, negated: bool, sets: Vec<String> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Like,
}

#[derive(Clone, Debug)]
pub(super) enum List {
    Values(Vec<(Literal, usize)>),
    Query(Box<Query>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Text {
        plain: String,
        pattern: String,
    },
    Number(f64),
    Bool(bool),
    Null,
    Date(jiff::civil::Date),
    Stamp(i64),
    /// `TODAY`, `LAST_N_DAYS:3`.
    Period(String),
}
