// Peer program: Autobahn|JS in Node, over WebSocket and RawSocket.

import { createRequire } from "node:module";

import WebSocket from "ws";

import { AutobahnSessions } from "./autobahn_sessions.mjs";
import { say, serve } from "./control.mjs";
import { Scram } from "./scram.mjs";

// The library uses the WebSocket of the language, which Node has since version 22. That one does
// not throw when nobody listens to its errors.
class QuietWebSocket extends WebSocket {
    constructor(...args) {
        super(...args);
        this.on("error", () => {});
    }
}
globalThis.WebSocket ??= QuietWebSocket;
// Its log goes to standard output, which is the control channel.
console.log = console.warn = console.debug = console.info = () => {};

const autobahn = createRequire(import.meta.url)("autobahn");
serve(new AutobahnSessions(autobahn, say, Scram).operations());
