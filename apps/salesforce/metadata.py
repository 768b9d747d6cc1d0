"""What the checks of both projects share: how metadata is read without an org, and what holds for all of it."""

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"


class File:
    """One file of metadata: `Object/fields/Name__c.field-meta.xml` is a field whose stem is `Name__c`."""

    def __init__(self, path: Path, project: Path):
        self.path, self.name, self.root = path, path.relative_to(project), ET.parse(path).getroot()
        self.stem, self.suffix = path.name.removesuffix("-meta.xml").rsplit(".", 1)

    @property
    def field(self) -> str:
        """A field with its object, as permission sets name it."""
        return f"{self.path.parents[1].name}.{self.stem}"


def files(project: Path, roots: dict[str, str]) -> tuple[list[File], list[str]]:
    """All files of a project's packages, and what is wrong with each by itself; `roots` names what each suffix holds."""
    packages = json.loads((project / "sfdx-project.json").read_text())["packageDirectories"]
    paths = sorted(path for package in packages for path in (project / package["path"]).rglob("*-meta.xml"))
    found = [File(path, project) for path in paths]
    return found, [f"{file.name}: {problem}" for file in found for problem in alone(file, roots)]


def alone(file: File, roots: dict[str, str]):
    kind = roots.get(file.suffix)
    if file.root.tag != f"{NAMESPACE}{kind}":
        yield f"expected a {kind}"
    if kind == "CustomField" and text(file.root, "fullName") != file.stem:
        yield "is not named as its file"
    for tag, most in ("inlineHelpText", 510), ("description", 255 if kind == "PermissionSet" else 1000):
        if len(text(file.root, tag) or "") > most:
            yield f"its {tag} is longer than Salesforce stores"
    for permission in file.root.iter(NAMESPACE + "objectPermissions"):
        if "true" in (text(permission, "allowDelete"), text(permission, "modifyAllRecords")):
            yield f"grants more than is needed on {text(permission, 'object')}"


def text(element, tag: str) -> str | None:
    return element.findtext(NAMESPACE + tag)


def granted_fields(root):
    """The fields that a permission set grants."""
    return (text(permission, "field") for permission in root.iter(NAMESPACE + "fieldPermissions"))


def tell(project: Path, problems: list[str]) -> int:
    """Says how a check ended; its exit code."""
    place = f"apps/salesforce/{project.name}"
    for problem in problems:
        print(f"{place}: {problem}", file=sys.stderr)
    if not problems:
        print(f"ran {place}/check")
    return 1 if problems else 0
