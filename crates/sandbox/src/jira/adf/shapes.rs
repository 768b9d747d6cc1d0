//! What each type of node is made of, as our own table of the facts.
//!
//! Format: <https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/>.

/// Blocks a document may hold, and with small differences most containers.
pub(super) const TOP: &[&str] = &[
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "taskList",
    "decisionList",
    "blockquote",
    "codeBlock",
    "panel",
    "rule",
    "table",
    "expand",
    "mediaSingle",
    "mediaGroup",
    "blockCard",
    "embedCard",
    "layoutSection",
    "extension",
    "bodiedExtension",
    "syncBlock",
    "bodiedSyncBlock",
];
const INLINE: &[&str] = &[
    "text",
    "hardBreak",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "placeholder",
    "mediaInline",
    "inlineExtension",
];
const LIST_ITEM: &[&str] =
    &["paragraph", "bulletList", "orderedList", "taskList", "codeBlock", "mediaSingle", "extension"];
const QUOTE: &[&str] =
    &["paragraph", "bulletList", "orderedList", "codeBlock", "mediaSingle", "mediaGroup", "extension"];
const PANEL: &[&str] = &[
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "blockCard",
    "mediaSingle",
    "mediaGroup",
    "codeBlock",
    "taskList",
    "rule",
    "decisionList",
    "extension",
];
const CELL: &[&str] = &[
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "taskList",
    "decisionList",
    "blockquote",
    "codeBlock",
    "panel",
    "rule",
    "mediaSingle",
    "mediaGroup",
    "blockCard",
    "embedCard",
    "nestedExpand",
    "extension",
];
const EXPAND: &[&str] = &[
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "taskList",
    "decisionList",
    "blockquote",
    "codeBlock",
    "panel",
    "rule",
    "table",
    "mediaSingle",
    "mediaGroup",
    "blockCard",
    "embedCard",
    "nestedExpand",
    "extension",
    "bodiedExtension",
];
const NESTED_EXPAND: &[&str] = &[
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "taskList",
    "decisionList",
    "blockquote",
    "codeBlock",
    "panel",
    "rule",
    "mediaSingle",
    "mediaGroup",
    "extension",
];

/// What a node type is made of.
pub(super) struct Shape {
    pub(super) children: &'static [&'static str],
    pub(super) children_min: usize,
    pub(super) attrs: &'static [&'static str],
    pub(super) required: &'static [&'static str],
}

const fn shape(
    children: &'static [&'static str],
    children_min: usize,
    attrs: &'static [&'static str],
    required: &'static [&'static str],
) -> Shape {
    Shape { children, children_min, attrs, required }
}

/// The shape of a node type; none where there is no such type.
pub(super) fn shape_of(kind: &str) -> Option<Shape> {
    Some(match kind {
        "doc" => shape(TOP, 0, &[], &[]),
        "paragraph" => shape(INLINE, 0, &["localId"], &[]),
        "heading" => shape(INLINE, 0, &["level", "localId"], &["level"]),
        "bulletList" => shape(&["listItem"], 1, &["localId"], &[]),
        "orderedList" => shape(&["listItem"], 1, &["order", "localId"], &[]),
        "listItem" => shape(LIST_ITEM, 1, &["localId"], &[]),
        "taskList" => shape(&["taskItem", "blockTaskItem", "taskList"], 1, &["localId"], &["localId"]),
        "taskItem" => shape(INLINE, 0, &["localId", "state"], &["localId", "state"]),
        "decisionList" => shape(&["decisionItem"], 1, &["localId"], &["localId"]),
        "decisionItem" => shape(INLINE, 0, &["localId", "state"], &["localId", "state"]),
        "blockquote" => shape(QUOTE, 1, &["localId"], &[]),
        "codeBlock" => shape(&["text"], 0, &["language", "uniqueId", "localId", "wrap"], &[]),
        "panel" => shape(
            PANEL,
            1,
            &["panelType", "panelIcon", "panelIconId", "panelIconText", "panelColor", "localId"],
            &["panelType"],
        ),
        "rule" => shape(&[], 0, &["localId"], &[]),
        "table" => {
            shape(&["tableRow"], 1, &["isNumberColumnEnabled", "layout", "width", "displayMode", "localId"], &[])
        }
        "tableRow" => shape(&["tableHeader", "tableCell"], 0, &["localId"], &[]),
        "tableHeader" | "tableCell" => {
            shape(CELL, 1, &["colspan", "rowspan", "colwidth", "background", "localId"], &[])
        }
        "expand" => shape(EXPAND, 1, &["title", "localId"], &[]),
        "nestedExpand" => shape(NESTED_EXPAND, 1, &["title", "localId"], &[]),
        "mediaSingle" => shape(&["media", "caption"], 1, &["layout", "width", "widthType", "localId"], &[]),
        "mediaGroup" => shape(&["media"], 1, &["localId"], &[]),
        "caption" => shape(INLINE, 0, &["localId"], &[]),
        "media" => shape(
            &[],
            0,
            &["type", "id", "collection", "url", "alt", "width", "height", "occurrenceKey", "localId"],
            &["type"],
        ),
        "blockCard" | "inlineCard" => shape(&[], 0, &["url", "data", "datasource", "width", "layout", "localId"], &[]),
        "embedCard" => {
            shape(&[], 0, &["url", "layout", "width", "originalHeight", "originalWidth", "localId"], &["url", "layout"])
        }
        "layoutSection" => shape(&["layoutColumn"], 1, &["localId"], &[]),
        "layoutColumn" => shape(EXPAND, 1, &["width", "localId"], &["width"]),
        "text" => shape(&[], 0, &[], &[]),
        "hardBreak" => shape(&[], 0, &["text", "localId"], &[]),
        "mention" => shape(&[], 0, &["id", "text", "accessLevel", "userType", "localId"], &["id"]),
        "emoji" => shape(&[], 0, &["shortName", "id", "text", "localId"], &["shortName"]),
        "date" => shape(&[], 0, &["timestamp", "localId"], &["timestamp"]),
        "status" => shape(&[], 0, &["text", "color", "localId", "style"], &["text", "color"]),
        "placeholder" => shape(&[], 0, &["text", "localId"], &["text"]),
        _ => return None,
    })
}

/// Extensions and in-line media carry what their makers like; they are kept and not looked into.
pub(super) const OPAQUE: &[&str] = &[
    "extension",
    "bodiedExtension",
    "inlineExtension",
    "syncBlock",
    "bodiedSyncBlock",
    "mediaInline",
    "blockTaskItem",
];
