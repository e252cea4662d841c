// The realms.yaml of the stages.

import { pbkdf2Sync } from "node:crypto";

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
    authentication:`);
}

/// Realm `interop` and the same once more as `strict`, where no client is met half-way.
export function two_realms(address) {
    const text = open_realm(address);
    const realm = text.slice(text.indexOf("  - name: interop"));
    return text + realm.replace("- name: interop", "- name: strict\n    client_quirks: false");
}

/// The same with a router that pings every second and gives up soon.
export function pinging_realm(address) {
    return `
keep_alive:
  ping_interval: 1s
  ping_timeout: 1s
${open_realm(address)}`;
}

const salt = "pepper-and-salt";

/// Who logs in; `secret` is what the user types.
export const users = [
    { authid: "tessa", method: "ticket", role: "member", secret: "tessa's ticket" },
    { authid: "carl", method: "wampcra", role: "member", secret: "plain as day" },
    { authid: "sally", method: "wampcra", role: "member", secret: "correct horse", salt },
];

function credentials_of({ method, secret, salt }) {
    if (method === "ticket") return `ticket: ${JSON.stringify(secret)}`;
    if (!salt) return `wampcra: { secret: ${JSON.stringify(secret)} }`;
    const key = pbkdf2Sync(secret, salt, 1000, 32, "sha256").toString("base64");
    return `wampcra: { secret: "${key}", salt: ${salt}, iterations: 1000, key_bytes: 32 }`;
}

/// Realm `interop` for the users above and nobody else; they may call com.interop.allowed.* only.
export function login_realm(address) {
    const entries = users.map((user) => `
        - authid: ${user.authid}
          role: ${user.role}
          ${credentials_of(user)}`);
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
`;
}
