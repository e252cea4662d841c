// examples/client/ticker: a C++ program publishes prices, a page in Chromium draws them. The
// program lies beside the router's; compilers without coroutines do not build it.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { start_chromium } from "../peers/chromium.mjs";
import { write_page } from "./readme.mjs";
import { Cells } from "./stage.mjs";

const here = path.dirname(new URL(import.meta.url).pathname);
const example = path.join(here, "..", "..", "..", "examples", "client", "ticker.html");
const stocks = ["acme", "umbrella"];
// Frames are not drawn in a tab behind another, so it is looked at by the clock.
const patience = { timeout: 60_000, polling: 50 };

class Ticker {
    constructor(stage) {
        const program = path.join(path.dirname(stage.router.binary), "example_ticker");
        this.output = "";
        this.process = spawn(program, [`ws://127.0.0.1:${stage.router.port}/ws`]);
        this.ended = new Promise((resolve) => {
            this.process.once("error", resolve);
            this.process.once("exit", resolve);
        });
        for (const stream of [this.process.stdout, this.process.stderr]) {
            stream.on("data", (data) => (this.output += data));
        }
    }

    /// Gives the exit status, as by Ctrl-C.
    stop() {
        this.process.kill("SIGINT");
        return this.ended;
    }
}

/// What is drawn, by stock: the caption and the heights of the line's points.
function drawn() {
    const figures = [...document.querySelectorAll("figure")].map((figure) => {
        const points = figure.querySelector("polyline").getAttribute("points") ?? "";
        const heights = points.split(" ").map((point) => Number(point.split(",")[1]));
        return [figure.innerText.trim(), heights];
    });
    return figures.sort();
}

/// Run in the page.
const has_lines = (count) => {
    const lines = [...document.querySelectorAll("polyline[points]")];
    return lines.length === count &&
        lines.every((line) => line.getAttribute("points").split(" ").length >= 5);
};
const has_figures = (count) => document.querySelectorAll("polyline[points]").length === count;
const has_captions = (captions) => {
    const labels = [...document.querySelectorAll("figcaption")].map((label) => label.innerText);
    return captions.every((caption) => labels.includes(caption));
};

async function check_lines(page, cells, cell) {
    await page.waitForFunction(has_lines, patience, stocks.length);
    const charts = await page.evaluate(drawn);
    cells.check(cell, charts.flatMap(([caption, heights], i) => {
        const is_named = new RegExp(`^${stocks[i]} \\d+\\.\\d\\d$`).test(caption);
        const is_line = new Set(heights).size > 1 && heights.every((y) => y >= 0 && y <= 100);
        return is_named && is_line ? [] : [`drawn as ${caption}: ${heights}`];
    }));
    cells.done(cell);
}

export async function run_ticker(stage) {
    const [drawing, later] = ["prices are drawn", "a page that is opened later has the last price"];
    const cells = new Cells("ticker", [drawing, later]);
    const html = (await readFile(example, "utf8"))
        .replaceAll("127.0.0.1:8080", `127.0.0.1:${stage.router.port}`);
    const folder = await mkdtemp(path.join(os.tmpdir(), "kreisel-ticker-"));
    const browser = await start_chromium(path.join(folder, "profile"));
    const ticker = new Ticker(stage);
    try {
        const file = await write_page(folder, html);
        const page = await browser.newPage();
        await page.goto(file);
        await check_lines(page, cells, drawing);
        const status = await ticker.stop();
        cells.check(drawing, status === 0 ? [] : [`it ended with ${status}: ${ticker.output}`]);

        const second = await browser.newPage();
        await second.goto(file);
        await second.waitForFunction(has_figures, patience, stocks.length);
        const kept = (await second.evaluate(drawn)).map(([caption]) => caption);
        // The first page may still be about to draw what it has been sent.
        const is_same = await page.waitForFunction(has_captions, patience, kept)
            .then(() => true, () => false);
        cells.check(later, is_same ? [] : [`only the second page has ${kept}`]);
        cells.done(later);
    } catch (error) {
        cells.fail(drawing, `${error.message}; the program said: ${ticker.output}`);
    } finally {
        await ticker.stop();
        await browser.close();
        await rm(folder, { recursive: true, force: true });
    }
    return cells.report();
}
