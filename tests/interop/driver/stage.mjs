// What every stage shares: a router, the peers, open sessions, and the count of cells.

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { Peer } from "./peer.mjs";
import { Router } from "./router.mjs";

/// Runs `work` on all items, at most `limit` at a time.
export async function for_each(items, limit, work) {
    const left = [...items];
    const runners = Array.from({ length: limit }, async () => {
        while (left.length > 0) await work(left.shift());
    });
    await Promise.all(runners);
}

/// Cells by name: each must be finished and without a failure.
export class Cells {
    constructor(title, names) {
        this.title = title;
        this.cells = new Map(names.map((name) => [name, { checks: 0, failures: [], done: false }]));
    }

    fail(name, text) {
        this.#cell(name).failures.push(text);
    }

    /// One thing was compared; `found` lists what was wrong.
    check(name, found) {
        const cell = this.#cell(name);
        cell.checks += 1;
        cell.failures.push(...found);
    }

    done(name) {
        this.#cell(name).done = true;
    }

    #cell(name) {
        const cell = this.cells.get(name);
        if (!cell) throw new Error(`${this.title}: no cell ${name}`);
        return cell;
    }

    /// Prints the counts and gives the number of cells that failed or are missing.
    report() {
        let bad = 0;
        let shown = 0;
        let checks = 0;
        for (const [name, cell] of this.cells) {
            checks += cell.checks;
            const failures = [...cell.failures];
            if (!cell.done || cell.checks === 0) failures.push("did not run to its end");
            if (failures.length === 0) continue;
            bad += 1;
            for (const failure of failures.slice(0, 3)) {
                if (++shown <= 60) console.log(`FAILED ${this.title} ${name}: ${failure}`);
            }
        }
        const all = this.cells.size;
        const passed = all - bad;
        const counts = `${all} cells, ${passed} passed, ${bad} failed, ${checks} checks`;
        console.log(`${this.title}: ${counts}`);
        return bad;
    }
}

/// A router with peers around it, in a folder of its own; gone when `work` ends.
export async function with_stage(binary, kinds, config, work) {
    const folder = await mkdtemp(path.join(os.tmpdir(), "kreisel-interop-"));
    const router = new Router(binary, folder, config);
    const peers = new Map();
    try {
        await Promise.all([
            router.start(),
            ...kinds.map(async (kind) => peers.set(kind, await Peer.start(kind))),
        ]);
        const failures = await work(new Stage(router, peers));
        const strays = [...peers.values()].flatMap((peer) =>
            peer.strays.map((text) => `${peer.kind}: ${text}`));
        for (const stray of strays) console.log(`FAILED stray error in peer ${stray}`);
        const bad = failures + strays.length;
        if (bad > 0) console.log(`the router said:\n${router.output.slice(-6000)}`);
        return bad;
    } catch (error) {
        console.log(`router said:\n${router.output.slice(-3000)}`);
        throw error;
    } finally {
        await Promise.all([...peers.values()].map((peer) => peer.stop()));
        await router.stop("SIGTERM");
        await rm(folder, { recursive: true, force: true });
    }
}

export class Stage {
    constructor(router, peers) {
        this.router = router;
        this.peers = peers;
        this.ids = new Map();
    }

    peer_of(endpoint) {
        return this.peers.get(endpoint.peer);
    }

    /// Opens a session of `endpoint` under `name`; `more` may hold realm, auth, retry, the place
    /// of another listener, and certificate, the path of the client's own.
    async connect(endpoint, name, more = {}) {
        const { host, port } = more.place ?? this.router;
        const url = `${this.router.scheme}://${host}:${port}/ws`;
        const { transport, serializer, batched, binary } = endpoint;
        const facts = await this.peer_of(endpoint).run("connect", {
            session: name,
            realm: "interop",
            ...{ host, port, url, transport, serializer, batched, binary },
            ...more,
        });
        this.ids.set(name, facts.id);
        return facts;
    }

    run(endpoint, op, message) {
        return this.peer_of(endpoint).run(op, message);
    }
}
