//! From names to fields: checks a query against the schema and the caller's rights.

use super::super::cell::Cell;
use super::super::refusal::{Answered, Refusal};
use super::super::schema::{Field, Kind};
use super::super::state::State;
use super::super::write::Caller;
use super::ast::{Call, Function, Item, Name, Operand, Order, Query};
use super::complaint;
use super::path::{Hop, Leaf, Path};
use super::test::Test;

mod filter;
mod names;

pub(super) use filter::Having;
use names::{described, hop, path};

const SUBQUERIES_MAX: usize = 20;
/// `FIELDS(ALL)` and `FIELDS(CUSTOM)` need a LIMIT not above this.
const FIELDS_LIMIT_MAX: usize = 200;

/// A query that can run.
#[derive(Clone, Debug)]
pub(in crate::salesforce) struct Plan {
    /// The object of the answer.
    pub(in crate::salesforce) object: usize,
    /// The object whose table has the rows; another one only for views.
    pub(super) base: usize,
    pub(super) shape: Shape,
    pub(super) test: Test,
    pub(super) order: Vec<Sort>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

/// What the answer consists of.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Count,
    Rows(Vec<Node>),
    Groups { by: Vec<Path>, show: Vec<Column>, having: Option<Having> },
}

/// One member of a shown row.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf { name: String, leaf: Leaf },
    Parent { hop: Hop, nodes: Vec<Node> },
    Children { name: String, field: usize, plan: Box<Plan> },
    TypeOf { hop: Hop, when: Vec<(usize, Vec<Node>)>, otherwise: Vec<Node> },
}

/// One member of an aggregate row.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) value: Measure,
}

