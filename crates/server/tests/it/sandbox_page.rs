//! `docs/sandbox.md` speaks the truth: its examples are run, every route of the control door has one, the faults that it
//! names are those that there are, and the vendors' routes that it lists, and only those, are there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::process::{Desk, Running, get, ready, send};

fn read(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn page() -> String {
    read("docs/sandbox.md")
}

/// The lines of all `sh` blocks.
fn examples(page: &str) -> Vec<&str> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let lines: Vec<_> = blocks.flat_map(str::lines).collect();
    assert!(lines.len() > 30 && lines.iter().all(|line| line.starts_with("curl -sS ")), "{lines:?}");
    lines
}

/// A demo company that listens.
struct Sandbox {
    _running: Running,
    salesforce: String,
    jira: String,
}

impl Sandbox {
    fn start(desk: &Desk) -> Self {
        let file = desk.arg("ready.json");
        let ports = ["--salesforce-listen", "0", "--jira-listen", "0", "--ready-file", &file];
        let running = Running::start(&[&["sandbox", "--seed", "demo"], &ports[..]].concat(), desk);
        let ready = ready(&desk.path("ready.json"));
        let url = |side: &str| ready[side]["url"].as_str().unwrap().to_owned();
        Self { _running: running, salesforce: url("salesforce"), jira: url("jira") }
    }

    /// An example as the shell would see it.
    fn filled_in(&self, line: &str, token: &str) -> String {
        line.replace("$SALESFORCE", &self.salesforce).replace("$JIRA", &self.jira).replace("$TOKEN", token)
    }

    /// How often a side was asked for a path that it does not have.
    fn n_misses(side: &str) -> u64 {
        let calls = get(&format!("{side}/__sandbox/calls"), "").unwrap();
        let routes = calls["by_route"].as_object().unwrap();
        let misses = routes.iter().filter(|(route, _)| route.ends_with("/(no such route)"));
        misses.map(|(_, n)| n.as_u64().unwrap()).sum()
    }
}

/// The words of a line, as far as a shell's quotes are used here.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for char in line.chars() {
        match (char, quote) {
            (char, Some(open)) if char == open => quote = None,
            ('\'' | '"', None) => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            (char, _) => word.get_or_insert_default().push(char),
        }
    }
    words.into_iter().chain(word).collect()
}

