/** Sends products to a Lead for evaluation, and shows what became of it. */
import { LightningElement, api } from "lwc";
import products from "@salesforce/apex/EntenteEvaluation.products";
import deliveries from "@salesforce/apex/EntenteEvaluation.deliveries";
import deliver from "@salesforce/apex/EntenteEvaluation.deliver";
import retryDelivery from "@salesforce/apex/EntenteEvaluation.retry";
import SEND from "@salesforce/label/c.Entente_Send_Evaluation";
import PRODUCTS from "@salesforce/label/c.Entente_Products";
import REQUESTED from "@salesforce/label/c.Entente_Evaluation_Requested";
import RETRY from "@salesforce/label/c.Entente_Evaluation_Retry";

const LOOK_EVERY_MS = 5_000;
const LOOKS_MAX = 24;

export default class EntenteEvaluation extends LightningElement {
    labels = { send: SEND, products: PRODUCTS, retry: RETRY };
    notice = "";
    problem = "";
    options = [];
    chosen = [];
    deliveries = [];
    isSending = false;
    timer = null;
    looksLeft = 0;
    _recordId;

    /** A screen action gets its record after it was connected. */
    @api
    get recordId() {
        return this._recordId;
    }

    set recordId(value) {
        this._recordId = value;
        if (value) {
            this.start();
        }
    }

    disconnectedCallback() {
        clearTimeout(this.timer);
    }

    get cannotSend() {
        return this.isSending || this.chosen.length === 0;
    }

    choose(event) {
        this.chosen = event.detail.value;
    }

    send() {
        const productIds = this.chosen;
        return this.ask(() => deliver({ leadId: this._recordId, productIds }));
    }

    retry(event) {
        const deliveryId = event.target.dataset.retry;
        return this.ask(() => retryDelivery({ deliveryId }));
    }

    async start() {
        await this.trying(async () => {
            const found = await products();
            this.options = found.map((product) => ({
                label: [product.Name, product.Version__c].filter(Boolean).join(" "),
                value: product.Id
            }));
        });
        await this.look();
    }

    async ask(send) {
        this.isSending = true;
        const isSent = await this.trying(send);
        this.isSending = false;
        if (isSent) {
            this.chosen = [];
            this.notice = REQUESTED;
            this.looksLeft = LOOKS_MAX;
            await this.look();
        }
    }

    /** Reads what became of the deliveries, again and again for two minutes after a click. */
    look() {
        clearTimeout(this.timer);
        return this.trying(async () => {
            const found = await deliveries({ leadId: this._recordId });
            this.deliveries = found.map((row) => ({
                ...row,
                said: [row.Name, row.Status__c, row.Reason__c || row.Mail_Answer__c].filter(Boolean).join(": ")
            }));
            if (this.looksLeft > 0) {
                this.looksLeft -= 1;
                // eslint-disable-next-line @lwc/lwc/no-async-operation -- the status follows without a click
                this.timer = setTimeout(() => this.look(), LOOK_EVERY_MS);
            }
        });
    }

    async trying(act) {
        try {
            await act();
            this.problem = "";
            return true;
        } catch (error) {
            this.notice = "";
            this.problem = error?.body?.message ?? error?.message ?? String(error);
            return false;
        }
    }
}
