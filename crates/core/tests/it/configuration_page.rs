//! `docs/configuration.md` says what the schema says: it is made here, and this fails when it is stale.
//!
//! `UPDATE_DOCS=1 cargo nextest run -p entente-core configuration_page` writes it anew. The schema gives keys, types
//! and sentences, `outline` the order and the prose between, and `examples/entente.yaml` every example, which its own
//! tests read.

mod defaults;
mod excerpt;
mod outline;
mod table;

use std::{collections::BTreeSet, path::PathBuf};

use entente_core::config::schema;

use self::outline::{INTRODUCTION, SECTIONS, Section};

const LINE_WIDTH_MAX: usize = 120;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

fn read(name: &str) -> String {
    let path = path(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn page() -> String {
    let (schema, complete) = (schema(), read("examples/entente.yaml"));
    let mut page = INTRODUCTION.replace("MINIMAL", read("examples/minimal.yaml").trim_end());
    for section in SECTIONS {
        let Section { level, title, prose, .. } = section;
        let shape = section.shape(&schema);
        let about = shape["description"].as_str().unwrap_or_default();
        let text = wrapped(&format!("{about}{}{prose}", gap(prose)));
        page += &format!("\n{} {title}\n\n{text}\n{}", "#".repeat(*level), table::of(shape));
        if let Some(example) = &section.example {
            page += &format!("\n```yaml\n{}```\n", example.of(&complete));
        }
    }
    page
}

/// Prose goes on in the same paragraph, unless it begins one.
fn gap(prose: &str) -> &'static str {
    if prose.is_empty() || prose.starts_with('\n') { "" } else { " " }
}

/// Paragraphs in lines as wide as those of every other page.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    for paragraph in text.split("\n\n") {
        let mut width = 0;
        for word in paragraph.split(' ') {
            let fits = width + word.len() < LINE_WIDTH_MAX;
            lines += if width == 0 {
                ""
            } else if fits {
                " "
            } else {
                "\n"
            };
            width = if fits { width + 1 + word.len() } else { word.len() };
            lines += word;
        }
        lines += "\n\n";
    }
    lines.trim_end().to_owned() + "\n"
}

#[test]
fn the_page_says_what_the_schema_says() {
    let (written, expected) = (path("docs/configuration.md"), page());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&written, &expected).expect("docs/ can be written");
    }
    let stale = "docs/configuration.md is stale: UPDATE_DOCS=1 cargo nextest run -p entente-core configuration_page";
    assert!(read("docs/configuration.md") == expected, "{stale}");
}

#[test]
fn every_part_of_the_schema_has_its_section() {
    let schema = schema();
    let parts: BTreeSet<&str> = schema["$defs"].as_object().expect("parts").keys().map(String::as_str).collect();
    let told = SECTIONS.iter().map(|section| section.shape).chain(["reference"]).filter(|shape| *shape != "document");
    assert_eq!(told.collect::<BTreeSet<_>>(), parts);
}

#[test]
fn every_example_shows_keys_of_its_section() {
    let (schema, complete) = (schema(), read("examples/entente.yaml"));
    for section in SECTIONS {
        let Some(example) = &section.example else { continue };
        let text = example.of(&complete);
        let keys = section.shape(&schema)["properties"].as_object().expect("keys").keys();
        let shown = keys.filter(|key| text.contains(&format!("{key}:"))).count();
        assert!(shown > 0, "{}:\n{text}", section.title);
    }
}
