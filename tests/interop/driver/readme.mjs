// The examples of README.md, run as they stand there: the page in Chromium, then the command line.
// Only the address is put in, because the router of the test listens on a port of its own.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { start_chromium } from "../peers/chromium.mjs";
import { Cells } from "./stage.mjs";

const here = path.dirname(new URL(import.meta.url).pathname);
const top = path.join(here, "..", "..", "..");
const modules = path.join(here, "..", "node_modules");

/// The fenced block of that language; there must be exactly one.
export function example_of(text, language) {
    const found = [...text.matchAll(new RegExp("^```" + language + "\\n([\\s\\S]*?)^```$", "gm"))];
    if (found.length !== 1) throw new Error(`README.md: ${found.length} examples in ${language}`);
    return found[0][1];
}

/// In `folder`, where the command stands as in a clone of the project that has been built.
async function run_command(text, folder, stage) {
    await mkdir(path.join(folder, "build", "release", "bin"), { recursive: true });
    await symlink(path.resolve(stage.router.binary),
                  path.join(folder, "build", "release", "bin", "kreisel"));
    const { stdout } = await promisify(execFile)("bash", ["-c", text], {
        timeout: 60_000,
        cwd: folder,
        env: { ...process.env, KREISEL_URL: `ws://127.0.0.1:${stage.router.port}/ws` },
    });
    return stdout;
}

/// The page beside the module it asks for, as the README tells to put it.
export async function write_page(folder, html) {
    const library = "autobahn-browser";
    await mkdir(path.join(folder, "node_modules"));
    await symlink(path.join(modules, library), path.join(folder, "node_modules", library));
    const file = path.join(folder, "page.html");
    await writeFile(file, html);
    return `file://${file}`;
}

function text_of(page, pattern) {
    const arrived = (source) => new RegExp(source).test(document.body.innerText);
    return page.waitForFunction(arrived, { timeout: 60_000 }, pattern)
        .then(() => [], () => page.evaluate(() => document.body.innerText)
            .then((text) => [`no ${pattern} on the page: ${text}`]));
}

export async function run_readme(stage) {
    const cells = new Cells("README", ["browser", "command line"]);
    const readme = await readFile(path.join(top, "README.md"), "utf8");
    const here_now = (text) => text.replaceAll("127.0.0.1:8080", `127.0.0.1:${stage.router.port}`);
    const html = example_of(readme, "html");
    const command = example_of(readme, "sh");
    cells.check("browser", html.trim().split("\n").length <= 20 ? [] : ["longer than 20 lines"]);

    const folder = await mkdtemp(path.join(os.tmpdir(), "kreisel-readme-"));
    const browser = await start_chromium(path.join(folder, "profile"));
    try {
        const page = await browser.newPage();
        await page.goto(await write_page(folder, here_now(html)));
        cells.check("browser", await text_of(page, "ready"));
        const output = await run_command(command, folder, stage);
        cells.check("command line", /^5$/m.test(output) ? [] : [`it said: ${output}`]);
        cells.check("browser", await text_of(page, "Hello from the command line"));
    } finally {
        await browser.close();
        await rm(folder, { recursive: true, force: true });
    }
    cells.done("browser");
    cells.done("command line");
    return cells.report();
}
