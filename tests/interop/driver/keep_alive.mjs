// Idle clients stay connected while the router pings every second, and are served afterwards.

import { setTimeout as sleep } from "node:timers/promises";

import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

export async function run_keep_alive(stage) {
    const cells = new Cells("keep-alive", endpoints.map(({ name }) => name));
    const lost = new Set();
    for (const peer of stage.peers.values()) peer.on("lost", ({ session }) => lost.add(session));
    await for_each(endpoints, endpoints.length, async (client) => {
        await stage.connect(client, client.name);
        const procedure = `com.interop.idle.${client.name}`;
        await stage.run(client, "register", {
            session: client.name, procedure, behaviour: "none",
        });
    });
    await sleep(8000);
    await for_each(endpoints, endpoints.length, async (client) => {
        cells.check(client.name, lost.has(client.name) ? ["lost its connection while idle"] : []);
        const procedure = `com.interop.idle.${client.name}`;
        const answer = await stage.run(client, "call", {
            session: client.name, procedure, args: [], kwargs: {},
        }).catch((error) => error);
        cells.check(client.name, answer instanceof Error ? [answer.message] : []);
        cells.done(client.name);
    });
    return cells.report();
}
