//! Invented companies and people. None of them is meant to be anybody.

use rand::RngExt as _;

use super::Dice;

const STEMS: &[&str] = &[
    "Alderbrook",
    "Birchmere",
    "Calderon",
    "Dunmore",
    "Eastwold",
    "Fernhollow",
    "Glasswater",
    "Harrowgate",
    "Ironbridge",
    "Juniper Creek",
    "Kestrel Point",
    "Larkfield",
    "Marlow Bay",
    "Northmoor",
    "Oakhaven",
    "Pinecrest",
    "Quarry Hill",
    "Redwater",
    "Silverton",
    "Thornbury",
    "Underhill",
    "Vantage",
    "Westerly",
    "Yarrow",
    "Zephyr",
];
const TRADES: &[(&str, &str)] = &[
    ("Water Utilities", "Utilities"),
    ("Foods", "Food & Beverage"),
    ("Pharma", "Biotechnology"),
    ("Logistics", "Shipping"),
    ("Paper Mills", "Manufacturing"),
    ("Energy", "Energy"),
    ("Dairy", "Food & Beverage"),
    ("Plastics", "Manufacturing"),
    ("Regional Hospital", "Healthcare"),
    ("Breweries", "Food & Beverage"),
    ("Ceramics", "Manufacturing"),
    ("Robotics", "Engineering"),
];
const FIRST: &[&str] = &[
    "Anneke", "Bartel", "Camila", "Dario", "Elin", "Farid", "Greta", "Hamish", "Ines", "Joost", "Katya", "Lorcan",
    "Mirela", "Nils", "Oona", "Pavel", "Quentin", "Rosalind", "Sunniva", "Tariq", "Ulla", "Viggo", "Wanda", "Xiomara",
    "Yusuf", "Zelda",
];
const LAST: &[&str] = &[
    "Abernethy",
    "Bergstrand",
    "Cavallari",
    "Dragomir",
    "Eskildsen",
    "Fontenay",
    "Grimshaw",
    "Halvorsen",
    "Ibarra",
    "Jankovic",
    "Kilbride",
    "Lindqvist",
    "Macready",
    "Norwood",
    "Okonjo",
    "Pettersen",
    "Quillfeather",
    "Ravndal",
    "Sorrel",
    "Tallis",
    "Uttley",
    "Vasquez",
    "Whitlock",
    "Yardley",
    "Zielonka",
];
const TITLES: &[&str] = &[
    "Maintenance Manager",
    "Plant Engineer",
    "Quality Lead",
    "Head of Operations",
    "Process Technician",
    "IT Administrator",
    "Purchasing Manager",
    "Laboratory Manager",
];
const CITIES: &[(&str, &str, &str)] = &[
    ("Aarhus", "Denmark", "8000"),
    ("Bergen", "Norway", "5003"),
    ("Cork", "Ireland", "T12 XF62"),
    ("Ghent", "Belgium", "9000"),
    ("Groningen", "Netherlands", "9711"),
    ("Leeds", "United Kingdom", "LS1 4AP"),
    ("Linz", "Austria", "4020"),
    ("Portland", "United States", "97201"),
    ("Tampere", "Finland", "33100"),
    ("Trieste", "Italy", "34121"),
];

/// One of a list.
pub(super) fn pick<T: Clone>(dice: &mut Dice, list: &[T]) -> T {
    list[dice.random_range(0..list.len())].clone()
}

/// A company: its name, its industry.
pub(super) fn company(number: usize) -> (String, &'static str) {
    // Steps through the stems and, more slowly, through the trades, so that names differ for the first 300.
    let (trade, industry) = TRADES[(number + number / STEMS.len()) % TRADES.len()];
    let round = number / (STEMS.len() * TRADES.len());
    let stem = STEMS[number % STEMS.len()];
    let name = if round == 0 { format!("{stem} {trade}") } else { format!("{stem} {trade} {}", round + 1) };
    (name, industry)
}

/// A web domain for a company's name, in the reserved `.example`.
pub(super) fn domain(company: &str) -> String {
    let letters: String = company.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{}.example", letters.to_lowercase())
}

pub(super) struct Person {
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    pub(super) title: &'static str,
}

pub(super) fn person(dice: &mut Dice) -> Person {
    Person { first: pick(dice, FIRST), last: pick(dice, LAST), title: pick(dice, TITLES) }
}

/// Street, city, country, postal code.
pub(super) fn address(dice: &mut Dice) -> (String, &'static str, &'static str, &'static str) {
    let (city, country, code) = pick(dice, CITIES);
    let street = format!(
        "{} {}",
        pick(dice, &["Harbour Road", "Mill Lane", "Station Street", "Foundry Way", "Canal Row"]),
        dice.random_range(1..180)
    );
    (street, city, country, code)
}

/// A number from the range that is kept free for fiction.
pub(super) fn phone(dice: &mut Dice) -> String {
    format!("+1 555 01{:02}", dice.random_range(0..100))
}
