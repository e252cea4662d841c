// A browser stays logged in: a user logs in once with a ticket, and after the page was loaded anew
// the cookie alone stands for it, until the user logs out.

import { differences } from "./compare.mjs";
import { endpoints } from "./endpoints.mjs";
import { Cells } from "./stage.mjs";

const clients = endpoints.filter(({ peer }) => peer === "browser");
const by_ticket = { authid: "tessa", authrole: "member", authmethod: "ticket" };
const by_cookie = { ...by_ticket, authmethod: "cookie" };
const dead = "wamp.error.no_matching_auth_method";

/// What WELCOME says, or the URI of the refusal.
async function log_in(stage, client, auth) {
    try {
        const { id, ...facts } = await stage.connect(client, client.name, { auth });
        return facts;
    } catch (error) {
        if (!error.uri) throw error;
        return error.uri;
    }
}

async function run_client(stage, client, cells) {
    const check = async (what, auth, expected) => {
        const got = await log_in(stage, client, auth);
        cells.check(client.name, differences(expected, got, client, client, what));
    };
    const reload = () => stage.run(client, "reload", {});
    const leave = async (reason) => {
        const lost = stage.peer_of(client).next("lost", ({ session }) => session === client.name);
        await stage.run(client, "leave", { session: client.name, reason });
        await lost; // the router has heard of it
    };
    const methods = ["cookie", "ticket"];

    await check("before", { methods: ["cookie"] }, dead);
    await check("with a ticket", { authid: "tessa", methods, secret: "tessa's ticket" }, by_ticket);
    await reload();
    // A peer that is challenged without a secret fails.
    await check("the page anew", { authid: "tessa", methods }, by_cookie);
    await reload();
    await check("without an authid", { methods: ["cookie"] }, by_cookie);
    await leave();
    await reload();
    await check("after closing", { methods: ["cookie"] }, by_cookie);
    await leave("wamp.close.logout");
    await check("after the logout", { methods: ["cookie"] }, dead);
    await reload();
    await check("and on the page anew", { methods: ["cookie"] }, dead);
}

export async function run_cookies(stage) {
    const cells = new Cells("cookies", clients.map(({ name }) => name));
    for (const client of clients) {
        try {
            await run_client(stage, client, cells);
            cells.done(client.name);
        } catch (error) {
            cells.fail(client.name, error.message);
        }
    }
    return cells.report();
}
