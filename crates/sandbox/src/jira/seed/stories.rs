//! The texts of the demo site: what a small company that runs a logistics platform has to do.

/// One issue of OPS.
pub(super) struct Story {
    /// Issue type id.
    pub(super) kind: &'static str,
    pub(super) priority: u8,
    /// `n` to do, `p` in progress, `b` blocked, `d` done.
    pub(super) status: char,
    pub(super) component: &'static str,
    pub(super) label: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
}

const fn story(kind: &'static str, priority: u8, status: char, component: &'static str, label: &'static str, summary: &'static str, description: &'static str) -> Story {
    Story { kind, priority, status, component, label, summary, description }
}

const BUG: &str = "10004";
const TASK: &str = "10002";
const STORY: &str = "10001";
const EPIC: &str = "10000";
const GATEWAY: &str = "10100";
const BILLING: &str = "10101";
const REPORTING: &str = "10102";
const MOBILE: &str = "10103";

pub(super) const STORIES: &[Story] = &[
    story(EPIC, 2, 'p', "", "roadmap", "Shipment tracking that customers can rely on", "Customers call support because the tracking page lags behind the depots.\n\nWe want every scan visible within a minute, and honest arrival times."),
    story(BUG, 1, 'p', GATEWAY, "incident", "Carrier webhook times out when more than 500 scans arrive at once", "The gateway answers 504 during the evening peak and the carrier retries, which doubles the load.\n\nSeen on three evenings this week, always between 18:00 and 18:20."),
    story(BUG, 2, 'n', BILLING, "", "Credit notes show the gross amount in the net column", "Only for invoices with more than one tax rate.\n\nThe PDF is right, the list view is wrong."),
    story(BUG, 3, 'd', MOBILE, "", "Driver app loses the signature when the phone locks", "The drawing is kept in memory only and is gone after the lock screen."),
    story(TASK, 3, 'n', GATEWAY, "", "Rotate the signing keys of the partner interface", "The present keys end on 31 January. Partners need the new public key two weeks before."),
    story(STORY, 3, 'n', REPORTING, "", "Depot managers see yesterday's missed pickups at 7 a.m.", "One page per depot, sorted by customer, with the reason the driver chose."),
    story(BUG, 2, 'b', GATEWAY, "waiting-for-partner", "Duplicate parcels after a partner resends a manifest", "The partner sends a new manifest number for the same parcels.\n\nWe wait for their answer whether the old number can be repeated in a reference field."),
    story(TASK, 4, 'd', REPORTING, "", "Drop the unused weekly export to the old data warehouse", "Nobody has opened it since April."),
    story(BUG, 3, 'n', MOBILE, "", "Barcode scanner stays dark on one phone model", "The torch permission is asked for only after the camera was opened."),
    story(STORY, 2, 'p', BILLING, "", "Customers choose between one invoice per month and one per shipment", "The choice belongs to the account and can be changed until the 25th of a month."),
    story(BUG, 2, 'd', BILLING, "", "Rounding difference of one cent between order and invoice", "Lines are rounded before they are added up."),
    story(TASK, 3, 'p', GATEWAY, "", "Move the address check to the new supplier", "Old contract ends in December. Both run side by side for two weeks, differences are logged."),
    story(BUG, 3, 'n', REPORTING, "", "Monthly report counts cancelled shipments twice", "A cancelled shipment has two closing events, and the report joins on both."),
    story(BUG, 1, 'd', GATEWAY, "incident", "Orders from the web shop were accepted without a delivery date", "A release removed the check for empty dates.\n\nAffected orders were completed by hand, list attached to the incident."),
    story(STORY, 3, 'n', MOBILE, "", "Drivers report a blocked loading bay with a photo", "The photo goes to the dispatcher and to the shipment's history."),
    story(TASK, 4, 'n', "", "housekeeping", "Remove test accounts from the production directory", "There are eleven of them, two with administrator rights."),
    story(BUG, 2, 'n', GATEWAY, "", "Tracking page shows the depot's time zone instead of the customer's", "Most visible for deliveries to the Canary Islands."),
    story(BUG, 3, 'p', BILLING, "", "Dunning letters ignore a payment plan", "The plan is stored on the account, the letter job reads the invoice only."),
    story(STORY, 3, 'd', REPORTING, "", "Export of claims as a spreadsheet", "With claim number, shipment, amount, decision and days open."),
    story(BUG, 4, 'n', MOBILE, "", "Long street names are cut off on the delivery screen", "Two lines are enough for every address we have."),
    story(TASK, 2, 'b', GATEWAY, "", "Load test before the Christmas peak", "Blocked until the staging cluster has its new nodes."),
    story(BUG, 2, 'p', GATEWAY, "", "Customs data is sent twice for split shipments", "Each part triggers its own declaration. The office wants one per consignment."),
    story(STORY, 4, 'n', BILLING, "", "Invoices in Portuguese", "The texts exist already, the layout needs a longer column for the description."),
    story(BUG, 3, 'd', REPORTING, "", "On-time rate is 100 % for depots without deliveries", "It should be empty."),
    story(TASK, 3, 'n', "", "security", "Answer the security questionnaire of our largest customer", "Forty questions, due at the end of the month. Most answers are in last year's copy."),
    story(BUG, 2, 'n', MOBILE, "", "App asks for a login every morning since version 4.2", "The refresh token is written to the old key store and read from the new one."),
    story(STORY, 2, 'p', GATEWAY, "", "Customers move a delivery to another day", "Up to 20:00 of the evening before, at most twice, and only inside the same week."),
    story(BUG, 3, 'n', BILLING, "", "Discount of a framework contract ends one day too early", "The end date is compared as a moment in UTC."),
    story(TASK, 4, 'd', "", "", "Write down how the on-call rota works", "Who is called when, and what may be switched off at night."),
    story(BUG, 3, 'b', GATEWAY, "waiting-for-partner", "Partner labels cannot be read by our sorting line", "The quiet zone around the code is too small. The partner tests a new printer setting."),
    story(BUG, 2, 'd', MOBILE, "", "Offline deliveries are uploaded in the wrong order", "The queue is sorted by the number of the stop, not by time."),
    story(STORY, 3, 'n', REPORTING, "", "Show the carbon figure on the monthly statement", "Per shipment and in total, with the factor that was used."),
    story(BUG, 3, 'n', GATEWAY, "", "Search for a shipment by reference is case-sensitive", "Support finds nothing when customers read their reference out in capitals."),
    story(TASK, 3, 'p', REPORTING, "", "Archive shipments older than three years", "The archive stays searchable by shipment number only."),
    story(BUG, 1, 'p', BILLING, "incident", "Payment provider's notification is rejected after the certificate change", "The pinned certificate expired on Sunday. Payments are booked by a nightly job meanwhile."),
    story(STORY, 4, 'n', MOBILE, "", "Dark mode for night shifts", "Drivers on the night tours are blinded by the white map."),
    story(BUG, 4, 'd', REPORTING, "", "Legend covers the last bar of the chart", "Only on small screens."),
    story(TASK, 2, 'n', GATEWAY, "", "Describe the partner interface in a machine-readable way", "Two new partners asked for it; it would also replace the hand-written examples."),
    story(BUG, 3, 'n', BILLING, "", "Reminder e-mails go to the former contact person", "The address is copied to the invoice and not looked up again."),
    story(BUG, 2, 'p', GATEWAY, "", "Estimated arrival jumps back and forth on motorway closures", "Each traffic message restarts the calculation from the planned route."),
];

