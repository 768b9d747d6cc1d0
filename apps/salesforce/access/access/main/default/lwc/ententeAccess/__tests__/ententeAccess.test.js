import { createElement } from "lwc";
import EntenteAccess from "c/ententeAccess";
import show from "@salesforce/apex/EntenteAccess.show";
import request from "@salesforce/apex/EntenteAccess.request";
import revoke from "@salesforce/apex/EntenteAccess.revoke";

jest.mock("@salesforce/apex/EntenteAccess.show", () => ({ default: jest.fn() }), { virtual: true });
jest.mock("@salesforce/apex/EntenteAccess.request", () => ({ default: jest.fn() }), { virtual: true });
jest.mock("@salesforce/apex/EntenteAccess.revoke", () => ({ default: jest.fn() }), { virtual: true });

const row = (sourceId, more) => ({ sourceId, personId: "003", label: sourceId, email: "d@acme.example", ...more });

const settled = async () => {
    for (let turn = 0; turn < 10; turn += 1) {
        await Promise.resolve();
    }
};

async function open(...rows) {
    show.mockResolvedValue(rows);
    const element = createElement("c-entente-access", { is: EntenteAccess });
    element.recordId = "003";
    document.body.appendChild(element);
    await settled();
    return element.shadowRoot;
}

const box = (page, key) => page.querySelector(`lightning-input[data-key="${key}"]`);
const button = (page) => page.querySelector('lightning-button[slot="footer"]');

async function tick(page, key) {
    const input = box(page, key);
    input.checked = true;
    input.dispatchEvent(new CustomEvent("change"));
    await settled();
}

beforeEach(() => {
    jest.useFakeTimers();
    jest.resetAllMocks();
});

afterEach(() => {
    document.body.replaceChildren();
    jest.useRealTimers();
});

test.each([
    [undefined, "c.Entente_Add_to_JSM"],
    ["Organization in JSM", "Organization in JSM"],
    ["JSM Access", "JSM Access"]
])("the title follows the state of the organization: %s", async (state, title) => {
    const page = await open(row("a01", { button: state }));
    expect(page.querySelector("lightning-card").title).toBe(title);
});

test("several projects are one request", async () => {
    const page = await open(row("a01"), row("a02"), row("a03"));
    expect(button(page).disabled).toBe(true);
    await tick(page, "a01-003");
    await tick(page, "a03-003");
    expect(button(page).disabled).toBe(false);
    button(page).click();
    await settled();
    expect(request.mock.calls).toEqual([[{ keys: ["a01-003", "a03-003"] }]]);
});

test.each([
    [{ hasAccess: true, status: "Has Access" }, "c.Entente_Has_Access"],
    [{ isOpen: true, status: "Requested" }, "c.Entente_Is_Open"],
    [{ email: undefined }, "c.Entente_No_Email"]
])("who cannot be requested is disabled, with the reason", async (state, reason) => {
    const page = await open(row("a01", state));
    expect(box(page, "a01-003").disabled).toBe(true);
    expect(page.querySelector('[data-row="a01-003"]').textContent).toContain(reason);
});

test("a confirmation appears, and the status follows without a second click", async () => {
    const page = await open(row("a01"));
    await tick(page, "a01-003");
    show.mockResolvedValue([row("a01", { isOpen: true, status: "Requested" })]);
    button(page).click();
    await settled();
    expect(page.querySelector('[role="status"]').textContent).toBe("c.Entente_Requested");
    show.mockResolvedValue([row("a01", { hasAccess: true, status: "Has Access", button: "JSM Access" })]);
    jest.advanceTimersByTime(5_000);
    await settled();
    expect(page.querySelector('[data-row="a01-003"]').textContent).toContain("Has Access");
    expect(page.querySelector('[role="status"]')).toBeNull();
    const looks = show.mock.calls.length;
    jest.advanceTimersByTime(60_000);
    await settled();
    expect(show.mock.calls.length).toBe(looks);
});

test("an error shows its reason and is requested again", async () => {
    const page = await open(row("a01", { status: "Error", reason: "Jira refused it" }));
    expect(page.querySelector('[data-row="a01-003"]').textContent).toBe("Error: Jira refused it");
    page.querySelector('[data-retry="a01-003"]').click();
    await settled();
    expect(request.mock.calls).toEqual([[{ keys: ["a01-003"] }]]);
});

test("access is revoked", async () => {
    const page = await open(row("a01", { hasAccess: true, status: "Has Access" }));
    page.querySelector('[data-revoke="a01-003"]').click();
    await settled();
    expect(revoke.mock.calls).toEqual([[{ key: "a01-003" }]]);
});

test("a refusal is shown in the words of Salesforce", async () => {
    const page = await open(row("a01"));
    await tick(page, "a01-003");
    request.mockRejectedValue({ body: { message: "You may not do this" } });
    button(page).click();
    await settled();
    expect(page.querySelector('[role="alert"]').textContent).toBe("You may not do this");
});