#[derive(Clone, Debug)]
pub(super) enum Measure {
    /// The n-th of the fields grouped by.
    Key(usize),
    Call {
        function: Function,
        path: Option<Path>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Sort {
    pub(super) by: SortKey,
    pub(super) descending: bool,
    pub(super) nulls_last: bool,
}

#[derive(Clone, Debug)]
pub(super) enum SortKey {
    Path(Path),
    /// The column of an aggregate answer.
    Column(usize),
}

/// What a whole query is bound against.
struct Scope<'a> {
    state: &'a State,
    caller: &'a Caller,
    text: &'a str,
    object: usize,
    base: usize,
    alias: Option<String>,
}

/// Binds a query to the schema.
pub(super) fn plan(state: &State, caller: &Caller, text: &str, query: &Query) -> Answered<Plan> {
    let known = state.schema.object_at(&query.from.text).filter(|at| {
        let object = state.object(*at);
        object.can.query && state.rights.object(&caller.user, &object.name).read
    });
    let object = known.ok_or_else(|| complaint::unknown_object(text, query.from.at, &query.from.text))?;
    over(state, caller, text, query, object)
}

/// Binds the SELECT of a query whose rows are already known, so that no condition is asked for.
pub(super) fn rows_of(state: &State, caller: &Caller, text: &str, query: &Query, object: usize) -> Answered<Plan> {
    let scope = Scope { state, caller, text, object, base: base(state, object), alias: None };
    let shape = shape(&scope, query)?;
    Ok(Plan { object, base: scope.base, shape, test: Test::Always, order: Vec::new(), limit: None, offset: 0 })
}

/// Binds a condition alone.
pub(super) fn condition(
    state: &State,
    caller: &Caller,
    text: &str,
    object: usize,
    cond: &super::ast::Cond,
) -> Answered<Test> {
    let scope = Scope { state, caller, text, object, base: base(state, object), alias: None };
    filter::test(&scope, cond)
}

fn base(state: &State, object: usize) -> usize {
    let view = state.object(object).view_of.as_ref();
    view.and_then(|(of, _)| state.schema.object_at(of)).unwrap_or(object)
}

fn over(state: &State, caller: &Caller, text: &str, query: &Query, object: usize) -> Answered<Plan> {
    let scope = Scope { state, caller, text, object, base: base(state, object), alias: query.alias.clone() };
    let test = query.filter.as_ref().map_or(Ok(Test::Always), |cond| filter::test(&scope, cond))?;
    let test = filter::of_view(&scope, test);
    filter::restrict_links(&scope, &test)?;
    let shape = shape(&scope, query)?;
    let order = query.order.iter().map(|order| sort(&scope, &shape, order)).collect::<Answered<_>>()?;
    Ok(Plan { object, base: scope.base, shape, test, order, limit: query.limit, offset: query.offset })
}

fn shape(scope: &Scope<'_>, query: &Query) -> Answered<Shape> {
    let aggregates = query.select.iter().any(|item| matches!(item, Item::Aggregate { .. }));
    match query.select.as_slice() {
        [Item::Aggregate { call: Call { function: Function::Count, path: None, .. }, .. }]
            if query.group.is_empty() =>
        {
            Ok(Shape::Count)
        }
        _ if aggregates || !query.group.is_empty() => groups(scope, query),
        _ => rows(scope, query).map(Shape::Rows),
    }
}

fn rows(scope: &Scope<'_>, query: &Query) -> Answered<Vec<Node>> {
    let mut nodes = Vec::new();
    let mut n_children = 0;
    for item in &query.select {
        match item {
            Item::Path { path, .. } => add_path(scope, &mut nodes, path)?,
            Item::Children(inner) => {
                n_children += 1;
                nodes.push(children(scope, inner)?);
            }
            Item::All { which } => add_all(scope, &mut nodes, which, query.limit)?,
            Item::TypeOf { relationship, when, otherwise } => {
                nodes.push(type_of(scope, relationship, when, otherwise)?)
            }
            Item::Aggregate { call, .. } => return Err(complaint::unexpected(scope.text, call.at, "(")),
        }
    }
    if n_children > SUBQUERIES_MAX {
        return Err(Refusal::new(400, "MALFORMED_QUERY", "maximum number of subqueries allowed is 20"));
    }
    Ok(nodes)
}

fn add_path(scope: &Scope<'_>, nodes: &mut Vec<Node>, name: &Name) -> Answered<()> {
    let path = path(scope, name)?;
    place(scope, nodes, &path.hops, &path, name)
}

/// Puts a path into the tree of parents, each parent once.
fn place(scope: &Scope<'_>, nodes: &mut Vec<Node>, hops: &[Hop], path: &Path, name: &Name) -> Answered<()> {
    let Some((hop, deeper)) = hops.split_first() else {
        if nodes.iter().any(|node| matches!(node, Node::Leaf { name, .. } if *name == path.shown)) {
            let message = format!("duplicate field selected: {}", name.text);
            return Err(complaint::at(scope.text, name.at, "INVALID_FIELD", &message));
        }
        nodes.push(Node::Leaf { name: path.shown.clone(), leaf: path.leaf.clone() });
        return Ok(());
    };
    let known =
        nodes.iter().position(|node| matches!(node, Node::Parent { hop: other, .. } if other.shown == hop.shown));
    let at = known.unwrap_or_else(|| {
        nodes.push(Node::Parent { hop: hop.clone(), nodes: Vec::new() });
        nodes.len() - 1
    });
    match &mut nodes[at] {
        Node::Parent { nodes, .. } => place(scope, nodes, deeper, path, name),
        _ => Ok(()),
    }
}

fn add_all(scope: &Scope<'_>, nodes: &mut Vec<Node>, which: &Name, limit: Option<usize>) -> Answered<()> {
    let wanted: fn(&Field) -> bool = match which.text.to_ascii_uppercase().as_str() {
        "STANDARD" => |field| !field.is_custom(),
        "CUSTOM" => Field::is_custom,
        "ALL" => |_| true,
        other => return Err(complaint::unexpected(scope.text, which.at, other)),
    };
    if !which.text.eq_ignore_ascii_case("STANDARD") && limit.is_none_or(|limit| limit > FIELDS_LIMIT_MAX) {
        let message = "The SOQL FIELDS function must have a LIMIT of at most 200";
        return Err(complaint::at(scope.text, which.at, "MALFORMED_QUERY", message));
    }
    let object = scope.state.object(scope.object);
    for field in object.fields.iter().filter(|field| wanted(field) && readable(scope, &object.name, field)) {
        add_path(scope, nodes, &Name { text: field.name.clone(), at: which.at })?;
    }
    Ok(())
}

fn readable(scope: &Scope<'_>, object: &str, field: &Field) -> bool {
    scope.state.rights.field(&scope.caller.user, object, &field.name).read
}

fn children(scope: &Scope<'_>, inner: &Query) -> Answered<Node> {
    let lists = scope.state.schema.children_of(scope.base);
    let wanted = inner.from.text.rsplit('.').next().unwrap_or_default();
    let custom = wanted.strip_suffix("__r");
    let found = lists.into_iter().find(|list| {
        let child = &scope.state.object(list.object).fields[list.field];
        list.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(wanted) || custom == Some(name))
            && scope.state.rights.object(&scope.caller.user, &scope.state.object(list.object).name).read
            && readable(scope, &scope.state.object(list.object).name, child)
    });
    let list = found.ok_or_else(|| {
        complaint::unknown_relationship(scope.text, inner.from.at, wanted, &scope.state.object(scope.object).name)
    })?;
    let plan = over(scope.state, scope.caller, scope.text, inner, list.object)?;
    let child_field = &scope.state.object(list.object).fields[list.field].name;
    let field = scope.state.object(plan.base).field_at(child_field).unwrap_or(list.field);
    let name = custom.map_or_else(|| list.name.clone().unwrap_or_default(), |_| wanted.to_owned());
    Ok(Node::Children { name, field, plan: Box::new(plan) })
}

