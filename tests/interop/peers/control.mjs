// The control protocol of a peer program: one JSON object a line.
//
//   driver: {"id": 7, "op": "call", "session": "a", "procedure": "com.example", "args": [], ...}
//   peer:   {"id": 7, "ok": {...}}                    it worked
//           {"id": 7, "fault": {"uri", "args", "kwargs"}}   the router or the callee said no
//           {"id": 7, "broken": "text"}               the client library failed
//           {"event": "invoked" | "event" | "joined" | "lost", "session": ..., ...}   on its own
//
// A peer offers one function for each op; operations run at the same time unless the driver waits.

import readline from "node:readline";

import { answer_operation, describe } from "./answer.mjs";

export function say(message) {
    process.stdout.write(JSON.stringify(message) + "\n");
}

/// Reads standard input until it ends, then ends the process.
export function serve(operations) {
    process.on("unhandledRejection", (error) => say({ event: "stray", text: describe(error) }));
    const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
    lines.on("line", (line) => answer_operation(operations, JSON.parse(line), say));
    lines.on("close", () => process.exit(0));
    say({ event: "ready" });
}
