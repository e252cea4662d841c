// Event history and retained events: every client leaves one of each, and every client gets all of
// them, whatever the other's serializer.

import { differences } from "./compare.mjs";
import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

const kept = "com.interop.kept";
const retained = "com.interop.retained";
const cell_of = (publisher, reader) => `${publisher.name} is read by ${reader.name}`;
/// wampy looks at `retain`, but does not send it.
const can_retain = ({ peer }) => peer !== "wampy";
const payload_of = ({ name }) => ({ args: [name, "kept"], kwargs: { by: name } });

/// An id as a peer tells it, for sending it.
const id_of = (told) => ({ $int: told.$int ?? told.$number });

async function publish(stage, publisher, topic, options) {
    await stage.run(publisher, "publish", {
        session: publisher.name, topic, ...payload_of(publisher),
        options: { acknowledge: true, ...options },
    });
}

function list_of(answer) {
    // The libraries give a result of one argument as it is, one without any as null.
    return answer.args.filter((event) => event !== null);
}

/// What `reader` finds in the history, page by page, by the name of its publisher.
async function read_history(stage, reader, subscription) {
    const ask = async (filters) => list_of(await stage.run(reader, "call", {
        session: reader.name, procedure: "wamp.subscription.get_events",
        args: [id_of(subscription)], kwargs: filters,
    }));
    const events = [];
    const limit = { $int: "5" };
    for (let page = await ask({ limit }); page.length > 0;) {
        events.push(...page);
        page = await ask({ limit, after_publication: id_of(page.at(-1).publication) });
    }
    return new Map(events.map((event) => [event.args[0], event]));
}

function history_differences(publisher, reader, event) {
    if (!event) return ["not in the history"];
    const { args, kwargs, details } = event;
    const wrong = differences(payload_of(publisher), { args, kwargs }, publisher, reader, "event");
    if (details.topic !== `${kept}.${publisher.name}`) wrong.push(`topic ${details.topic}`);
    if (!/^\d{4}-\d\d-\d\dT.*Z$/.test(event.timestamp)) wrong.push(`at ${event.timestamp}`);
    return wrong;
}

async function read_all(stage, reader, inbox, cells) {
    const subscribe = (topic, options) => stage.run(reader, "subscribe", {
        session: reader.name, name: topic, topic, options: { match: "prefix", ...options },
        wants_id: true,
    });
    const { subscription } = await subscribe(kept, {});
    const history = await read_history(stage, reader, subscription);
    await subscribe(retained, { get_retained: true });
    const wanted = endpoints.filter((one) => can_retain(one) && one !== reader);
    const arrived = (publisher) => inbox.get(`${reader.name} ${publisher.name}`);
    const deadline = Date.now() + 60_000;
    while (!wanted.every(arrived) && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const publisher of endpoints) {
        const cell = cell_of(publisher, reader);
        cells.check(cell, history_differences(publisher, reader, history.get(publisher.name)));
        const is_missing = wanted.includes(publisher) && !arrived(publisher);
        cells.check(cell, is_missing ? ["no retained event"] : []);
        cells.done(cell);
    }
}

/// Gives the number of failed cells.
export async function run_kept_events(stage) {
    const pairs = endpoints.flatMap((from) => endpoints.map((to) => cell_of(from, to)));
    const cells = new Cells("kept_events", pairs);
    const inbox = new Map();
    for (const peer of stage.peers.values()) {
        peer.on("event", ({ session, subscription, topic, args }) => {
            if (subscription === retained && topic === `${retained}.${args[0]}`) {
                inbox.set(`${session} ${args[0]}`, args);
            }
        });
    }
    await for_each(endpoints, endpoints.length, async (publisher) => {
        await stage.connect(publisher, publisher.name);
        await publish(stage, publisher, `${kept}.${publisher.name}`, {});
        await publish(stage, publisher, `${retained}.${publisher.name}`, { retain: true });
    });
    await for_each(endpoints, endpoints.length, (reader) =>
        read_all(stage, reader, inbox, cells));
    return cells.report();
}
