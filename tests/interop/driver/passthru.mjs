// Payload passthru: wampy, the only client here that has it, publishes to itself over every
// serializer and to all others, who see the packed payload as the one argument that it is. It calls
// itself over every serializer, and autobahn, which did not announce the mode.

import { differences } from "./compare.mjs";
import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

const topic = "com.interop.passthru";
const is_wampy = ({ peer }) => peer === "wampy";
const publishers = endpoints.filter(is_wampy);
const cell_of = (publisher, subscriber) => `${publisher.name} publishes to ${subscriber.name}`;

const called_by = (caller, callee) => `${caller.name} calls ${callee.name}`;
const stranger = endpoints.find(({ peer }) => peer === "autobahn");
const kwargs_sent = { answer: { $int: "42" } };

/// Over JSON wampy can send only what its JSON payload serializer makes of the payload: text.
const serializer_of = ({ serializer }) =>
    ({ json: "json", msgpack: "cbor", cbor: "msgpack" })[serializer];
const is_packed_as_text = (publisher) => publisher.serializer === "json";
/// wampy over JSON does not unpack bytes.
const can_read = (publisher, subscriber) =>
    is_packed_as_text(publisher) || !is_wampy(subscriber) || subscriber.serializer !== "json";
class Inbox {
    #events = new Map();

    constructor(stage) {
        for (const peer of stage.peers.values()) {
            peer.on("event", (event) => this.of(event.session).push(event));
        }
    }

    of(session) {
        if (!this.#events.has(session)) this.#events.set(session, []);
        return this.#events.get(session);
    }

    async take(session, deadline) {
        while (this.of(session).length === 0 && Date.now() < deadline) {
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return this.of(session).shift();
    }
}

/// What is wrong with what a client got that does not know the mode.
function packed_differences(publisher, subscriber, event) {
    if (event.args.length !== 1 || Object.keys(event.kwargs).length > 0) {
        return [`got ${JSON.stringify(event.args)} ${JSON.stringify(event.kwargs)}`];
    }
    const [packed] = event.args;
    if (is_packed_as_text(publisher)) {
        const text = JSON.stringify({ args: [publisher.name], kwargs: { answer: 42 } });
        return packed === text ? [] : [`got ${JSON.stringify(packed)}, not ${text}`];
    }
    const is_bytes = subscriber.binary === "bytes"
        ? typeof packed?.$bytes === "string"
        : typeof packed === "string" && packed.startsWith("\0");
    return is_bytes ? [] : [`got ${JSON.stringify(packed)}, which are no bytes`];
}

function differences_of(publisher, subscriber, event) {
    if (!event) return ["no event"];
    if (!is_wampy(subscriber)) return packed_differences(publisher, subscriber, event);
    const { scheme, args, kwargs } = event;
    const expected = { scheme: "x_interop", args: [publisher.name], kwargs: kwargs_sent };
    return differences(expected, { scheme, args, kwargs }, publisher, subscriber, "event");
}

async function check_call(stage, caller, callee, cells) {
    const cell = called_by(caller, callee);
    const answer = await stage.run(caller, "call", {
        session: caller.name, procedure: `${topic}.${callee.name}`,
        args: [caller.name], kwargs: kwargs_sent,
        options: { ppt_scheme: "x_interop", ppt_serializer: serializer_of(caller) },
    }).catch((error) => error);
    if (is_wampy(callee)) {
        const { scheme, args, kwargs } = answer;
        const expected = { scheme: "x_interop", args: [caller.name], kwargs: kwargs_sent };
        const got = { scheme, args, kwargs };
        cells.check(cell, differences(expected, got, caller, callee, "result"));
    } else {
        const uri = answer.uri ?? JSON.stringify(answer);
        const is_right = uri === "wamp.error.feature_not_supported";
        cells.check(cell, is_right ? [] : [`the call of ${callee.name} gave ${uri}`]);
    }
    cells.done(cell);
}

async function check_calls(stage, pairs, cells) {
    for (const callee of [...publishers, stranger]) {
        await stage.run(callee, "register", {
            session: callee.name, procedure: `${topic}.${callee.name}`,
            behaviour: is_wampy(callee) ? "mirror" : "none",
        });
    }
    for (const [caller, callee] of pairs) await check_call(stage, caller, callee, cells);
}

/// Gives the number of failed cells.
export async function run_passthru(stage) {
    const pairs = publishers.flatMap((from) =>
        endpoints.filter((to) => can_read(from, to)).map((to) => cell_of(from, to)));
    const calls = publishers.flatMap((caller) =>
        [...publishers, stranger].filter((callee) => can_read(caller, callee))
            .map((callee) => [caller, callee]));
    const cells = new Cells("passthru", [...pairs, ...calls.map((call) => called_by(...call))]);
    const inbox = new Inbox(stage);
    await for_each(endpoints, endpoints.length, async (endpoint) => {
        await stage.connect(endpoint, endpoint.name);
        await stage.run(endpoint, "subscribe", {
            session: endpoint.name, name: "passthru", topic, options: {},
        });
    });
    for (const publisher of publishers) {
        const session = `${publisher.name}.publisher`;
        await stage.connect(publisher, session);
        await stage.run(publisher, "publish", {
            session, topic, args: [publisher.name], kwargs: kwargs_sent,
            options: { ppt_scheme: "x_interop", ppt_serializer: serializer_of(publisher) },
        });
        const deadline = Date.now() + 60_000;
        for (const subscriber of endpoints.filter((to) => can_read(publisher, to))) {
            const event = await inbox.take(subscriber.name, deadline);
            const cell = cell_of(publisher, subscriber);
            cells.check(cell, differences_of(publisher, subscriber, event));
            cells.done(cell);
        }
    }
    await check_calls(stage, calls, cells);
    return cells.report();
}
