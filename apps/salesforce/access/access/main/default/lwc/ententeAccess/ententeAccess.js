/**
 * Who has access to the customer portal, and a button to request it: for a Contact on several projects, for several
 * Contacts on one project, or for a Lead. A click leaves records behind and returns at once; what becomes of them is read
 * again until nothing is open any more.
 */
import { LightningElement, api } from "lwc";
import show from "@salesforce/apex/EntenteAccess.show";
import requestAccess from "@salesforce/apex/EntenteAccess.request";
import revokeAccess from "@salesforce/apex/EntenteAccess.revoke";
import ADD from "@salesforce/label/c.Entente_Add_to_JSM";
import REQUEST from "@salesforce/label/c.Entente_Request_Access";
import REQUESTED from "@salesforce/label/c.Entente_Requested";
import RETRY from "@salesforce/label/c.Entente_Retry";
import REVOKE from "@salesforce/label/c.Entente_Revoke";
import HAS_ACCESS from "@salesforce/label/c.Entente_Has_Access";
import IS_OPEN from "@salesforce/label/c.Entente_Is_Open";
import NO_EMAIL from "@salesforce/label/c.Entente_No_Email";
import NOBODY from "@salesforce/label/c.Entente_Nobody";
import STILL_WORKING from "@salesforce/label/c.Entente_Still_Working";

const LOOK_EVERY_MS = 5_000;
const LOOKS_MAX = 24;

export default class EntenteAccess extends LightningElement {
    labels = { request: REQUEST, retry: RETRY, revoke: REVOKE, nobody: NOBODY };
    notice = "";
    problem = "";
    found = null;
    chosen = new Set();
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
            this.look();
        }
    }

    disconnectedCallback() {
        this.stop();
    }

    /** The state of the organization of the one record that this is about. */
    get title() {
        const states = new Set((this.found ?? []).map((row) => row.button || ADD));
        return states.size === 1 ? [...states][0] : ADD;
    }

    get isEmpty() {
        return this.found?.length === 0;
    }

    get rows() {
        return (this.found ?? []).map((row) => {
            const key = `${row.sourceId}-${row.personId}`;
            const why = this.reasonAgainst(row);
            return {
                ...row,
                key,
                said: [row.status, row.reason || why].filter(Boolean).join(": "),
                isDisabled: Boolean(why),
                isChosen: !why && this.chosen.has(key),
                canRetry: Boolean(row.status) && !row.isOpen && !row.hasAccess && Boolean(row.email)
            };
        });
    }

    get cannotRequest() {
        return !this.rows.some((row) => row.isChosen);
    }

    reasonAgainst(row) {
        if (row.hasAccess) {
            return HAS_ACCESS;
        }
        if (row.isOpen) {
            return IS_OPEN;
        }
        return row.email ? "" : NO_EMAIL;
    }

    choose(event) {
        const { key } = event.target.dataset;
        const chosen = new Set(this.chosen);
        if (event.target.checked) {
            chosen.add(key);
        } else {
            chosen.delete(key);
        }
        this.chosen = chosen;
    }

    request() {
        const keys = this.rows.filter((row) => row.isChosen).map((row) => row.key);
        return this.ask(() => requestAccess({ keys }));
    }

    retry(event) {
        const keys = [event.target.dataset.retry];
        return this.ask(() => requestAccess({ keys }));
    }

    revoke(event) {
        const key = event.target.dataset.revoke;
        return this.ask(() => revokeAccess({ key }));
    }

    async ask(send) {
        try {
            await send();
            this.chosen = new Set();
            this.notice = REQUESTED;
            this.looksLeft = LOOKS_MAX;
            await this.look();
        } catch (error) {
            this.fail(error);
        }
    }

    async look() {
        try {
            this.found = await show({ recordId: this._recordId });
            this.problem = "";
            this.follow(this.found.some((row) => row.isOpen));
        } catch (error) {
            this.fail(error);
        }
    }

    /** Looks again for as long as something is open, but not for ever. */
    follow(isOpen) {
        this.stop();
        if (!isOpen) {
            this.notice = "";
        } else if (this.looksLeft > 0) {
            this.looksLeft -= 1;
            // eslint-disable-next-line @lwc/lwc/no-async-operation -- the status follows without a click
            this.timer = setTimeout(() => this.look(), LOOK_EVERY_MS);
        } else if (this.notice) {
            this.notice = STILL_WORKING;
        }
    }

    stop() {
        clearTimeout(this.timer);
        this.timer = null;
    }

    fail(error) {
        this.stop();
        this.notice = "";
        this.problem = error?.body?.message ?? error?.message ?? String(error);
    }
}
