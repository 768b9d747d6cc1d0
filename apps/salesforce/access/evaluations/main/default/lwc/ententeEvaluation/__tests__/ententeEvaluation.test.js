import { createElement } from "lwc";
import EntenteEvaluation from "c/ententeEvaluation";
import products from "@salesforce/apex/EntenteEvaluation.products";
import deliveries from "@salesforce/apex/EntenteEvaluation.deliveries";
import deliver from "@salesforce/apex/EntenteEvaluation.deliver";
import retry from "@salesforce/apex/EntenteEvaluation.retry";

jest.mock("@salesforce/apex/EntenteEvaluation.products", () => ({ default: jest.fn() }), { virtual: true });
jest.mock("@salesforce/apex/EntenteEvaluation.deliveries", () => ({ default: jest.fn() }), { virtual: true });
jest.mock("@salesforce/apex/EntenteEvaluation.deliver", () => ({ default: jest.fn() }), { virtual: true });
jest.mock("@salesforce/apex/EntenteEvaluation.retry", () => ({ default: jest.fn() }), { virtual: true });

const settled = async () => {
    for (let turn = 0; turn < 20; turn += 1) {
        await Promise.resolve();
    }
};

async function open(...rows) {
    products.mockResolvedValue([
        { Id: "a1", Name: "Server", Version__c: "2.0" },
        { Id: "a2", Name: "Client" }
    ]);
    deliveries.mockResolvedValue(rows);
    const element = createElement("c-entente-evaluation", { is: EntenteEvaluation });
    element.recordId = "00Q";
    document.body.appendChild(element);
    await settled();
    return element.shadowRoot;
}

beforeEach(() => {
    jest.useFakeTimers();
    jest.resetAllMocks();
});

afterEach(() => {
    document.body.replaceChildren();
    jest.useRealTimers();
});

test("products are data, and several of them are one delivery", async () => {
    const page = await open();
    const group = page.querySelector("lightning-checkbox-group");
    expect(group.options.map((option) => option.label)).toEqual(["Server 2.0", "Client"]);
    const button = page.querySelector('lightning-button[slot="footer"]');
    expect(button.disabled).toBe(true);
    group.dispatchEvent(new CustomEvent("change", { detail: { value: ["a1", "a2"] } }));
    await settled();
    button.click();
    await settled();
    expect(deliver.mock.calls).toEqual([[{ leadId: "00Q", productIds: ["a1", "a2"] }]]);
    expect(page.querySelector('[role="status"]').textContent).toBe("c.Entente_Evaluation_Requested");
});

test("what became of a delivery is shown, and a failed one is sent again", async () => {
    const page = await open(
        { Id: "e2", Name: "EL-2", Status__c: "Error", Reason__c: "no such mailbox" },
        { Id: "e1", Name: "EL-1", Status__c: "Delivered", Mail_Answer__c: "250 queued" }
    );
    const said = [...page.querySelectorAll("[data-delivery]")].map((row) => row.textContent);
    expect(said).toEqual(["EL-2: Error: no such mailbox", "EL-1: Delivered: 250 queued"]);
    const again = page.querySelectorAll("[data-retry]");
    expect(again.length).toBe(1);
    again[0].click();
    await settled();
    expect(retry.mock.calls).toEqual([[{ deliveryId: "e2" }]]);
});