pub(super) const COMMENTS: &[&str] = &[
    "I can reproduce this on staging.",
    "Depends on the release of Thursday, I will look at it again afterwards.",
    "Talked to the dispatchers: they can live with the workaround until the end of the month.",
    "The logs of the evening are attached to the incident page.\n\nNothing unusual before 18:02.",
    "Fixed on the branch, waiting for a review.",
    "Do we know how many customers are affected?",
    "Counted it: 23 accounts, all with a framework contract.",
    "Please keep support informed, they have two open cases about it.",
];

/// Project id, request type id, summary, description.
pub(super) const REQUESTS: &[(u64, &str, &str, &str)] = &[
    (10001, "10", "How do I add a second pickup address?", "We moved a part of our stock to a new hall and want to choose between both when we book."),
    (10001, "11", "Labels are printed in the wrong size", "Since this morning all labels come out on A4 instead of A6. Nothing was changed on our side."),
    (10001, "12", "Show the name of the driver on the tracking page", "Our reception would like to know whom to expect."),
    (10001, "11", "Shipment is delivered according to the page but did not arrive", "The page shows a signature that nobody here recognises."),
    (10001, "10", "Copy of the invoices of last year", "We need them as one file for the auditor."),
    (10002, "20", "New notebook for a colleague who starts in December", "Standard model, German keyboard, docking station for the office in Lisbon."),
    (10002, "21", "The VPN drops every few minutes", "Only from home, on two different networks. Started with the last update."),
    (10002, "22", "Open the reporting database for the new analyst", "Read access is enough, approved by the head of finance."),
    (10002, "20", "Shared mailbox for claims", "Four people need access, answers should come from the shared address."),
];
