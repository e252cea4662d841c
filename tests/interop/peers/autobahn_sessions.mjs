// The operations of a peer on top of Autobahn|JS, the same for Node and for the browser: the
// library is handed in, and so is `emit`, which tells the driver what happens.

import { Fault } from "./answer.mjs";
import { make_procedure } from "./autobahn_procedures.mjs";
import { decode_value, encode_value } from "./notation.mjs";

function fault_of(uri, args, kwargs) {
    return new Fault(uri, encode_value(args ?? []), encode_value(kwargs ?? {}));
}

const serializer_class = {
    json: "JSONSerializer",
    msgpack: "MsgpackSerializer",
    cbor: "CBORSerializer",
};

export class AutobahnSessions {
    /// `Scram` (peers/scram.mjs) where there is one.
    constructor(autobahn, emit, Scram) {
        this.autobahn = autobahn;
        this.emit = emit;
        this.Scram = Scram;
        this.sessions = new Map();
        this.calls = new Map();
    }

    /// Joins; answers when the session is up or refused. Later joins and losses are events.
    connect(message) {
        const options = { realm: message.realm, ...this.#transport_of(message) };
        const scram = message.auth?.methods.includes("wamp-scram")
            ? new this.Scram(message.auth) : null;
        Object.assign(options, this.#log_in_of(message.auth, scram));
        options.initial_retry_delay = 0.3;
        options.retry_delay_growth = 1.1;
        options.max_retries = 40;
        const connection = new this.autobahn.Connection(options);
        const entry = { connection, session: null, binary: message.binary, procedures: [] };
        this.sessions.set(message.session, entry);
        return new Promise((resolve, reject) => {
            connection.onopen = (session, details) => {
                entry.session = session;
                const facts = {
                    id: String(session.id),
                    authid: details.authid,
                    authrole: details.authrole,
                    authmethod: details.authmethod,
                };
                if (scram && !scram.knows_password(details)) {
                    return reject(new Error("the router has not proved itself"));
                }
                return this.#register_again(message.session, entry).then(() => {
                    this.emit({ event: "joined", session: message.session, ...facts });
                    resolve(facts);
                }, reject);
            };
            connection.onclose = (reason, details) => {
                entry.session = null;
                this.emit({
                    event: "lost", session: message.session, reason, will_retry: details.will_retry,
                });
                reject(fault_of(details.reason ?? reason, [details.message ?? ""]));
                return message.retry ? false : true;
            };
            connection.open();
        });
    }

    #transport_of(message) {
        if (message.transport === "rawsocket") {
            const { host, port } = message;
            return { transports: [{ type: "rawsocket", host, port }] };
        }
        const serializer = new this.autobahn.serializer[serializer_class[message.serializer]]();
        return { transports: [{ type: "websocket", url: message.url, serializers: [serializer] }] };
    }

    /// Without a secret, being challenged is a failure.
    #log_in_of(auth, scram) {
        if (!auth) return {};
        const pubkey = auth.pubkey && { pubkey: auth.pubkey, channel_binding: null };
        return {
            authid: auth.authid,
            authmethods: auth.methods,
            authextra: scram?.authextra ?? pubkey,
            onchallenge: (session, method, extra) => {
                if (auth.secret === undefined) throw new Error(`asked for a secret by ${method}`);
                if (method === "wamp-scram") return scram.answer(extra);
                if (method === "ticket") return auth.secret;
                if (method === "cryptosign") return this.#sign(auth.secret, extra);
                const { auth_cra } = this.autobahn;
                const key = extra.salt
                    ? auth_cra.derive_key(auth.secret, extra.salt, extra.iterations, extra.keylen)
                    : auth.secret;
                return auth_cra.sign(key, extra.challenge);
            },
        };
    }

    #sign(seed, extra) {
        const octets = Uint8Array.from(seed.match(/../g), (digits) => Number.parseInt(digits, 16));
        const pair = this.autobahn.nacl.sign.keyPair.fromSeed(octets);
        return this.autobahn.auth_cryptosign.sign_challenge(pair, extra);
    }

    /// Autobahn|JS reconnects by itself, but leaves registrations to the application.
    async #register_again(name, entry) {
        for (const { procedure, behaviour } of entry.procedures) {
            await this.#register_now(name, entry, procedure, behaviour);
        }
    }

    #entry(message) {
        const entry = this.sessions.get(message.session);
        if (!entry?.session) throw new Error(`session ${message.session} is not open`);
        return entry;
    }

    async register(message) {
        const entry = this.#entry(message);
        const { session, procedure, behaviour } = message;
        await this.#register_now(session, entry, procedure, behaviour);
        entry.procedures.push({ procedure, behaviour });
    }

    #register_now(name, entry, procedure, behaviour) {
        const handler = make_procedure(this.autobahn, this.emit, name, procedure, behaviour);
        return this.#settled(entry.session.register(procedure, handler));
    }

    async subscribe(message) {
        const { session, topic, options } = message;
        const handler = (args, kwargs, event) => {
            this.emit({
                event: "event", session, subscription: message.name, topic: event.topic,
                args: encode_value(args ?? []), kwargs: encode_value(kwargs ?? {}),
            });
        };
        const subscription = await this.#settled(
            this.#entry(message).session.subscribe(topic, handler, options),
        );
        return { subscription: encode_value(subscription.id) };
    }

    async publish(message) {
        const { session, binary } = this.#entry(message);
        const publication = await this.#settled(session.publish(
            message.topic,
            decode_value(message.args, binary),
            decode_value(message.kwargs, binary),
            decode_value(message.options, binary),
        ));
        return { publication: encode_value(publication?.id) };
    }

    async call(message) {
        const { session, binary } = this.#entry(message);
        const call = session.call(
            message.procedure,
            decode_value(message.args, binary),
            decode_value(message.kwargs, binary),
            decode_value(message.options ?? {}, binary),
        );
        this.calls.set(message.call, call);
        const parts = [];
        if (message.options?.receive_progress) {
            call.then(() => {}, () => {}, (part) => parts.push(encode_value(part)));
        }
        const result = await this.#settled(call);
        if (result instanceof this.autobahn.Result) {
            return { args: encode_value(result.args), kwargs: encode_value(result.kwargs), parts };
        }
        return { args: [encode_value(result)], kwargs: {}, parts };
    }

    /// Cancels the call that was named `call` when it was made.
    async cancel({ call, mode }) {
        this.calls.get(call).cancel(mode ? { mode } : undefined);
    }

    async #settled(promise) {
        try {
            return await promise;
        } catch (error) {
            if (error instanceof this.autobahn.Error) {
                throw fault_of(error.error, error.args, error.kwargs);
            }
            throw error;
        }
    }

    async leave(message) {
        const entry = this.sessions.get(message.session);
        this.sessions.delete(message.session);
        if (entry && (entry.connection.isOpen || entry.connection.isRetrying)) {
            entry.connection.close(message.reason);
        }
    }

    operations() {
        const names = ["connect", "register", "subscribe", "publish", "call", "cancel", "leave"];
        return Object.fromEntries(names.map((name) => [name, (message) => this[name](message)]));
    }
}
