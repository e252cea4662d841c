// The router goes away, by SIGTERM and by SIGKILL, and comes back: clients that reconnect by
// themselves do, and are served as before.

import { setTimeout as sleep } from "node:timers/promises";

import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

/// autobahn for Python reconnects only in its Component, which is an application's choice;
/// Autobahn|JS does not notice the end of a RawSocket before it writes to it.
const clients = endpoints.filter(({ peer, transport }) =>
    ["autobahn", "wampy", "browser"].includes(peer) && transport === "websocket");
const rounds = ["SIGTERM", "SIGKILL"];
const cell_of = (client, signal) => `${client.name} after ${signal}`;
const procedure_of = (client) => `com.interop.restart.${client.name}`;

async function open_all(stage) {
    await for_each(clients, clients.length, async (client) => {
        await stage.connect(client, client.name, { retry: true });
        await stage.run(client, "register", {
            session: client.name, procedure: procedure_of(client), behaviour: "count",
        });
    });
}

/// Calls of all clients go on while the router ends; what they get then does not matter.
function start_traffic(stage) {
    let is_running = true;
    for_each(clients, clients.length, async (client) => {
        while (is_running) {
            const call = stage.run(client, "call", {
                session: client.name, procedure: procedure_of(client), args: [null], kwargs: {},
            });
            if (await call.then(() => false, () => true)) return;
        }
    });
    // A call that was under way may never be answered, so nobody waits for it.
    return () => {
        is_running = false;
    };
}

/// wampy renews its registrations after it has told of the reconnection, so the call may be early.
async function call_until_served(stage, client) {
    const deadline = Date.now() + 30_000;
    for (;;) {
        const result = await stage.run(client, "call", {
            session: client.name, procedure: procedure_of(client), args: [null, null], kwargs: {},
        }).catch((error) => error);
        if (!(result instanceof Error)) return [];
        if (Date.now() > deadline) return [`not served: ${result.message}`];
        await sleep(50);
    }
}

export async function run_restart(stage) {
    const names = rounds.flatMap((signal) => clients.map((client) => cell_of(client, signal)));
    const cells = new Cells("restart", names);
    await open_all(stage);
    for (const signal of rounds) {
        const rejoined = new Map(clients.map((client) => [
            client,
            stage.peer_of(client).next("joined", ({ session }) => session === client.name)
                .catch((error) => error),
        ]));
        const end_traffic = start_traffic(stage);
        await sleep(200);
        const status = await stage.router.stop(signal);
        const is_clean = signal !== "SIGTERM" || status === 0;
        await stage.router.start();
        for (const client of clients) {
            const cell = cell_of(client, signal);
            const back = await rejoined.get(client);
            cells.check(cell, is_clean ? [] : [`the router ended with status ${status}`]);
            cells.check(cell, back instanceof Error ? [back.message] : []);
            if (!(back instanceof Error)) cells.check(cell, await call_until_served(stage, client));
            cells.done(cell);
        }
        end_traffic();
    }
    return cells.report();
}
