// Autobahn|JS in Node under bench/client/run, with the packages of tests/interop:
//     node autobahn_node.mjs --role caller|callee --url URL --procedure PROCEDURE

import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { parseArgs } from "node:util";

const here = path.dirname(new URL(import.meta.url).pathname);
const require = createRequire(path.join(here, "../../tests/interop/package.json"));
globalThis.WebSocket ??= require("ws");
console.warn = console.debug = console.info = () => {};
const autobahn = require("autobahn");

const { values: { role, url, procedure } } = parseArgs({
    options: { role: { type: "string" }, url: { type: "string" }, procedure: { type: "string" } },
});

async function call(session, calls, in_flight) {
    let number = 0;
    const call_on = async () => {
        while (number < calls) {
            const mine = ++number;
            const sum = await session.call(procedure, [mine, 1]);
            if (sum !== mine + 1) throw new Error("a wrong sum");
        }
    };
    await Promise.all(Array.from({ length: in_flight }, call_on));
}

const serializers = [new autobahn.serializer.MsgpackSerializer()];
const connection = new autobahn.Connection({
    realm: "realm1", transports: [{ type: "websocket", url, serializers }],
});
connection.onopen = async (session) => {
    if (role === "callee") await session.register(procedure, ([a, b]) => a + b);
    process.stdout.write("ready\n");
    if (role === "callee") return;
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const [calls, in_flight] = line.split(" ").map(Number);
        const start = process.hrtime.bigint();
        await call(session, calls, in_flight);
        process.stdout.write(`${Number(process.hrtime.bigint() - start) / 1e9}\n`);
    }
    process.exit(0);
};
connection.open();
