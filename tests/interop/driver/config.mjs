// The realms.yaml of the stages.

import { execFileSync } from "node:child_process";
import {
    createHash, createHmac, createPrivateKey, createPublicKey, pbkdf2Sync,
} from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";

/// One realm, `interop`, where anybody may do everything below com.interop.
export function open_realm(address) {
    return `
listeners:
  - address: ${address}
realms:
  - name: interop
    roles:
      - name: guest
        permissions:
          - uri: com.interop
            match: prefix
            allow: [call, register, publish, subscribe]
    authentication:
      anonymous_role: guest
`;
}

/// The same with the meta API.
export function meta_realm(address) {
    return open_realm(address).replace("        permissions:", `        permissions:
          - {uri: wamp., match: prefix, allow: [call, subscribe]}`);
}

/// The same with history below com.interop.kept, which anybody may ask for.
export function keeping_realm(address) {
    return open_realm(address)
        .replace("    roles:", `    history:
      - { uri: com.interop.kept, match: prefix }
    roles:`)
        .replace("    authentication:", `          - uri: wamp.subscription.get_events
            allow: [call]
          - uri: wamp.subscription.lookup
            allow: [call]
    authentication:`);
}

/// Realm `interop` and the same once more as `strict`, where no client is met half-way.
export function two_realms(address) {
    const text = open_realm(address);
    const realm = text.slice(text.indexOf("  - name: interop"));
    return text + realm.replace("- name: interop", "- name: strict\n    client_quirks: false");
}

/// The same with a router that pings every second and gives up after some; busy machines keep a
/// browser from its answer for a while.
export function pinging_realm(address) {
    return `
keep_alive:
  ping_interval: 1s
  ping_timeout: 5s
${open_realm(address)}`;
}

const salt = "pepper-and-salt";

/// The public key of an Ed25519 seed, both in hex.
function public_key_of(seed) {
    const pkcs8 = Buffer.from("302e020100300506032b657004220420" + seed, "hex");
    const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    const spki = createPublicKey(key).export({ format: "der", type: "spki" });
    return spki.subarray(-32).toString("hex");
}

const seed = "6b".repeat(32);

const token_key = "0123456789abcdef0123456789abcdef";
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/// A JWT of the issuer that the realm trusts.
function make_token(authid, role) {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const text = `${encode({ alg: "HS256" })}.${encode({ sub: authid, role, exp })}`;
    return `${text}.${createHmac("sha256", token_key).update(text).digest("base64url")}`;
}

// argon2id of "hanna's ticket", cheap.
const hash = "$argon2id$v=19$m=1024,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aNgG0O7Ico0AhT+i+"
    + "Wi+CTmL6nHR4D6stqeJqgJQfzw";

/// What the router keeps of a password for wamp-scram.
function scram_of(password) {
    const iterations = 4096;
    const octets = Buffer.from(salt);
    const salted = pbkdf2Sync(password, octets, iterations, 32, "sha256");
    const hmac = (text) => createHmac("sha256", salted).update(text).digest();
    const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
    return `{ kdf: pbkdf2, salt: ${octets.toString("base64")}, iterations: ${iterations}, `
        + `stored_key: ${stored}, server_key: ${hmac("Server Key").toString("base64")} }`;
}

// Of "stella's password", by derive_scram_credential() of python3-autobahn with two passes.
const python_scram = `{ kdf: argon2id-13, salt: cGVwcGVyLWFuZC1zYWx0Lg==, iterations: 2,
            memory: 512, stored_key: tLOY5pdS4+H8cEwtX0YBP3i9mWp1795zsdzKalHTtuU=,
            server_key: 0fP2QMM2ZklJ1RlGplzO+APNaJIe0OkaFwCTi4DR7WM= }`;

