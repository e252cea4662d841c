// One running peer program and the control protocol to it (peers/control.mjs).

import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import path from "node:path";
import readline from "node:readline";

const peers = path.join(path.dirname(new URL(import.meta.url).pathname), "..", "peers");
const commands = {
    autobahn: [process.execPath, [path.join(peers, "autobahn_node.mjs")]],
    wampy: [process.execPath, [path.join(peers, "wampy_node.mjs")]],
    browser: [process.execPath, [path.join(peers, "browser.mjs")]],
    // Debian's modules belong to Debian's interpreter, whatever stands first in PATH.
    asyncio: ["/usr/bin/python3", [path.join(peers, "python_asyncio.py")]],
    twisted: ["/usr/bin/python3", [path.join(peers, "python_twisted.py")]],
    // Built beside the router, which the command line of run.mjs names.
    kreisel: [path.join(path.dirname(process.argv[3] ?? ""), "interop_kreisel_peer"), []],
};

/// Long, since machines that test are busy, and browsers are slow to start on those.
export const start_timeout_ms = 120_000;
export const operation_timeout_ms = 60_000;

/// What the router or a callee answered instead of a result.
export class Refused extends Error {
    constructor(answer) {
        super(`${answer.uri} ${JSON.stringify(answer.args)}`);
        Object.assign(this, answer);
    }
}

/// Emits every event of the peer under its name.
export class Peer extends EventEmitter {
    constructor(kind) {
        super();
        this.setMaxListeners(0);
        this.kind = kind;
        this.waiting = new Map();
        this.last_id = 0;
        this.strays = [];
        this.errors = "";
        const [program, args] = commands[kind];
        // The certificates of the tests are signed by nobody.
        const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
        this.process = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env });
        this.process.stderr.on("data", (data) => {
            this.errors = (this.errors + data).slice(-4000);
        });
        this.process.on("exit", () => this.#fail_all(`peer ${kind} ended: ${this.errors}`));
        this.process.stdin.on("error", () => {});
        readline.createInterface({ input: this.process.stdout })
            .on("line", (line) => this.#take(JSON.parse(line)));
    }

    static async start(kind) {
        const peer = new Peer(kind);
        await peer.next("ready", () => true, start_timeout_ms);
        return peer;
    }

    #take(message) {
        if (message.event === "stray") this.strays.push(message.text);
        if (message.event) return this.emit(message.event, message);
        const waiting = this.waiting.get(message.id);
        if (!waiting) return undefined;
        this.waiting.delete(message.id);
        clearTimeout(waiting.timer);
        if (message.fault) return waiting.reject(new Refused(message.fault));
        if (message.broken) return waiting.reject(new Error(`${this.kind}: ${message.broken}`));
        return waiting.resolve(message.ok);
    }

    #fail_all(text) {
        this.emit("ended", text);
        for (const { reject, timer } of this.waiting.values()) {
            clearTimeout(timer);
            reject(new Error(text));
        }
        this.waiting.clear();
    }

    /// Runs one operation and gives its answer.
    run(op, message) {
        const id = ++this.last_id;
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => {
                this.waiting.delete(id);
                reject(new Error(`${this.kind}: no answer to ${op} ${JSON.stringify(message)}`));
            }, operation_timeout_ms);
            this.waiting.set(id, { resolve, reject, timer });
            this.process.stdin.write(JSON.stringify({ id, op, ...message }) + "\n");
        });
    }

    /// The next event of that name that `is_it` accepts.
    next(event, is_it, timeout_ms = operation_timeout_ms) {
        return new Promise((resolve, reject) => {
            const finish = (settle, value) => {
                clearTimeout(timer);
                this.off(event, listener);
                this.off("ended", ended);
                settle(value);
            };
            const listener = (message) => is_it(message) && finish(resolve, message);
            const ended = (text) => finish(reject, new Error(text));
            const timer = setTimeout(() => {
                finish(reject, new Error(`${this.kind}: no event ${event} in ${timeout_ms} ms`));
            }, timeout_ms);
            this.on(event, listener);
            this.on("ended", ended);
        });
    }

    async stop() {
        if (this.process.exitCode !== null) return;
        const ended = new Promise((resolve) => this.process.once("exit", resolve));
        this.process.stdin.end();
        const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
        await ended;
        clearTimeout(timer);
    }
}
