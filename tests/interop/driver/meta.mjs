// Every client asks the router about another session of its kind, watches it register, leave a
// testament and be killed.

import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

const procedure_of = (client) => `com.interop.meta.${client.name}`;
const will_of = (client) => `com.interop.will.${client.name}`;
const watched = ["wamp.registration.on_create", "wamp.registration.on_register",
    "wamp.session.on_leave"];

/// An integer as text, however the client writes it.
const text_of = (value) => String(value?.$int ?? value?.$number ?? value);

/// Waits for an event of `session` that `is_meant`; gives its arguments, or nothing.
function next_event(stage, client, session, is_meant) {
    return stage.peer_of(client)
        .next("event", (event) => event.session === session && is_meant(event), 60_000)
        .then(({ args }) => args, () => undefined);
}

function compare(cells, client, what, got, expected) {
    const is_right = JSON.stringify(got) === JSON.stringify(expected);
    const fault = `${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`;
    cells.check(client.name, is_right ? [] : [fault]);
}

async function run_client(stage, client, cells) {
    const [watcher, actor] = [`${client.name}.watcher`, `${client.name}.actor`];
    await stage.connect(client, watcher);
    const { id } = await stage.connect(client, actor);
    const ask = async (session, name, args, kwargs = {}) => {
        const message = { session, procedure: `wamp.${name}`, args, kwargs };
        return (await stage.run(client, "call", message)).args[0];
    };
    const is_about = (topic) => (event) => event.subscription === topic &&
        text_of(event.args[0]) === id;
    for (const topic of [...watched, will_of(client)]) {
        await stage.run(client, "subscribe", { session: watcher, name: topic, topic, options: {} });
    }

    const created = next_event(stage, client, watcher, is_about(watched[0]));
    const registered = next_event(stage, client, watcher, is_about(watched[1]));
    const procedure = procedure_of(client);
    await stage.run(client, "register", { session: actor, procedure, behaviour: "none" });
    const found = await ask(watcher, "registration.match", [procedure]);
    compare(cells, client, "on_create", (await created)?.[1]?.uri, procedure);
    compare(cells, client, "on_register", text_of((await registered)?.[1]), text_of(found));
    const details = await ask(watcher, "session.get", [{ $int: id }]);
    compare(cells, client, "get", [text_of(details.session), details.authrole], [id, "guest"]);
    const nothing = await ask(watcher, "registration.match", ["com.interop.none"]);
    compare(cells, client, "match of nothing", nothing, null);

    const will = next_event(stage, client, watcher,
        (event) => event.subscription === will_of(client));
    const left = next_event(stage, client, watcher, is_about(watched[2]));
    const lost = stage.peer_of(client).next("lost", ({ session }) => session === actor);
    await ask(actor, "session.add_testament", [will_of(client), ["farewell"], {}],
        { scope: "detached" });
    await ask(watcher, "session.kill", [{ $int: id }], { message: "closing time" });
    compare(cells, client, "testament", await will, ["farewell"]);
    compare(cells, client, "on_leave", (await left)?.[2], "guest");
    await lost;
    cells.done(client.name);
}

/// Gives the number of failed cells.
export async function run_meta(stage) {
    const cells = new Cells("meta", endpoints.map(({ name }) => name));
    await for_each(endpoints, 4, (client) => run_client(stage, client, cells)
        .catch((error) => cells.fail(client.name, error.message)));
    return cells.report();
}
