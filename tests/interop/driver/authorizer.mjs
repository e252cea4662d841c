// The authorizer is a client, too: each client library provides one, and each is judged by it.

import { setTimeout as sleep } from "node:timers/promises";

import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

/// Each client over each transport; the serializer does not matter to an answer.
const clients = endpoints.filter(({ serializer }) => serializer === "json");
const cell_of = (judge, guest) => `${judge.name} judges ${guest.name}`;
const allowed = "allowed";
const denied = "wamp.error.not_authorized";
const failed = "wamp.error.authorization_failed";

/// What a guest does: is it asked about, and how does it end? The authorizers read the verdict out
/// of the URI (peers/*_procedures).
const requests_of = (judge, guest) => {
    const own = `${judge.name}.${guest.name}`;
    const call = (uri, verdict) => ({ action: "call", uri, verdict });
    return [
        call("com.interop.allowed.sum", allowed),
        call(`com.interop.allowed.missing.${own}`, "wamp.error.no_such_procedure"),
        call(`com.interop.denied.${own}`, denied),
        call(`com.interop.broken.${own}`, failed),
        { ...call(`com.interop.shut.${own}`, denied), is_by_rule: true },
        call("com.interop.cached.sum", allowed),
        { ...call("com.interop.cached.sum", allowed), is_by_rule: true },
        { action: "publish", uri: `com.interop.allowed.${own}`, verdict: allowed },
        { action: "publish", uri: `com.interop.denied.${own}`, verdict: denied },
        { action: "subscribe", uri: `com.interop.allowed.${own}`, verdict: allowed },
        { action: "subscribe", uri: `com.interop.denied.${own}`, verdict: denied },
        { action: "register", uri: `com.interop.allowed.register.${own}`, verdict: allowed },
        { action: "register", uri: `com.interop.denied.${own}`, verdict: denied },
    ];
};

function send(stage, guest, { action, uri }) {
    const payload = { args: [], kwargs: {} };
    const message = {
        call: { procedure: uri, ...payload },
        publish: { topic: uri, options: { acknowledge: true }, ...payload },
        subscribe: { topic: uri, name: uri, options: {} },
        register: { procedure: uri, behaviour: "count" },
    }[action];
    return stage.run(guest, action, { session: guest.name, ...message })
        .then(() => allowed, (error) => error.uri ?? error.message);
}

async function run_guest(stage, judge, guest, questions, cells) {
    const cell = cell_of(judge, guest);
    const requests = requests_of(judge, guest);
    for (const request of requests) {
        const verdict = await send(stage, guest, request);
        const fault = `${request.action} ${request.uri}: ${verdict}, not ${request.verdict}`;
        cells.check(cell, verdict === request.verdict ? [] : [fault]);
    }
    const id = stage.ids.get(guest.name);
    const expected = requests.filter(({ is_by_rule }) => !is_by_rule)
        .map(({ action, uri }) => `guest ${action} ${uri}`);
    const read_asked = () => questions.filter((question) => question.id === id)
        .map(({ authrole, action, uri }) => `${authrole} ${action} ${uri}`);
    // What a judge in a browser says may come after its answer.
    const deadline = Date.now() + 30_000;
    while (read_asked().length < expected.length && Date.now() < deadline) await sleep(10);
    const asked = read_asked();
    const is_same = asked.join("\n") === expected.join("\n");
    cells.check(cell, is_same ? [] : [`asked about ${asked}, not ${expected}`]);
    cells.done(cell);
}

/// A session that left may still be about to go when its successor comes.
async function register(stage, judge, procedure, behaviour) {
    const deadline = Date.now() + 30_000;
    for (;;) {
        try {
            return await stage.run(judge, "register", { session: "judge", procedure, behaviour });
        } catch (error) {
            if (error.uri !== "wamp.error.procedure_already_exists" || Date.now() > deadline) {
                throw error;
            }
            await sleep(20);
        }
    }
}

async function run_judge(stage, judge, cells) {
    const auth = { authid: "judge", methods: ["ticket"], secret: "of the judge" };
    await stage.connect(judge, "judge", { auth });
    for (const procedure of ["com.interop.allowed.sum", "com.interop.cached.sum"]) {
        await register(stage, judge, procedure, "count");
    }
    await register(stage, judge, "com.interop.judge", "judge");
    const questions = [];
    const listener = (question) => questions.push(question);
    const peer = stage.peer_of(judge);
    peer.on("judged", listener);
    await for_each(clients, clients.length, async (guest) => {
        await run_guest(stage, judge, guest, questions, cells)
            .catch((error) => cells.fail(cell_of(judge, guest), error.message));
    });
    peer.off("judged", listener);
    await stage.run(judge, "leave", { session: "judge" });
}

export async function run_authorizer(stage) {
    const names = clients.flatMap((judge) => clients.map((guest) => cell_of(judge, guest)));
    const cells = new Cells("authorizer", names);
    for (const client of clients) await stage.connect(client, client.name);
    for (const judge of clients) await run_judge(stage, judge, cells);
    return cells.report();
}
