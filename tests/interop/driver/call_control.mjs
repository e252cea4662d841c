// Calls that are more than one question and one answer: progressive results, canceling, timeouts
// and progressive invocations, and what becomes of clients with quirks where none are granted.

import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

const is_autobahn_js = ({ peer }) => ["autobahn", "browser"].includes(peer);
const is_wampy = ({ peer }) => peer === "wampy";
const is_python = ({ peer }) => ["asyncio", "twisted"].includes(peer);
const is_kreisel = ({ peer }) => peer === "kreisel";
/// Only these callees announce call_canceling.
const is_interruptible = (client) => is_python(client) || is_kreisel(client);
/// Who sends and takes arguments in parts.
const has_parts = (client) => is_wampy(client) || is_kreisel(client);
/// A callee of each kind; the way to the callee is the same over all transports.
const waiting_callees = ["autobahn_ws_json", "wampy_ws_msgpack", "browser_ws_cbor",
    "asyncio_ws_json", "asyncio_ws_cbor_batched", "twisted_rs_msgpack",
    "kreisel_ws_cbor"]
    .map((name) => endpoints.find((endpoint) => endpoint.name === name));

const caller_of = (client) => `${client.name}.caller`;
const callee_of = (client) => `${client.name}.callee`;
const procedure_of = (client, behaviour) => `com.interop.${client.name}.${behaviour}`;

/// The modes of CANCEL that the client can ask for; undefined: none is named.
const modes_of = (client) =>
    (is_python(client) ? [undefined] : [undefined, "skip", "kill", "killnowait"]);
const progress_cell = (caller, callee) => `${caller.name} progress of ${callee.name}`;
const cancel_cell = (caller, callee, mode = "default") =>
    `${caller.name} cancels ${callee.name} ${mode}`;
const timeout_cell = (caller, callee) => `${caller.name} limits ${callee.name}`;
const parts_cell = (caller, callee) => `${caller.name} sends parts to ${callee.name}`;
const strict_cell = (client) => `${client.name} without quirks`;

const number_of = (value) => Number(value?.$number ?? value?.$int ?? value?.$float ?? value);

function compare(cells, cell, what, got, expected) {
    const is_right = JSON.stringify(got) === JSON.stringify(expected);
    const fault = `${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`;
    cells.check(cell, is_right ? [] : [fault]);
}

function call(stage, caller, message) {
    return stage.run(caller, "call", { session: caller_of(caller), kwargs: {}, ...message });
}

/// How a call to a procedure that never answers ended.
function uri_of(answer) {
    return answer.then(() => "a result", (error) => error.uri ?? error.message);
}

async function run_progress(stage, caller, callee, cells) {
    const cell = progress_cell(caller, callee);
    const procedure = procedure_of(callee, "progress");
    const args = [{ $int: "4" }];
    const streamed = await call(stage, caller, {
        procedure, args, options: { receive_progress: true },
    });
    compare(cells, cell, "parts", streamed.parts.map(number_of), [1, 2, 3]);
    compare(cells, cell, "result", streamed.args.map(number_of), [4]);
    const whole = await call(stage, caller, { procedure, args });
    compare(cells, cell, "not asked for", [whole.parts, whole.args.map(number_of)], [[], [4]]);
    cells.done(cell);
}

/// The caller's connection is open and serves it.
async function check_alive(stage, caller, cells, cell) {
    const answer = await call(stage, caller, { procedure: "com.interop.count", args: [1, 2] });
    compare(cells, cell, "next call", answer.args.map(number_of), [2, 0]);
}

/// Autobahn gives up a canceled call by itself and calls that Cancelled, except that Autobahn|JS
/// waits for the answer to mode kill.
function canceled_uri(caller, mode) {
    const is_local = !is_wampy(caller) && !is_kreisel(caller) && mode !== "kill";
    return is_local ? "Cancelled" : "wamp.error.canceled";
}

/// Calls a procedure that never answers; `go_on` runs when the callee has it.
async function call_waiting(stage, caller, callee, cells, cell, expected, options, go_on) {
    const is_it = (event) => event.call === cell;
    const peer = stage.peer_of(callee);
    const invoked = peer.next("waiting", is_it);
    // INTERRUPT goes to another connection than the caller's answer, and may come after it.
    const wait_ms = expected.is_interrupted ? 20_000 : 400;
    const interrupted = peer.next("interrupted", is_it, wait_ms).then(() => true, () => false);
    const answer = uri_of(call(stage, caller, {
        procedure: procedure_of(callee, "wait"), args: [cell], call: cell, options,
    }));
    await invoked;
    await go_on?.();
    compare(cells, cell, "end", await answer, expected.uri);
    // A callee that never says so needs no waiting for.
    const is_interrupted = is_interruptible(callee) && (await interrupted);
    compare(cells, cell, "interrupted", is_interrupted, expected.is_interrupted);
    await check_alive(stage, caller, cells, cell);
    cells.done(cell);
}

