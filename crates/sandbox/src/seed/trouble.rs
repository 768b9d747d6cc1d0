//! What customers of the demo company write, and what its people answer.
//!
//! The company makes sensors, controllers and the software that reads them.

use rand::RngExt as _;

use super::Dice;
use super::names::pick;

const PRODUCTS: &[&str] = &[
    "PT-40 pressure transmitter",
    "FM-12 flow meter",
    "TC-7 temperature controller",
    "LX-3 level sensor",
    "GW-200 gateway",
    "Console 6 dashboard",
    "Field app",
    "CalKit calibration set",
    "VP-9 valve positioner",
    "HS-5 humidity probe",
];

/// Subject, what happened, what was tried, type, reason.
type Story = (&'static str, &'static str, &'static str, &'static str, &'static str);
const STORIES: &[Story] = &[
    (
        "{product} shows no readings after the power cut",
        "After last night's power cut the {product} on line {n} came back, but every reading is shown as dashes. The status light is steady green.",
        "We restarted it twice and checked the fuse. Two other units on the same line are fine.",
        "Problem",
        "Breakdown",
    ),
    (
        "{product} drifts by several percent over a shift",
        "The value starts correctly at six in the morning and is about {n} % too high by two in the afternoon. Our reference instrument does not move.",
        "Recalibrating helps for one day only. Firmware is the version that was delivered.",
        "Problem",
        "Performance",
    ),
    (
        "Cannot log in to the {product} since the update",
        "Since Tuesday's update three of our operators get \"session could not be started\" when they open the {product}. Others are not affected.",
        "Clearing the browser data changed nothing. It is the same on two computers.",
        "Problem",
        "Other",
    ),
    (
        "How to export {n} days of data from the {product}?",
        "Our auditor asks for raw values in one file. The {product} lets us pick one week at most.",
        "Is there a setting for longer exports, or a way to fetch them by script?",
        "Question",
        "Other",
    ),
    (
        "{product}: alarm limit is ignored",
        "We set the upper limit to {n} and the value went well above it during the night, yet no alarm was raised.",
        "The alarm test button works. E-mail and horn are both enabled.",
        "Problem",
        "Equipment Design",
    ),
    (
        "Replacement part for {product} arrived damaged",
        "The box with order {n} came in today with a crushed corner and the housing inside is cracked.",
        "Photos can be sent. We need the part before the shutdown at the end of the month.",
        "Problem",
        "Other",
    ),
    (
        "Please add a dark theme to the {product}",
        "Our control room is kept dim, and the white background of the {product} is hard on the eyes during the night.",
        "About {n} people would be glad of it.",
        "Feature Request",
        "Feedback",
    ),
    (
        "{product} loses its network settings",
        "About once in {n} days the unit falls back to its factory address and has to be set up again on site.",
        "The battery was changed in spring. We suspect the switch, but no other device there is affected.",
        "Problem",
        "Installation",
    ),
    (
        "Wrong unit in the monthly report of the {product}",
        "The report prints bar where our site is set to kPa. Values are right, only the unit is wrong.",
        "The screen shows kPa. It began with the report of last month.",
        "Problem",
        "Equipment Complexity",
    ),
    (
        "Installation help for {n} units of {product}",
        "We plan to fit {n} units during the next shutdown and would like to check wiring and mounting beforehand.",
        "Drawings are ready. A call of half an hour would be enough.",
        "Question",
        "Installation",
    ),
    (
        "{product} reports \"E{n}\" and stops",
        "The display shows E{n} and the unit stops until it is switched off and on. This happened four times since Monday.",
        "The manual does not list this code. Nothing was changed in the plant.",
        "Problem",
        "Breakdown",
    ),
    (
        "Certificate of the {product} expires",
        "The calibration certificate ends in {n} days. What do you need from us to renew it?",
        "We have the serial numbers at hand.",
        "Question",
        "Other",
    ),
];

const CLOSINGS: &[&str] = &[
    "Please let us know how to go on.\n\nKind regards,\n{name}",
    "Production is not affected yet, but it will be if a second unit fails.\n\nBest wishes,\n{name}",
    "A call this afternoon would suit us.\n\n{name}",
    "Thank you for looking into it.\n\nRegards,\n{name}",
];

const STAFF_REMARKS: &[&str] = &[
    "Called the customer. Serial number is on the nameplate photo; asked for the event log.",
    "Same pattern as two cases from last month, all with firmware 2.3. Checking with engineering.",
    "Could reproduce it in the lab with the customer's settings.",
    "Customer is on site until Friday, please keep the priority.",
    "Spare part is in stock. Waiting for the delivery address.",
];

const PUBLIC_REMARKS: &[&str] = &[
    "Thank you for the report. Could you send us the event log of the last 24 hours?",
    "We could reproduce this and are working on a correction. We will come back to you by Thursday.",
    "Please try the following: hold the key for ten seconds, then restart the unit. Does the value come back?",
    "A replacement left our warehouse today. The tracking number follows by mail.",
    "The correction is part of the next release. Until then the old report can be used.",
];

/// A case as a customer tells it.
pub(super) struct Trouble {
    pub(super) subject: String,
    pub(super) description: String,
    pub(super) kind: &'static str,
    pub(super) reason: &'static str,
}

pub(super) fn trouble(dice: &mut Dice, name: &str) -> Trouble {
    let (subject, happened, tried, kind, reason) = pick(dice, STORIES);
    let product = pick(dice, PRODUCTS);
    let n = dice.random_range(2..60).to_string();
    let told = |text: &str| text.replace("{product}", product).replace("{n}", &n).replace("{name}", name);
    let closing = pick(dice, CLOSINGS);
    let description = format!("Hello,\n\n{}\n\n{}\n\n{}", told(happened), told(tried), told(closing));
    let subject = told(subject);
    let capital = subject[..1].to_uppercase() + &subject[1..];
    Trouble { subject: capital, description, kind, reason }
}

/// A remark on a case, and whether the customer may read it.
pub(super) fn remark(dice: &mut Dice) -> (&'static str, bool) {
    if dice.random_range(0..3) == 0 { (pick(dice, PUBLIC_REMARKS), true) } else { (pick(dice, STAFF_REMARKS), false) }
}
