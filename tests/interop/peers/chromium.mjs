// Starts Debian's Chromium without a window, with a profile of its own in `folder`, and without the
// services that talk to the outside.

import puppeteer from "puppeteer-core";

export function start_chromium(folder) {
    return puppeteer.launch({
        executablePath: "/usr/bin/chromium",
        userDataDir: folder,
        headless: true,
        timeout: 120_000, // of a busy machine
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--ignore-certificate-errors", // those of the tests are signed by nobody
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--disable-background-timer-throttling",
            "--disable-renderer-backgrounding",
        ],
    });
}
