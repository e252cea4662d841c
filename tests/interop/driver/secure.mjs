// The same clients over TLS: every one joins over wss or rss, serves calls and makes them, with a
// payload of several TLS records.

import { execFileSync } from "node:child_process";
import path from "node:path";

import { open_realm } from "./config.mjs";
import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

const text_bytes = 100_000;
// Autobahn|JS speaks RawSocket over plain sockets only.
const secure_endpoints = endpoints.filter(({ peer, transport }) =>
    peer !== "autobahn" || transport === "websocket");

/// Realm `interop` behind TLS, with a certificate of its own in the router's folder.
export function secure_realm(address, folder) {
    const certificate = path.join(folder, "router.pem");
    execFileSync("openssl", [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout", certificate, "-out", certificate + ".new",
    ], { stdio: "ignore" });
    execFileSync("sh", ["-c", `cat "$0.new" >>"$0"`, certificate]);
    return open_realm(address).replace(`- address: ${address}`, `- address: ${address}
    tls: { certificate: ${JSON.stringify(certificate)} }`);
}

export async function run_secure(stage) {
    const cells = new Cells("secure", secure_endpoints.map(({ name }) => name));
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
    return cells.report();
}
