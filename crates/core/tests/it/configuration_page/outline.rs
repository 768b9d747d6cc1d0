//! The order of the page, and what it says between the tables.

use serde_json::Value;

use super::excerpt::Excerpt;

/// One part of the schema, with its place on the page.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) shape: &'static str,
    pub(super) level: usize,
    pub(super) title: &'static str,
    /// What follows the schema's own sentence.
    pub(super) prose: &'static str,
    pub(super) example: Option<Excerpt>,
}

impl Section {
    pub(super) fn shape<'a>(&self, schema: &'a Value) -> &'a Value {
        if self.shape == "document" { schema } else { &schema["$defs"][self.shape] }
    }
}

/// A link to the section of a part.
pub(super) fn link(part: &str) -> String {
    let section = SECTIONS.iter().find(|section| section.shape == part);
    let title = section.map(|section| section.title).unwrap_or_else(|| panic!("{part} has no section"));
    let is_name = title.starts_with("Salesforce") || title.starts_with("Jira");
    let text = if is_name { title.to_owned() } else { title.to_lowercase() };
    format!("[{text}](#{})", title.to_lowercase().replace(' ', "-"))
}

pub(super) const INTRODUCTION: &str = r#"# Configuration

One YAML document says which Salesforce orgs and Jira sites there are and what is kept in agreement between them. Look
a document over before it runs:

```sh
entente check entente.yaml             # every problem at once: line, column, what is wrong, what to write instead
entente check entente.yaml --online    # also asks the org and the site whether everything named exists
entente check --schema > entente.schema.json
```

With `# yaml-language-server: $schema=entente.schema.json` as its first line, an editor completes and checks a document
while it is written.

## The smallest document

```yaml
MINIMAL
```

[examples/entente.yaml](../examples/entente.yaml) shows every key; all examples below are parts of it.

In the tables, *if left out* is the value that then holds, or what happens then; it is empty where nothing does. The
keys of a document that are on no table are refused, and the nearest one that exists is named.

## Values that stand elsewhere

A document can be shown to anyone, because what is secret stands elsewhere. No message about a document shows what a
reference in it stands for.

| written | stands for | where |
|---|---|---|
| `${NAME}` | a variable of the environment | in any value, also as part of it; `$${` is a literal `${` |
| `file:/path` | the content of a file, without the line break at its end | in place of a credential, or of an address of a connection |
| `secret:NAME` | a secret of the encrypted store | the same |

The encrypted store is a file, `secrets.json`, in the data directory (`entente-data` beside the document, or what
`--data-dir` names). Its key is 32 bytes in base64, in the variable `ENTENTE_KEY` or in a file that `ENTENTE_KEY_FILE`
names; keep it apart from the store and from its backups: a key in the data directory is refused. What was stored can be
replaced, not shown:

```sh
(umask 077; openssl rand -base64 32 > /etc/entente/key) && export ENTENTE_KEY_FILE=/etc/entente/key
entente secret set jira-token --config entente.yaml < token.txt   # then `api_token: secret:jira-token`
entente secret list --config entente.yaml                         # names, and when each was changed
entente secret remove jira-token --config entente.yaml
ENTENTE_NEW_KEY_FILE=/etc/entente/new-key entente secret rotate --config entente.yaml
```

A server that runs reads a changed secret on SIGHUP.
"#;