/// Who logs in; `secret` is what the user types, or its private key. `place` says where the router
/// knows them from, if not from realms.yaml; `peers` which clients have the method, if not all.
export const users = [
    { authid: "tessa", method: "ticket", role: "member", secret: "tessa's ticket" },
    { authid: "carl", method: "wampcra", role: "member", secret: "plain as day" },
    { authid: "sally", method: "wampcra", role: "member", secret: "correct horse", salt },
    { authid: "hanna", method: "ticket", role: "member", secret: "hanna's ticket", hash },
    { authid: "frida", method: "ticket", role: "member", secret: "frida's ticket", place: "file" },
    { authid: "dora", method: "ticket", role: "member", secret: "dora's ticket", place: "base" },
    {
        authid: "kim", method: "cryptosign", role: "member", secret: seed,
        pubkey: public_key_of(seed), wrong: "77".repeat(32),
    },
    {
        authid: "jack", method: "ticket", role: "member", secret: make_token("jack", "member"),
        place: "token",
    },
    {
        authid: "pam", method: "wamp-scram", role: "member", secret: "pam's password",
        scram: scram_of("pam's password"), peers: ["autobahn", "kreisel"],
    },
    {
        authid: "stella", method: "scram", role: "member", secret: "stella's password",
        scram: python_scram, peers: ["asyncio", "twisted", "kreisel"],
    },
];

const users_in = (place) => users.filter((user) => user.place === place);

/// An SQLite file by python's own module, since not every Node has one.
function write_database(file) {
    const script = `
import json, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("CREATE TABLE IF NOT EXISTS people (name PRIMARY KEY, role, ticket)")
    for user in json.loads(sys.argv[2]):
        database.execute("INSERT OR REPLACE INTO people VALUES (:authid, :role, :secret)", user)
`;
    const people = JSON.stringify(users_in("base"));
    execFileSync("/usr/bin/python3", ["-c", script, file, people]);
}

function credentials_of({ method, secret, salt, hash, pubkey, scram }) {
    if (scram) return `scram: ${scram}`;
    if (method === "cryptosign") return `cryptosign: ["${pubkey}"]`;
    if (hash) return `ticket_hash: ${hash}`;
    if (method === "ticket") return `ticket: ${JSON.stringify(secret)}`;
    if (!salt) return `wampcra: { secret: ${JSON.stringify(secret)} }`;
    const key = pbkdf2Sync(secret, salt, 1000, 32, "sha256").toString("base64");
    return `wampcra: { secret: "${key}", salt: ${salt}, iterations: 1000, key_bytes: 32 }`;
}

/// Realm `interop` where all that guests do is for the authorizer to decide, but what is below
/// com.interop.shut.
export function judged_realm(address) {
    return `
listeners:
  - address: ${address}
realms:
  - name: interop
    roles:
      - name: guest
        authorizer: com.interop.judge
        permissions:
          - { uri: com.interop.shut., match: prefix, allow: [] }
      - name: judge
        permissions:
          - { uri: com.interop., match: prefix, allow: [register] }
    authentication:
      anonymous_role: guest
      users:
        - { authid: judge, role: judge, ticket: of the judge }
`;
}

/// Realm `interop` for pages of this machine, whose users stay logged in.
export function cookie_realm(address) {
    return `
listeners:
  - address: ${address}
    origins: ["http://127.0.0.1:*"]
    cookie: {}
realms:
  - name: interop
    roles:
      - name: member
      - name: guest
    authentication:
      anonymous_role: guest
      users:
        - { authid: tessa, role: member, ticket: "tessa's ticket" }
`;
}

function entry_of(user) {
    return `
        - authid: ${user.authid}
          role: ${user.role}
          ${credentials_of(user)}`;
}

/// A realm where all log in by one method, so that strangers are asked for it, too.
function realm_of(method) {
    const entries = users.filter((user) => user.method === method && !user.place).map(entry_of);
    return `
  - name: only.${method}
    roles:
      - name: member
    authentication:
      users:${entries.join("")}
`;
}

export const methods = [...new Set(users.map(({ method }) => method))];

/// Realm `interop` for the users above and nobody else, who may call com.interop.allowed.* only;
/// and a realm for each method.
export function login_realm(address, folder) {
    const entries = users_in(undefined).map(entry_of);
    writeFileSync(path.join(folder, "users.yaml"), users_in("file").map(entry_of).join(""),
        { mode: 0o600 });
    write_database(path.join(folder, "people.db"));
    return `
listeners:
  - address: ${address}
realms:
  - name: interop
    roles:
      - name: member
        permissions:
          - uri: com.interop.allowed
            match: prefix
            allow: [call]
    authentication:
      users:${entries.join("")}
      users_file: users.yaml
      user_database:
        sqlite: people.db
        query: SELECT role, ticket FROM people WHERE name = $1
      jwt:
        secret: ${token_key}
${methods.map(realm_of).join("")}`;
}