function run_cancel(stage, caller, callee, mode, cells) {
    const cell = cancel_cell(caller, callee, mode);
    const expected = {
        uri: canceled_uri(caller, mode),
        is_interrupted: is_interruptible(callee) && mode !== "skip",
    };
    return call_waiting(stage, caller, callee, cells, cell, expected, {}, () =>
        stage.run(caller, "cancel", { session: caller_of(caller), call: cell, mode }));
}

function run_timeout(stage, caller, callee, cells) {
    const cell = timeout_cell(caller, callee);
    // Python's callees know a call that is interrupted before they have begun to serve it as none.
    const timeout = is_interruptible(callee) ? 2000 : 150;
    // wampy hands its options on as they are.
    const options = { timeout: is_wampy(caller) ? timeout : { $int: String(timeout) } };
    const expected = { uri: "wamp.error.timeout", is_interrupted: is_interruptible(callee) };
    return call_waiting(stage, caller, callee, cells, cell, expected, options);
}

async function run_parts(stage, caller, callee, cells) {
    const cell = parts_cell(caller, callee);
    const procedure = `${procedure_of(callee, "sum")}.${caller.name}`;
    const session = callee_of(callee);
    await stage.run(callee, "register", { session, procedure, behaviour: "sum" });
    const answer = await stage.run(caller, "call_in_parts", {
        session: caller_of(caller), procedure, options: { receive_progress: true },
        args: [1, 2, 3, 4].map((part) => ({ $int: String(part) })),
    });
    compare(cells, cell, "parts", answer.parts.map(number_of), [1, 3, 6]);
    compare(cells, cell, "result", answer.args.map(number_of), [10]);
    await check_alive(stage, caller, cells, cell);
    cells.done(cell);
}

/// By the letter, the answer to CANCEL costs Autobahn|JS its connection, and the second part of a
/// payload costs wampy its session.
async function run_strict(stage, client, cells) {
    const cell = strict_cell(client);
    const [strict, granted] = ["strict", "granted"].map((name) => `${client.name}.${name}`);
    const procedure = procedure_of(client, "strict");
    const is_lost = is_autobahn_js(client) || is_wampy(client);
    const lose = async (session, realm, wait_ms) => {
        await stage.connect(client, session, { realm });
        const peer = stage.peer_of(client);
        const lost = peer.next("lost", (event) => event.session === session, wait_ms)
            .then(() => true, () => false);
        if (is_wampy(client)) {
            const message = { session, procedure, args: [{ $int: "1" }, { $int: "2" }] };
            stage.run(client, "call_in_parts", message).catch(() => {});
            return lost;
        }
        await stage.run(client, "register", { session, procedure, behaviour: "wait" });
        const name = `${session} call`;
        const invoked = peer.next("waiting", (event) => event.call === name);
        const message = { session, procedure, args: [name], kwargs: {}, call: name };
        stage.run(client, "call", message).catch(() => {});
        await invoked;
        await stage.run(client, "cancel", { session, call: name });
        return lost;
    };
    const [without, with_quirks] = await Promise.all([
        lose(strict, "strict", is_lost ? 20_000 : 1000), lose(granted, "interop", 1000),
    ]);
    compare(cells, cell, "lost without and with quirks", [without, with_quirks],
        [is_lost, false]);
    cells.done(cell);
}

async function open_sessions(stage) {
    const register = (client, behaviour) => stage.run(client, "register", {
        session: callee_of(client), procedure: procedure_of(client, behaviour), behaviour,
    });
    await for_each(endpoints, endpoints.length, async (client) => {
        await stage.connect(client, caller_of(client));
        await stage.connect(client, callee_of(client));
        await register(client, "progress");
        if (waiting_callees.includes(client)) await register(client, "wait");
    });
    await stage.run(endpoints[0], "register", {
        session: callee_of(endpoints[0]), procedure: "com.interop.count", behaviour: "count",
    });
}

/// Everything that one client does, as [cell, work].
function work_of(stage, client, cells) {
    const work = endpoints.map((callee) =>
        [progress_cell(client, callee), () => run_progress(stage, client, callee, cells)]);
    for (const callee of waiting_callees) {
        for (const mode of modes_of(client)) {
            work.push([cancel_cell(client, callee, mode),
                () => run_cancel(stage, client, callee, mode, cells)]);
        }
        work.push([timeout_cell(client, callee), () => run_timeout(stage, client, callee, cells)]);
    }
    for (const callee of has_parts(client) ? endpoints.filter(has_parts) : []) {
        work.push([parts_cell(client, callee), () => run_parts(stage, client, callee, cells)]);
    }
    work.push([strict_cell(client), () => run_strict(stage, client, cells)]);
    return work;
}

/// Gives the number of failed cells.
export async function run_call_control(stage) {
    const names = endpoints.flatMap((client) => work_of(stage, client).map(([cell]) => cell));
    const cells = new Cells("call_control", names);
    await open_sessions(stage);
    await for_each(endpoints, 9, async (client) => {
        for (const [cell, run] of work_of(stage, client, cells)) {
            await run().catch((error) => cells.fail(cell, error.message));
        }
    });
    return cells.report();
}