pub(super) const SECTIONS: &[Section] = &[
    Section { shape: "document", level: 2, title: "Document", prose: "", example: None },
    Section {
        shape: "connection",
        level: 2,
        title: "Connection",
        prose: "It has exactly one of `salesforce` and `jira`. Its name stands in the addresses of its webhooks.",
        example: Some(Excerpt::Whole(&["connections", "acme-org"])),
    },
    Section {
        shape: "salesforce-org",
        level: 3,
        title: "Salesforce org",
        prose: "\n\nThe keys that are present say how to sign in: `client_secret` alone is the client credentials flow, \
                which works on a My Domain only; `username` and `private_key` are the JWT bearer flow; \
                `client_secret`, `username` and `password` are the old way, which `check` warns about.\n\nWhich org it \
                is gets remembered. A connection that leads to another one, as after the refresh of a sandbox, is not \
                read and not written until it leads back; to follow the new org, give the connection and its items new \
               names.",
        example: Some(Excerpt::Both(&["connections", "partner-org"], &["connections", "rehearsal-org"])),
    },
    Section {
        shape: "jira-site",
        level: 3,
        title: "Jira site",
        prose: "",
        example: Some(Excerpt::Whole(&["connections", "acme-site"])),
    },
    Section {
        shape: "proxy",
        level: 3,
        title: "Proxy",
        prose: "",
        example: Some(Excerpt::Whole(&["connections", "acme-org", "proxy"])),
    },
    Section {
        shape: "pace",
        level: 3,
        title: "Pace",
        prose: "",
        example: Some(Excerpt::Whole(&["connections", "acme-org", "pace"])),
    },
    Section {
        shape: "connected-item",
        level: 2,
        title: "Connected item",
        prose: "Its name is its identity: links belong to it, and `renamed_from` is how they follow a new name. \
                [Choosing a mode](choosing-a-mode.md) says when to synchronize and when to show only.\n\n\
                Unless it is `display-only`, it has a `correlation` and at least one line under `fields`. What this \
                version does not run yet is checked all the same, and `check` says so.\n\n\
                `latest-wins` takes the later edit by the time that each side keeps of its own: in Salesforce the history of \
                the field where it is tracked, else the last change of the record; in Jira the issue's history. Clocks that \
                differ are allowed for, as far as the servers' answers tell. Edits within two minutes of each other, or at \
                a time that is not known, have no order: then Salesforce stands, and the journal says so.\n\n\
                Records do not stay what they were; [Lifecycle](lifecycle.md) says what becomes of a link then, and what \
                `on_leave`, `on_delete`, `on_merge` and `on_convert` (of an item about leads) change about it.\n\n\
                With `cardinality: many-issues` a record may have several issues, with `many-records` an issue several \
                records. They come together as others do: who names a record that has a twin already joins it, and so does \
                what `entente link` links; `auto_create` makes a twin only for what has none. Each line then flows one way: \
                from the one to all of them, or, with `roll_up`, from all of them to the one. The one names the first of \
                them in its correlation field. An item that is made one-to-one again leaves alone what still shares a record.",
        example: Some(Excerpt::Shallow(&["items", "support-bugs"])),
    },
    Section {
        shape: "actions",
        level: 3,
        title: "Actions",
        prose: "A direction that is paused writes nothing to its side, not even a correlation field, while the other goes on. What \
                changed meanwhile is caught up with when it is active again. The door for a vendor's pushes is open while an \
                action that needs them is active: Salesforce's for `to_jira`, Jira's for `to_salesforce`.\n\n\
                An item that is not active runs neither. Its records wait for it meanwhile, also those that a later item \
                of the same object would take.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "actions"])),
    },
    Section {
        shape: "batch",
        level: 3,
        title: "Batch",
        prose: "What waits is followed together with everything that changed meanwhile; `entente sync` waits for nothing.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "batch"])),
    },
    Section {
        shape: "salesforce-end",
        level: 3,
        title: "Salesforce end",
        prose: "",
        example: Some(Excerpt::Whole(&["items", "account-card", "salesforce"])),
    },
    Section {
        shape: "jira-end",
        level: 3,
        title: "Jira end",
        prose: "An item has one `project` and one `issue_type`; a display-only item has `project` or `projects`, and no \
                type.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "jira"])),
    },
    Section {
        shape: "filter",
        level: 3,
        title: "Filter",
        prose: "Groups nest.\n\nA filter decides entry: what becomes of a linked record that no longer passes is said \
                by `on_leave`. `is` compares texts without regard to case, `equals` compares by value, so that \
                `equals: 1` takes `1.0`. A field that cannot be read neither passes nor fails; its record is parked.\n\n\
                A day (`2026-12-31`) against a time is that whole day of UTC: `greater than` begins with the day after \
                it, `less than` ends before it, `equals` is within it. A time says its offset \
                (`2026-12-31T12:00:00Z`); against a field that holds days, its day of UTC counts. Nothing else is \
                compared with days and times.\n\n\
                People are named by id, e-mail address or name, users of Salesforce also by user name; a name that two \
                accounts of Jira have means neither. Record ids may have 15 characters or 18, and projects go by key or \
                name. What an issue is called (`key`) is no field to compare. `check --online` names a test that no value \
                could meet: a word for a number or a checkbox, several names at once for a field that holds several.\n\n\
                `greater than: \"{lasttime}\"` takes what came in since the start of the last run that finished; the first \
                run takes everything, and a run that fails half-way is made again from the same time. It narrows which \
                unlinked records are taken up; what is linked stays in agreement. Fields of related records are named \
                by their lookup: `RecordType.DeveloperName`, `CreatedBy.Username`.\n\n\
                A full look leaves to Salesforce and Jira the tests that their queries answer in the same way, so that \
                records which fail them do not travel; what arrives is judged again here. Parts of texts in Jira, several \
                lines, rich text, labels and people are judged here only.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "filter"])),
    },
    Section {
        shape: "correlation",
        level: 3,
        title: "Correlation",
        prose: "They are yours, in name and place; Entente fills them in, and never overwrites what somebody else wrote \
                there into a linked record.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "correlation"])),
    },
    Section {
        shape: "match-rule",
        level: 3,
        title: "Match rule",
        prose: "Records and issues that name each other are a pair before anything else. After that the rules are tried \
                in their order; the first under which there is anybody decides. Texts and numbers are compared; capitals \
                and white space around them do not count, and what has neither letter nor digit counts as empty. A field \
                in which Salesforce itself minds capitals finds the exact letters only.\n\n\
                A record and an issue that show the same, and are alone in that on both sides, are linked. Whoever is \
                linked already, names somebody else or is kept out by a filter is never taken. Where several show the \
                same, nothing is guessed and nothing is created: the records are listed by `entente matches` until a \
                person says which belong together, or until a change leaves one pair. Jira's search lags by seconds, so \
                an issue that was made a moment ago may be missed.\n\n\
                What finds nobody gets a twin where `auto_create` says so:\n\n\
                - create only: `match: [ correlation ]`, and `auto_create: jira`\n\
                - match, then create: a rule, and `auto_create: jira`\n\
                - match only: a rule, and `auto_create: none`\n\n\
                `start` limits what is created, not what is found. `now` means since the item's first run began. \
                Salesforce tells whole seconds, so a record of that very second counts as new: it may have come in \
                just before, but nothing that came in after is passed over.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "match"])),
    },
    Section {
        shape: "field",
        level: 3,
        title: "Field",
        prose: "Left to itself a line flows both ways, except where something speaks against it: the item's mode, a \
                field that the vendor fills in, a related record, or steps that cannot be undone. Such steps under `to_jira` alone \
                let nothing flow to Salesforce, and under `to_salesforce` alone nothing to Jira.\n\n\
                `roll_up` says what several records show together to the one that they share. `all` and `any` are of \
                checkboxes, or of a value table, whose lines are then an order: `all` is the first of them that one shows, \
                `any` the last. `max` is the greatest number, the latest day or time, and of a value table the first \
                line that one shows, as priorities are listed from the highest. `latest` is the latest day or time, and of other \
                values the one that was edited last; of several edits between two rounds, that of the record that was changed last. `join` puts texts one \
                after the other, each once, and makes one list of lists. Steps and tables apply to what comes out. While one \
                of them cannot be read, or shows what has no part in it, the line rests, with a note.\n\n\
                A line has at most 50 steps in each direction. A value of which a step would make more than a megabyte of text \
                is left alone, and said.\n\n\
                A line whose steps or table are changed is judged anew for all pairs, though nobody has edited them: what it \
                makes of Salesforce's value goes to Jira; to Salesforce goes what it makes of Jira's, where it flows only there \
                or `jira-wins`. `entente apply` and the dry run count that before it happens.\n\n\
                Several Salesforce values may share one Jira value. On the way back the old value stays if it still \
                fits, else the first one listed is taken. A value that the table does not have is left alone, and said. \
                A value may stand for nothing (`None: ~`); an empty Jira field then keeps a record that shows that value, \
                and empties any other. Only a display-only item may leave `jira` out.\n\n`conflicts: union` joins two edits of a set: what either \
                side added is added, what either side took away is taken away. `append` puts what Jira added to a text \
                behind what Salesforce added.\n\n\
                A field of a related record is shown, not written. With `direction: both` or `to-salesforce` the lookup \
                follows what Jira shows: it is pointed at the one record of that name or external id, and the related \
                record stays as it is. Capitals do not count. What no record has, or several have, is not written; \
                `entente parked` says so, and `entente retry` tries it again once the record is there. Fields behind a \
                second lookup are only read.\n\n\
                `jira: issue.key`, `issue.id` and `issue.url` stand for the issue's key, id and address, `salesforce: \
                record.url` for the record's address. They are no fields, so they only flow to the other side: once an \
                issue that was created is there, its record learns where; when it moves, its record learns that too, of \
                a one-way item as well.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "fields"])),
    },
    Section {
        shape: "step",
        level: 4,
        title: "Step",
        prose: "Steps run in their order, each on what the one before made of the value. `lower_case`, `upper_case` and \
                `trim` may stand alone, without `: true`. Names of fields are those of the side that the value comes \
                from; a change of any field that is named is seen. A text that was cut off flows back if the other side \
                would then show it. A value that a step cannot take, as a word where a date is needed, is left alone, \
                and said.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "- { salesforce: Region__c,"])),
    },
    Section {
        shape: "replace",
        level: 4,
        title: "Replace",
        prose: "White space counts.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "- salesforce: Product_Code__c", "to_jira"])),
    },
    Section {
        shape: "replace-pattern",
        level: 4,
        title: "Replace pattern",
        prose: "Patterns are those of <https://docs.rs/regex/latest/regex/#syntax>: every one ends soon, because it \
                knows neither look-around nor back-references.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "- salesforce: Invoice__c", "to_jira"])),
    },
    Section {
        shape: "date-format",
        level: 4,
        title: "Date format",
        prose: "It takes dates, times, ISO 8601, and counts since 1970: of seconds up to eleven digits, of milliseconds \
                with more. The marks are those of strftime: `%Y` year, `%m` month, `%d` day, `%H` hour, `%M` minute, \
                `%Z` zone.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "- salesforce: Due__c"])),
    },
    Section {
        shape: "build-array",
        level: 4,
        title: "Build array",
        prose: "A list becomes labels, components or the options of a field with several.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "- salesforce: Type"])),
    },
    Section {
        shape: "status",
        level: 3,
        title: "Status",
        prose: "Status flows both ways whatever the item's mode, in Jira by the transitions that its workflow has. The \
                side that changed wins; if both did, the later one, as with `latest-wins` (within two minutes: Salesforce); on the first day, \
                Salesforce. \
                What a new issue cannot be moved to is parked, and a person who moves the issue has changed it. Where no transition \
                leads straight to a status, the shortest way that issues of the project were seen to go is taken, \
                transition by transition.\n\n\
                A value that the table does not have becomes the closest safe match: the status of the same name, the \
                one that is there already, or the only one, provided that it closes the work if the value does and \
                keeps it open if the value does. Without one nothing is written, and a note names both values. An \
                issue always has a status: where the Salesforce field is emptied, the status is left as it is, with a note. \
                Which statuses close, Jira says by their category \"Done\", and Salesforce for cases, opportunities and tasks.\n\n\
                Where several share a record, the status of the one decides theirs; with `roll_up` theirs together decide that \
                of the one. The order of the table counts: `all` is what all of them have reached, so that a Case closes when \
                all of its issues are done and reopens when one does; `any` is what one of them has reached.\n\n\
                `on` fills in fields of the transition's screen, such as the resolution that a workflow demands; where \
                the screen does not have the field, it is left out.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "status"])),
    },
    Section {
        shape: "comments",
        level: 3,
        title: "Comments",
        prose: "A comment belongs to the side on which somebody wrote it. The other side gets a copy that begins with a line \
                about its author and time; copies follow later edits, and are never carried back. What is deleted on one \
                side stays on the other. A copy never has more readers than its original, and for customers only what \
                `audience: customer` lets through: [Comments and files](comments-and-files.md) has the table.\n\n\
                `exclude_authors` is not needed against echoes, and also leaves out what automations write under these \
                names.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "comments"])),
    },
    Section {
        shape: "attachments",
        level: 3,
        title: "Attachments",
        prose: "A file belongs to the side on which somebody added it, and the other side gets a copy, once; a new version of a \
                file in Salesforce is another file in Jira. What is deleted on one side stays on the other. Files that are \
                larger than `max_bytes` stay where they are, and a note on the link says so. Customers see no copy: \
                [Comments and files](comments-and-files.md#files) has the details.",
        example: Some(Excerpt::Whole(&["items", "support-bugs", "attachments"])),
    },
    Section {
        shape: "triggers",
        level: 2,
        title: "Triggers",
        prose: "Whichever comes first is enough: a push that was lost is found by the next poll, and what a poll missed \
                by the next reconciliation.",
        example: Some(Excerpt::Whole(&["triggers"])),
    },
    Section {
        shape: "journal",
        level: 2,
        title: "Journal",
        prose: "What is left of it can still be verified.",
        example: Some(Excerpt::Whole(&["journal"])),
    },
    Section {
        shape: "alerts",
        level: 2,
        title: "Alerts",
        prose: "The `owner` of an item is told by [mail](#mail) when the item is held, a connection of it refuses its \
                credentials or lacks a right, work was refused, or conflicts wait for a decision. A mail says how many and which \
                command shows them; values of fields and the words of vendors are in none. It comes when there is more than the \
                last one said, at most once in an hour for each item, and only from a server that runs. An item whose \
                `owner` is missing, or is no e-mail address, has nobody to tell.",
        example: Some(Excerpt::Whole(&["alerts"])),
    },
    Section { shape: "server", level: 2, title: "Server", prose: "", example: Some(Excerpt::Whole(&["server"])) },
    Section {
        shape: "forge",
        level: 3,
        title: "Forge",
        prose: "[apps/jira](../apps/jira/README.md) says how to register the app and what it shows. Keys are fetched by \
                https, through the proxy of the first Jira connection where that has one; plain http is taken from this \
                machine only.",
        example: None,
    },
    Section {
        shape: "access",
        level: 2,
        title: "Access",
        prose: "The org needs the package in `apps/salesforce/access`. A grant is one `Entente_Access__c`, for one person and \
                one record; it is open as long as its status is `requested`, and that text alone asks for another try. \
                Which domains people may come from is no part of the document: `entente domains` lists and changes them.",
        example: Some(Excerpt::Shallow(&["access"])),
    },
    Section {
        shape: "access-source",
        level: 3,
        title: "Access source",
        prose: "The organization belongs to the record by ids: two records whose names render alike get two \
                organizations, the second with the record's id behind its name.",
        example: Some(Excerpt::Whole(&["access", "sources", "customer-project"])),
    },
    Section {
        shape: "domain-task",
        level: 3,
        title: "Domain task",
        prose: "It has exactly one of the two. There is one open task per domain, and every request for the domain waits for it.",
        example: None,
    },
    Section {
        shape: "jira-task",
        level: 4,
        title: "Jira task",
        prose: "",
        example: Some(Excerpt::Whole(&["access", "domain_task", "jira"])),
    },
    Section { shape: "salesforce-task", level: 4, title: "Salesforce task", prose: "", example: None },
    Section {
        shape: "access-texts",
        level: 3,
        title: "Access texts",
        prose: "The words for a status must differ from each other, and so must those on the button.",
        example: Some(Excerpt::Whole(&["access", "texts"])),
    },
    Section {
        shape: "evaluations",
        level: 3,
        title: "Evaluations",
        prose: "A delivery is one `Evaluation_List__c`; it is open as long as its status is `requested` or `approved`. Each has \
                one mail: setting a delivered one to `requested` again sends nothing.",
        example: Some(Excerpt::Shallow(&["access", "evaluations"])),
    },
    Section {
        shape: "mail",
        level: 4,
        title: "Mail",
        prose: "",
        example: Some(Excerpt::Whole(&["access", "evaluations", "mail"])),
    },
    Section {
        shape: "delivery-texts",
        level: 4,
        title: "Delivery texts",
        prose: "",
        example: Some(Excerpt::Whole(&["access", "evaluations", "texts"])),
    },
];