/// The request that `curl` would send.
fn request(line: &str) -> RequestBuilder {
    let words = words(line);
    let url = words.iter().find(|word| word.starts_with("http")).unwrap_or_else(|| panic!("no address in {line}"));
    let after = |option: &str| -> Vec<&str> {
        let pairs = words.windows(2).filter(|pair| pair[0] == option);
        pairs.map(|pair| pair[1].as_str()).collect()
    };
    let (json, form) = (after("--json"), after("-d"));
    let usual = if json.is_empty() && form.is_empty() { "GET" } else { "POST" };
    let method = after("-X").first().copied().unwrap_or(usual);
    let mut request = Client::new().request(Method::from_bytes(method.as_bytes()).unwrap(), url.as_str());
    for header in after("-H") {
        let (name, value) = header.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    if let Some((user, password)) = after("-u").first().and_then(|user| user.split_once(':')) {
        request = request.basic_auth(user, Some(password));
    }
    match (json.first(), form.is_empty()) {
        (Some(json), _) => request.header("content-type", "application/json").body((*json).to_owned()),
        (None, false) => request.header("content-type", "application/x-www-form-urlencoded").body(form.join("&")),
        (None, true) => request,
    }
}

#[test]
fn every_example_works() {
    let (desk, page) = (Desk::new(), page());
    let sandbox = Sandbox::start(&desk);
    let mut token = String::new();
    for line in examples(&page) {
        let (status, body) = send(request(&sandbox.filled_in(line, &token))).unwrap();
        assert!((200..300).contains(&status), "{line}: {status} {body}");
        if line.contains("/oauth2/token") {
            let answer: Value = serde_json::from_str(&body).unwrap();
            answer["access_token"].as_str().unwrap().clone_into(&mut token);
        }
    }
}

#[test]
fn every_route_of_the_control_door_has_an_example() {
    let page = page();
    let examples = examples(&page).join("\n");
    let doors = ["control/door.rs", "salesforce/door.rs", "jira/door.rs"];
    for door in doors {
        let source = read(&format!("crates/sandbox/src/{door}"));
        let routes = source.lines().filter_map(|line| line.split(".route(\"").nth(1)?.split_once('"'));
        let routes: Vec<_> = routes.collect();
        assert!(routes.len() >= 5, "{door}");
        for (path, methods) in routes {
            let lines: Vec<_> =
                examples.lines().filter(|line| words(line).iter().any(|word| names(word, path))).collect();
            assert!(!lines.is_empty(), "{path} has no example");
            let deletes = lines.iter().any(|line| line.contains("-X DELETE"));
            assert!(deletes || !methods.contains("delete("), "taking away at {path} has no example");
        }
    }
}

/// Whether an address is that of a route of either side.
fn names(address: &str, path: &str) -> bool {
    ["$SALESFORCE", "$JIRA"].iter().any(|side| {
        let rest = address.strip_prefix(side).and_then(|rest| rest.strip_prefix(path));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
    })
}

#[test]
fn the_faults_are_those_that_there_are() {
    let desk = Desk::new();
    let (page, sandbox) = (page(), Sandbox::start(&desk));
    let table = page.split("By name:").nth(1).unwrap().split("\n### ").next().unwrap();
    for side in [&sandbox.salesforce, &sandbox.jira] {
        let unknown = Client::new().post(format!("{side}/__sandbox/faults")).header("content-type", "application/json");
        let (status, body) = send(unknown.body(r#"{"name":"nonsense"}"#)).unwrap();
        assert_eq!(status, 400);
        let names = body.split("there are ").nth(1).unwrap().trim_end_matches(['"', '}']);
        for name in names.split(", ") {
            assert!(table.contains(&format!("`{name}`")), "{name} is not in the table");
        }
    }
}

#[test]
fn the_vendors_routes_are_there_and_those_that_are_not_are_not() {
    let desk = Desk::new();
    let (page, sandbox) = (page(), Sandbox::start(&desk));
    let (answered, absent) = page.split_once("\n## What is not there").unwrap();
    let rows = answered.split("\n## What the vendors' sides answer").nth(1).unwrap().lines();
    let rows: Vec<_> = rows.filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).collect();
    assert!(rows.len() >= 7);
    for (below, routes) in rows {
        let side = if below.starts_with("/services") { &sandbox.salesforce } else { &sandbox.jira };
        for route in backticked(routes) {
            send(Client::new().get(format!("{side}{below}{route}"))).unwrap();
            assert_eq!(Sandbox::n_misses(side), 0, "{below}{route} is not there");
        }
    }
    let paths: Vec<_> = backticked(absent).filter(|path| path.len() > 3 && !path.contains(' ')).collect();
    assert!(paths.len() >= 9);
    for path in paths {
        let side = if path.starts_with("/rest") { &sandbox.jira } else { &sandbox.salesforce };
        let before = Sandbox::n_misses(side);
        send(Client::new().get(format!("{side}{path}"))).unwrap();
        assert_eq!(Sandbox::n_misses(side), before + 1, "{path} is there after all");
    }
}

/// The site's routes as the page lists them: by what stands first in a path, then each way on with its methods.
fn site_rows() -> String {
    let mut families: BTreeMap<String, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    for (method, path) in entente_sandbox::jira::routes() {
        let below = ["/rest/api/3/", "/rest/servicedeskapi/", "/rest/webhooks/1.0/", "/"];
        let below = below.into_iter().find(|below| path.starts_with(below)).unwrap();
        let end = path[below.len()..].find('/').map_or(path.len(), |at| below.len() + at);
        let (family, rest) = path.split_at(end);
        families.entry(family.to_owned()).or_default().entry(rest.to_owned()).or_default().push(method);
    }
    let way = |(rest, methods): (&String, &Vec<&str>)| {
        let path = if rest.is_empty() { String::new() } else { format!("`{rest}` ") };
        path + &methods.join(" ")
    };
    let row = |(family, ways): (&String, &BTreeMap<_, _>)| {
        format!("| `{family}` | {} |", ways.iter().map(way).collect::<Vec<_>>().join(", "))
    };
    families.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_sites_table_is_the_router() {
    let (page, rows) = (page(), site_rows());
    assert!(page.contains(&rows), "docs/sandbox.md should list the site's routes so:\n{rows}");
}

#[test]
fn the_orgs_table_is_the_router() {
    let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
    for (method, path) in entente_sandbox::salesforce::routes() {
        match rows.last_mut().filter(|(last, _)| *last == path) {
            Some((_, methods)) => methods.push(method),
            None => rows.push((path, vec![method])),
        }
    }
    let rows = rows.iter().map(|(path, methods)| format!("| `{path}` | {} |\n", methods.join(" ")));
    let table = format!("\n\n| path | methods |\n|---|---|\n{}\n", rows.collect::<String>());
    assert!(page().contains(&table), "docs/sandbox.md should list the org's routes so:{table}");
}

/// The paths between backticks.
fn backticked(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|path| path.starts_with('/') && !path.starts_with("/("))
}
