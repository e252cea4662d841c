// Every publisher publishes to every subscriber: payloads, exact, prefix and wildcard
// subscriptions, acknowledgement, lists of who may and who may not, and the publisher itself.

import { cases_of } from "./cases.mjs";
import { payload_differences } from "./compare.mjs";
import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

const cell_of = (publisher, subscriber) => `${publisher.name} publishes to ${subscriber.name}`;
const exact_topic = (publisher) => `com.interop.from.${publisher.name}`;
const prefix_topic = (publisher) => `com.interop.prefix.${publisher.name}`;
const wildcard_topic = (publisher) => `com.interop.wild.${publisher.name}.end`;
const self_topic = (publisher) => `com.interop.self.${publisher.name}`;
const is_even = (endpoint) => endpoints.indexOf(endpoint) % 2 === 0;

const note = (text) => ({ args: [text], kwargs: { note: text } });
/// wampy cannot say exclude_me: false; it leaves false options out.
const can_include_itself = (publisher) => publisher.peer !== "wampy";

/// What `publisher` publishes, in order; `to` says which subscribers get it.
function plan_of(publisher, ids) {
    const everybody = () => true;
    const even_ids = endpoints.filter(is_even).map((endpoint) => ({ $int: ids.get(endpoint) }));
    const exact = exact_topic(publisher);
    const step = (name, topic, payload, options = {}, to = everybody) =>
        ({ name, topic, payload, options: { acknowledge: true, ...options }, to });
    return [
        ...cases_of(publisher).map((one) => step(one.name, exact, one)),
        step("prefix", prefix_topic(publisher), note("prefix")),
        step("wildcard", wildcard_topic(publisher), note("wildcard")),
        step("eligible", exact, note("eligible"), { eligible: even_ids }, is_even),
        step("exclude", exact, note("exclude"), { exclude: even_ids }, (who) => !is_even(who)),
        step("unacknowledged", exact, note("unacknowledged"), { acknowledge: false }),
        step("end", exact, note("end")),
    ];
}

function subscription_of(topic) {
    if (topic.startsWith("com.interop.prefix.")) return "prefix";
    return topic.startsWith("com.interop.wild.") ? "wildcard" : "exact";
}

class Inbox {
    constructor(stage) {
        this.events = new Map();
        for (const peer of stage.peers.values()) {
            peer.on("event", (event) => this.#of(event.session).push(event));
        }
    }

    #of(session) {
        if (!this.events.has(session)) this.events.set(session, []);
        return this.events.get(session);
    }

    from(session, publisher) {
        const name = `.${publisher.name}`;
        return this.#of(session).filter(({ topic }) =>
            topic.endsWith(name) || topic.endsWith(`${name}.end`));
    }
}

async function subscribe_all(stage) {
    await for_each(endpoints, endpoints.length, async (subscriber) => {
        const session = `${subscriber.name}.passive`;
        const subscribe = (name, topic, options) =>
            stage.run(subscriber, "subscribe", { session, name, topic, options });
        await subscribe("prefix", "com.interop.prefix", { match: "prefix" });
        await subscribe("wildcard", "com.interop.wild..end", { match: "wildcard" });
        for (const publisher of endpoints) await subscribe("exact", exact_topic(publisher), {});
        await stage.run(subscriber, "subscribe", {
            session: `${subscriber.name}.active`,
            name: "self",
            topic: self_topic(subscriber),
            options: {},
        });
    });
}

async function publish_plan(stage, publisher, plan, cells) {
    const own = cell_of(publisher, publisher);
    for (const { topic, payload, options } of plan) {
        const { args, kwargs } = payload;
        const answer = await stage.run(publisher, "publish", {
            session: `${publisher.name}.active`, topic, args, kwargs, options,
        });
        const has_id = typeof answer.publication === "object" && answer.publication !== null &&
            !answer.publication.$undefined;
        if (options.acknowledge) {
            cells.check(own, has_id ? [] : ["no publication id in the acknowledgement"]);
        }
    }
}

/// What the publisher sees of its own events, by exclude_me.
async function publish_to_itself(stage, publisher, inbox, cells) {
    const session = `${publisher.name}.active`;
    const publish = (text, options) => stage.run(publisher, "publish", {
        session,
        topic: self_topic(publisher),
        ...note(text),
        options: { acknowledge: true, ...options },
    });
    await publish("by default", {});
    await publish("excluded", { exclude_me: true });
    if (can_include_itself(publisher)) await publish("included", { exclude_me: false });
    // The answer to a call comes after the events that were sent before it.
    await stage.run(publisher, "call", {
        session, procedure: `com.interop.${publisher.name}.sync`, args: [], kwargs: {},
    });
    const got = inbox.from(session, publisher).map((event) => event.args[0]);
    const expected = can_include_itself(publisher) ? ["included"] : [];
    const is_right = String(got) === String(expected);
    cells.check(
        cell_of(publisher, publisher),
        is_right ? [] : [`exclude_me: got [${got}], expected [${expected}]`],
    );
}

function check_cell(publisher, subscriber, plan, got, cells) {
    const cell = cell_of(publisher, subscriber);
    const expected = plan.filter((step) => step.to(subscriber));
    expected.forEach((step, index) => {
        const event = got[index];
        if (!event) return cells.check(cell, [`${step.name}: no event`]);
        const subscription = subscription_of(step.topic);
        const where = event.subscription === subscription && event.topic === step.topic
            ? []
            : [`${step.name}: came as ${event.subscription} ${event.topic}`];
        const found = payload_differences(step.payload, event, publisher, subscriber, step.name);
        return cells.check(cell, [...where, ...found]);
    });
    const more = got.length - expected.length;
    cells.check(cell, more > 0 ? [`${more} events more than expected`] : []);
    cells.done(cell);
}

/// Waits until `subscriber` has the last event of `publisher`; all others came before it.
async function wait_for_end(inbox, publisher, subscriber, deadline) {
    const session = `${subscriber.name}.passive`;
    const is_end = (event) => event.kwargs.note === "end";
    const has_end = () => inbox.from(session, publisher).some(is_end);
    while (!has_end() && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

/// Gives the number of failed cells. Sessions `<endpoint>.active` and `.passive` are open.
export async function run_events(stage) {
    const names = endpoints.flatMap((from) => endpoints.map((to) => cell_of(from, to)));
    const cells = new Cells("events", names);
    const ids = new Map(endpoints.map((each) => [each, stage.ids.get(`${each.name}.passive`)]));
    const inbox = new Inbox(stage);
    await subscribe_all(stage);
    await for_each(endpoints, 4, async (publisher) => {
        const plan = plan_of(publisher, ids);
        try {
            await stage.run(publisher, "register", {
                session: `${publisher.name}.passive`,
                procedure: `com.interop.${publisher.name}.sync`,
                behaviour: "none",
            });
            await publish_plan(stage, publisher, plan, cells);
            await publish_to_itself(stage, publisher, inbox, cells);
        } catch (error) {
            cells.fail(cell_of(publisher, publisher), error.message);
        }
        const deadline = Date.now() + 60_000;
        for (const subscriber of endpoints) {
            await wait_for_end(inbox, publisher, subscriber, deadline);
            const got = inbox.from(`${subscriber.name}.passive`, publisher);
            check_cell(publisher, subscriber, plan, got, cells);
        }
    });
    return cells.report();
}
