// wamp-scram as an application in Node answers it: no client library of the tests has it, but
// Autobahn|JS hands through what it needs.

import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

/// One log-in. `authextra` goes into HELLO, answer() makes AUTHENTICATE of CHALLENGE, and
/// knows_password() tells of WELCOME whether the router has proved itself.
export class Scram {
    constructor({ authid, secret }) {
        this.authid = authid;
        this.password = secret;
        this.nonce = randomBytes(16).toString("base64");
        this.authextra = { nonce: this.nonce, channel_binding: null };
    }

    answer({ nonce, salt, iterations }) {
        const octets = Buffer.from(salt, "base64");
        const salted = pbkdf2Sync(this.password, octets, iterations, 32, "sha256");
        const said = `n=${this.authid},r=${this.nonce},r=${nonce},s=${salt},i=${iterations},` +
            `c=biws,r=${nonce}`;
        const key = hmac(salted, "Client Key");
        const signature = hmac(createHash("sha256").update(key).digest(), said);
        this.verifier = hmac(hmac(salted, "Server Key"), said).toString("base64");
        const proof = key.map((octet, i) => octet ^ signature[i]).toString("base64");
        return [proof, { nonce, channel_binding: null, cbind_data: null }];
    }

    knows_password(welcome) {
        return welcome.authextra?.verifier === this.verifier;
    }
}
