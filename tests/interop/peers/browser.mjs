// Peer program: autobahn-browser in headless Chromium. Serves the page and its scripts from a port
// of its own and hands the control protocol through.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";

import { start_chromium } from "./chromium.mjs";
import { say } from "./control.mjs";

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const library = createRequire(import.meta.url).resolve("autobahn-browser/autobahn.js");
const files = {
    "/": [path.join(here, "page.html"), "text/html; charset=utf-8"],
    "/autobahn.js": [library, "text/javascript"],
    "/notation.mjs": [path.join(here, "notation.mjs"), "text/javascript"],
    "/answer.mjs": [path.join(here, "answer.mjs"), "text/javascript"],
    "/autobahn_procedures.mjs": [path.join(here, "autobahn_procedures.mjs"), "text/javascript"],
    "/autobahn_sessions.mjs": [path.join(here, "autobahn_sessions.mjs"), "text/javascript"],
};

async function serve_page() {
    const server = http.createServer(async (request, response) => {
        const found = files[request.url];
        if (!found) return response.writeHead(404).end();
        response.writeHead(200, { "Content-Type": found[1] }).end(await readFile(found[0]));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
}

const server = await serve_page();
const profile = await mkdtemp(path.join(os.tmpdir(), "kreisel-chromium-"));
const browser = await start_chromium(profile);
const page = await browser.newPage();
await page.exposeFunction("emit", say);
page.on("pageerror", (error) => say({ event: "stray", text: String(error) }));
page.setDefaultNavigationTimeout(120_000);
await page.goto(`http://127.0.0.1:${server.address().port}/`);

/// The page anew, as by a user: its sessions are lost, its cookies are not.
async function reload({ id }) {
    await page.reload();
    await page.waitForFunction(() => window.take);
    say({ id, ok: {} });
}

const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on("line", (line) => {
    const message = JSON.parse(line);
    // The page answers by emit(); only a page that is gone is answered here.
    const done = message.op === "reload"
        ? reload(message) : page.evaluate((inner) => window.take(inner), message);
    done
        .catch((error) => say({ id: message.id, broken: String(error) }));
});
lines.on("close", async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
    process.exit(0);
});
