// Real clients against a router:
//     node run.mjs STAGE ROUTER
// STAGE is one of the names below, ROUTER the path of the kreisel program. Prints how many cells
// there were; the exit status is 0 only if all ran and none failed.

import { readFileSync } from "node:fs";
import path from "node:path";

import { run_authorizer } from "./driver/authorizer.mjs";
import { run_call_control } from "./driver/call_control.mjs";
import { run_calls } from "./driver/calls.mjs";
import {
    cookie_realm, judged_realm, keeping_realm, login_realm, meta_realm, open_realm, pinging_realm,
    two_realms,
} from "./driver/config.mjs";
import { run_cookies } from "./driver/cookies.mjs";
import { endpoints, peer_kinds } from "./driver/endpoints.mjs";
import { run_events } from "./driver/events.mjs";
import { run_keep_alive } from "./driver/keep_alive.mjs";
import { run_kept_events } from "./driver/kept_events.mjs";
import { run_login } from "./driver/login.mjs";
import { run_meta } from "./driver/meta.mjs";
import { run_passthru } from "./driver/passthru.mjs";
import { run_readme } from "./driver/readme.mjs";
import { run_restart } from "./driver/restart.mjs";
import { run_secure, secure_realm } from "./driver/secure.mjs";
import { for_each, with_stage } from "./driver/stage.mjs";
import { run_ticker } from "./driver/ticker.mjs";

const top = path.join(path.dirname(new URL(import.meta.url).pathname), "..", "..");

/// Two sessions for every endpoint: one calls and publishes, one is called and subscribes.
async function open_sessions(stage) {
    await for_each(endpoints, endpoints.length, async (endpoint) => {
        await stage.connect(endpoint, `${endpoint.name}.active`);
        await stage.connect(endpoint, `${endpoint.name}.passive`);
    });
}

/// The shipped configuration on a port of its own.
function shipped_realm(address) {
    const text = readFileSync(path.join(top, "realms.yaml"), "utf8");
    return text.replaceAll("127.0.0.1:8080", address);
}

const stages = {
    calls: {
        kinds: peer_kinds,
        config: open_realm,
        work: async (stage) => {
            await open_sessions(stage);
            return run_calls(stage);
        },
    },
    call_control: { kinds: peer_kinds, config: two_realms, work: run_call_control },
    events: {
        kinds: peer_kinds,
        config: open_realm,
        work: async (stage) => {
            await open_sessions(stage);
            return run_events(stage);
        },
    },
    passthru: { kinds: peer_kinds, config: open_realm, work: run_passthru },
    kept_events: { kinds: peer_kinds, config: keeping_realm, work: run_kept_events },
    login: { kinds: peer_kinds, config: login_realm, work: run_login },
    cookies: { kinds: ["browser"], config: cookie_realm, work: run_cookies },
    authorizer: { kinds: peer_kinds, config: judged_realm, work: run_authorizer },
    restart: { kinds: ["autobahn", "wampy", "browser"], config: open_realm, work: run_restart },
    meta: { kinds: peer_kinds, config: meta_realm, work: run_meta },
    keep_alive: { kinds: peer_kinds, config: pinging_realm, work: run_keep_alive },
    secure: { kinds: peer_kinds, config: secure_realm, work: run_secure },
    readme: { kinds: [], config: shipped_realm, work: run_readme },
    ticker: { kinds: [], config: shipped_realm, work: run_ticker },
};

const [name, binary] = process.argv.slice(2);
const stage = stages[name];
if (!stage || !binary) {
    console.error(`usage: node run.mjs ${Object.keys(stages).join("|")} ROUTER`);
    process.exit(2);
}
const started = Date.now();
const failures = await with_stage(binary, stage.kinds, stage.config, stage.work);
console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
process.exit(failures === 0 ? 0 : 1);
