// The realms.yaml of the stages.

const everything = `
          - match: prefix
            uri: ""
            allow: [call, register, publish, subscribe]
`;

/// One realm, `interop`, where anybody may do everything.
export function open_realm(address) {
    return `
listeners:
  - address: ${address}
realms:
  - name: interop
    roles:
      - name: anonymous
        permissions:${everything}
    authentication:
      anonymous:
        role: anonymous
`;
}

/// The same with a router that pings every second and gives up soon.
export function pinging_realm(address) {
    return `
keep_alive:
  ping_interval: 1s
  ping_timeout: 1s
${open_realm(address)}`;
}

/// Who logs in. The salted key is PBKDF2-HMAC-SHA256 of the secret, 1000 rounds, 32 octets, base64.
export const users = [
    { authid: "tessa", method: "ticket", role: "member", secret: "tessa's ticket" },
    { authid: "carl", method: "wampcra", role: "member", secret: "Gänsefüßchen \"x\"" },
    { authid: "sally", method: "wampcra", role: "member", secret: "correct horse", salt: "pepper-and-salt" },
];
