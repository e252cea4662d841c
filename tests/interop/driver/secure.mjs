// The same clients over TLS: every one joins over wss or rss, serves calls and makes them, with a
// payload of several TLS records. Those that can show a certificate log in by it.

import { execFileSync } from "node:child_process";
import path from "node:path";

import { open_realm } from "./config.mjs";
import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

const text_bytes = 100_000;
// Autobahn|JS speaks RawSocket over plain sockets only.
const secure_endpoints = endpoints.filter(({ peer, transport }) =>
    peer !== "autobahn" || transport === "websocket");

/// Whose certificates the router trusts, and who logs in by one. Autobahn|JS takes the WebSocket of
/// its surroundings, which has no certificates of its own to show.
const certificates = new Map();
const certified = secure_endpoints.filter(({ peer, serializer, batched }) =>
    ["wampy", "asyncio", "twisted", "kreisel"].includes(peer) && serializer === "json" && !batched);
const log_ins = [
    { own: "joe", authid: "joe", title: "the certificate of joe" },
    // wampy sends no authmethods without an authid.
    { own: "joe", title: "the certificate of joe and no authid",
        peers: ["asyncio", "twisted", "kreisel"] },
    { own: "tom", authid: "joe", title: "the certificate of tom as joe",
        uri: "wamp.error.authentication_denied" },
    { own: "tom", authid: "tom", title: "the certificate of tom",
        uri: "wamp.error.authentication_denied" },
    { authid: "joe", title: "no certificate", uri: "wamp.error.no_matching_auth_method" },
];
const log_ins_of = (client) =>
    log_ins.filter(({ peers }) => !peers || peers.includes(client.peer));
const cell_of = (client, { title }) => `${client.name} with ${title}`;

/// A certificate and its key in one file of the folder.
function make_certificate(folder, name, more) {
    const file = path.join(folder, `${name}.pem`);
    const run = (...args) => execFileSync("openssl", args, { stdio: "ignore" });
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-subj", `/CN=${name}`, "-keyout", file, "-out", file + ".new", ...more);
    execFileSync("sh", ["-c", `cat "$0.new" >>"$0"`, file]);
    certificates.set(name, file);
    return JSON.stringify(file);
}

/// Realm `interop` behind TLS, with certificates of its own in the router's folder.
export function secure_realm(address, folder) {
    const router = make_certificate(folder, "router",
        ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    const authority = make_certificate(folder, "authority", []);
    const file = certificates.get("authority");
    for (const name of ["joe", "tom"]) {
        make_certificate(folder, name, ["-CA", file, "-CAkey", file]);
    }
    // A listener of their own: headless browsers give up when they are asked for a certificate.
    return open_realm(address).replace(`- address: ${address}`, `- address: ${address}
    tls: { certificate: ${router} }
  - address: 127.0.0.2:0
    tls:
      certificate: ${router}
      client_ca: ${authority}
      client_certificates: optional`) + `
      users:
        - { authid: joe, role: guest, tls: { common_names: [joe] } }
`;
}

async function run_log_in(stage, client, log_in, cells) {
    const cell = cell_of(client, log_in);
    const certificate = certificates.get(log_in.own);
    const auth = { authid: log_in.authid, methods: ["tls"] };
    const place = stage.router.places[1];
    const outcome = await stage.connect(client, cell, { auth, certificate, place })
        .then(({ authid, authmethod }) => `${authid} by ${authmethod}`, (error) => {
            if (!error.uri) throw error;
            return error.uri;
        });
    const expected = log_in.uri ?? "joe by tls";
    cells.check(cell, outcome === expected ? [] : [`${outcome}, not ${expected}`]);
    if (!log_in.uri) await stage.run(client, "leave", { session: cell });
    cells.done(cell);
}

export async function run_secure(stage) {
    const log_in_cells = certified.flatMap((client) =>
        log_ins_of(client).map((log_in) => cell_of(client, log_in)));
    const cells = new Cells("secure",
        [...secure_endpoints.map(({ name }) => name), ...log_in_cells]);
    await for_each(secure_endpoints, secure_endpoints.length, async (client) => {
        await stage.connect(client, client.name);
        await stage.run(client, "register", {
            session: client.name, procedure: `com.interop.${client.name}`, behaviour: "echo",
        });
    });
    for (const [i, client] of secure_endpoints.entries()) {
        const callee = secure_endpoints[(i + 1) % secure_endpoints.length];
        const answer = await stage.run(client, "call", {
            session: client.name, procedure: `com.interop.${callee.name}`,
            args: [{ $text: text_bytes }], kwargs: {},
        }).catch((error) => error);
        const size = answer.args?.[0]?.size;
        cells.check(client.name, Number(size) === text_bytes
            ? [] : [`asked ${callee.name}: ${answer instanceof Error ? answer.message : size}`]);
        cells.done(client.name);
    }
    for (const client of certified) {
        for (const log_in of log_ins_of(client)) {
            await run_log_in(stage, client, log_in, cells)
                .catch((error) => cells.fail(cell_of(client, log_in), error.message));
        }
    }
    return cells.report();
}
