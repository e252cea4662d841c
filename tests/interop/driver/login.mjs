// Every method that a client has (README.md), with the right and with a wrong secret and as a user
// who does not exist.

import { differences } from "./compare.mjs";
import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";
import { methods, users } from "./config.mjs";

/// Each client over each transport; the serializer does not matter to a log-in.
const clients = endpoints.filter(({ serializer }) => serializer === "json");
const log_ins = users.flatMap((user) => [
    { ...user, secret: user.secret, is_right: true, title: `${user.authid}` },
    {
        ...user, secret: user.wrong ?? "wrong", is_right: false,
        title: `${user.authid} with a wrong secret`,
    },
]);
const secret = "78".repeat(32);
for (const method of methods) {
    log_ins.push({
        authid: "nobody", method, secret, pubkey: method === "cryptosign" ? secret : undefined,
        peers: users.find((user) => user.method === method).peers, realm: `only.${method}`,
        is_right: false, title: `an unknown user by ${method}`,
    });
}

const log_ins_of = (client) =>
    log_ins.filter(({ peers }) => !peers || peers.includes(client.peer));
const cell_of = (client, log_in) => `${client.name} logs in as ${log_in.title}`;

async function try_log_in(stage, client, log_in, cells) {
    const cell = cell_of(client, log_in);
    const session = `${client.name} ${log_in.title}`;
    const { authid, method, secret, pubkey, realm = "interop" } = log_in;
    let facts;
    try {
        facts = await stage.connect(client, session, {
            realm, auth: { authid, methods: [method], secret, pubkey },
        });
    } catch (error) {
        if (!error.uri) throw error;
        const is_meant = !log_in.is_right && error.uri === "wamp.error.authentication_denied";
        const why = `refused with ${error.uri} ${JSON.stringify(error.args)}`;
        return cells.check(cell, is_meant ? [] : [why]);
    }
    if (!log_in.is_right) return cells.check(cell, ["was let in"]);
    const expected = { authid, authrole: log_in.role, authmethod: method };
    const { id, ...got } = facts;
    cells.check(cell, differences(expected, got, client, client, "welcome details"));
    cells.check(cell, Number(id) > 0 ? [] : [`session id ${id}`]);
    await check_permissions(stage, client, session, cell, cells);
    return stage.run(client, "leave", { session });
}

/// The role of the users may call what starts with com.interop.allowed, and nothing else.
async function check_permissions(stage, client, session, cell, cells) {
    for (const [procedure, expected] of [
        ["com.interop.allowed.missing", "wamp.error.no_such_procedure"],
        ["com.interop.secret", "wamp.error.not_authorized"],
    ]) {
        const uri = await stage.run(client, "call", { session, procedure, args: [], kwargs: {} })
            .then(() => "a result", (error) => error.uri ?? error.message);
        const found = uri === expected ? [] : [`call of ${procedure}: ${uri}, not ${expected}`];
        cells.check(cell, found);
    }
}

export async function run_login(stage) {
    const names = clients.flatMap((client) =>
        log_ins_of(client).map((log_in) => cell_of(client, log_in)));
    const cells = new Cells("log-in", names);
    await for_each(clients, clients.length, async (client) => {
        for (const log_in of log_ins_of(client)) {
            try {
                await try_log_in(stage, client, log_in, cells);
                cells.done(cell_of(client, log_in));
            } catch (error) {
                cells.fail(cell_of(client, log_in), error.message);
            }
        }
    });
    return cells.report();
}
