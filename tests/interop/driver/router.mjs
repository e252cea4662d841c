// The router under test, as a process with a folder and a configuration of its own.

import { spawn } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export class Router {
    constructor(binary, folder, config) {
        this.binary = binary;
        this.folder = folder;
        this.config = config;
        this.host = "127.0.0.1";
        this.port = 0;
        this.scheme = "ws";
        this.process = null;
        this.output = "";
    }

    /// Port 0 the first time; a restart takes the port that the clients know. `places` are those
    /// of all listeners, in the order of the configuration.
    async start() {
        const ready = path.join(this.folder, "ready");
        const file = path.join(this.folder, "realms.yaml");
        await rm(ready, { force: true });
        await writeFile(file, this.config(`${this.host}:${this.port}`, this.folder));
        const started = spawn(this.binary, ["run", "-c", file, "--ready-file", ready], {
            stdio: ["ignore", "pipe", "pipe"],
        });
        this.process = started;
        this.ended = new Promise((resolve) => started.once("exit", (code) => resolve(code)));
        started.once("error", (error) => (this.output += String(error)));
        for (const stream of [started.stdout, started.stderr]) {
            stream.on("data", (data) => (this.output += data));
        }
        const deadline = Date.now() + 60_000;
        while (Date.now() < deadline) {
            const text = await readFile(ready, "utf8").catch(() => "");
            const found = [...text.matchAll(/(wss?):\/\/(127\.0\.0\.\d):(\d+)/g)];
            if (found.length > 0) {
                this.scheme = found[0][1];
                this.places = found.map(([, , host, port]) => ({ host, port: Number(port) }));
                this.port = this.places[0].port;
                return;
            }
            if (started.exitCode !== null || started.pid === undefined) break;
            await sleep(20);
        }
        throw new Error(`the router did not start: ${this.output}`);
    }

    /// Gives the exit status, null if the signal ended it.
    async stop(signal) {
        const running = this.process;
        if (!running || running.pid === undefined) return null;
        this.process = null;
        if (running.exitCode === null && running.signalCode === null) running.kill(signal);
        const timer = setTimeout(() => running.kill("SIGKILL"), 20_000);
        const status = await this.ended;
        clearTimeout(timer);
        return status;
    }
}