fn type_of(scope: &Scope<'_>, relationship: &Name, when: &[(Name, Vec<Name>)], otherwise: &[Name]) -> Answered<Node> {
    let hop = hop(scope, scope.object, scope.base, &relationship.text, relationship)?.0;
    let nodes_of = |object: usize, names: &[Name]| {
        let inner = Scope { object, base: base(scope.state, object), alias: None, ..*scope };
        let mut nodes = Vec::new();
        names.iter().try_for_each(|name| add_path(&inner, &mut nodes, name))?;
        Ok(nodes)
    };
    let branches = when.iter().map(|(object, names)| {
        let at = scope.state.schema.object_at(&object.text);
        let at = at.ok_or_else(|| complaint::unknown_object(scope.text, object.at, &object.text))?;
        Ok((at, nodes_of(at, names)?))
    });
    let named = |name: &Name| Node::Leaf { name: name.text.clone(), leaf: Leaf::Named(name.text.clone()) };
    Ok(Node::TypeOf { hop, when: branches.collect::<Answered<_>>()?, otherwise: otherwise.iter().map(named).collect() })
}

fn groups(scope: &Scope<'_>, query: &Query) -> Answered<Shape> {
    let by: Vec<Path> = query.group.iter().map(|name| path(scope, name)).collect::<Answered<_>>()?;
    let mut n_unnamed = 0;
    let mut show = Vec::new();
    for item in &query.select {
        let column = match item {
            Item::Path { path: name, alias } => {
                let wanted = path(scope, name)?;
                let key = by.iter().position(|key| *key == wanted).ok_or_else(|| {
                    let message = format!("Field must be grouped or aggregated: {}", name.text);
                    complaint::at(scope.text, name.at, "MALFORMED_QUERY", &message)
                })?;
                Column { name: alias.clone().unwrap_or_else(|| wanted.shown.clone()), value: Measure::Key(key) }
            }
            Item::Aggregate { call, alias } => {
                let name = alias.clone().unwrap_or_else(|| {
                    n_unnamed += 1;
                    format!("expr{}", n_unnamed - 1)
                });
                Column { name, value: measure(scope, call)? }
            }
            _ => {
                return Err(Refusal::new(
                    400,
                    "MALFORMED_QUERY",
                    "Grouped query cannot use child relationships in the SELECT list",
                ));
            }
        };
        show.push(column);
    }
    let having = query.having.as_ref().map(|cond| filter::having(scope, cond)).transpose()?;
    Ok(Shape::Groups { by, show, having })
}

fn measure(scope: &Scope<'_>, call: &Call) -> Answered<Measure> {
    let path = call.path.as_ref().map(|name| path(scope, name)).transpose()?;
    let sums = matches!(call.function, Function::Sum | Function::Avg);
    let field = path.as_ref().and_then(|path| described(scope, path));
    let number = |kind| matches!(kind, Kind::Int | Kind::Double | Kind::Currency | Kind::Percent);
    if sums && field.is_some_and(|field| !number(field.kind)) {
        let message =
            format!("field {} does not support aggregate operator SUM", field.map_or("", |field| &field.name));
        return Err(complaint::at(scope.text, call.at, "MALFORMED_QUERY", &message));
    }
    Ok(Measure::Call { function: call.function, path })
}

fn sort(scope: &Scope<'_>, shape: &Shape, order: &Order) -> Answered<Sort> {
    let by = match (&order.operand, shape) {
        (Operand::Path(name), Shape::Groups { show, .. }) => {
            let last = name.text.rsplit('.').next().unwrap_or_default();
            let column = show.iter().position(|column| column.name.eq_ignore_ascii_case(last));
            SortKey::Column(
                column.ok_or_else(|| complaint::unknown_field(scope.text, name.at, last, "AggregateResult"))?,
            )
        }
        (Operand::Path(name), _) => {
            let path = path(scope, name)?;
            if described(scope, &path).is_some_and(|field| !field.filterable || field.kind == Kind::MultiPicklist) {
                let message = format!("field '{}' can not be sorted in a query call", path.shown);
                return Err(complaint::at(scope.text, name.at, "INVALID_FIELD", &message));
            }
            SortKey::Path(path)
        }
        (Operand::Call(call), Shape::Groups { show, .. }) => {
            let same =
                |column: &Column| matches!(&column.value, Measure::Call { function, .. } if *function == call.function);
            let column = show.iter().position(same);
            SortKey::Column(column.ok_or_else(|| complaint::unexpected(scope.text, call.at, "("))?)
        }
        (Operand::Call(call), _) => return Err(complaint::unexpected(scope.text, call.at, "(")),
    };
    Ok(Sort { by, descending: order.descending, nulls_last: order.nulls_last })
}

/// A text of an id field in its long form; `None` for what is no id.
fn id_text(kind: Kind, text: &str) -> Option<String> {
    match kind {
        Kind::Id | Kind::Reference => super::super::id::normalise(text),
        _ => Some(text.to_owned()),
    }
}

/// A date's first moment.
fn midnight(date: jiff::civil::Date) -> Cell {
    let moment = date.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp().as_millisecond());
    Cell::Stamp(moment.unwrap_or_default())
}
