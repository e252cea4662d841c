// Peer program: wampy in Node.

import { readFileSync } from "node:fs";

import { Wampy } from "wampy";
import { CborSerializer } from "wampy/CborSerializer.js";
import { JsonSerializer } from "wampy/JsonSerializer.js";
import { MsgpackSerializer } from "wampy/MsgpackSerializer.js";
import { sign as sign_by_key } from "wampy/cryptosign.js";
import { sign } from "wampy/wampcra.js";
import WebSocket from "ws";

import { Fault } from "./answer.mjs";
import { say, serve } from "./control.mjs";
import { decode_value, encode_value } from "./notation.mjs";

const serializers = { json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer };
const payload_serializers = Object.fromEntries(
    Object.entries(serializers).map(([name, Serializer]) => [name, new Serializer()]),
);
const sessions = new Map();
const calls = new Map();

function log_in_of(auth) {
    if (!auth) return {};
    const { authid, methods, secret, pubkey } = auth;
    const sign_cra = sign(secret);
    const onChallenge = (method, extra) => {
        if (method === "ticket") return secret;
        const sign_it = method === "cryptosign" ? sign_by_key(secret) : sign_cra;
        return sign_it(method, extra);
    };
    const authextra = pubkey ? { pubkey } : {};
    return { authid, authmethods: methods, authextra, onChallenge };
}

async function settled(promise) {
    try {
        return await promise;
    } catch (error) {
        if (!error?.errorUri) throw error;
        throw new Fault(
            error.errorUri, encode_value(error.argsList ?? []), encode_value(error.argsDict ?? {}),
        );
    }
}

function facts_of(wampy, details) {
    return {
        id: String(wampy.getSessionId()),
        authid: details.authid,
        authrole: details.authrole,
        authmethod: details.authmethod,
    };
}

/// The WebSocket of a client with a certificate of its own.
function certified(file) {
    const own = readFileSync(file);
    return class extends WebSocket {
        constructor(url, protocols) {
            super(url, protocols, { cert: own, key: own });
        }
    };
}

async function connect(message) {
    const { session, certificate } = message;
    const wampy = new Wampy(message.url, {
        realm: message.realm,
        ws: certificate ? certified(certificate) : WebSocket,
        serializer: new serializers[message.serializer](),
        payloadSerializers: payload_serializers,
        autoReconnect: Boolean(message.retry),
        reconnectInterval: 300,
        maxRetries: 60,
        onClose: () => say({ event: "lost", session, reason: "closed", will_retry: false }),
        onReconnect: () => say({ event: "retrying", session }),
        onReconnectSuccess: (details) => {
            // wampy renews subscriptions and registrations after this, on its own.
            say({ event: "joined", session, ...facts_of(wampy, details) });
        },
        onError: () => {},
        ...log_in_of(message.auth),
    });
    const facts = facts_of(wampy, await settled(wampy.connect()));
    sessions.set(session, { wampy, binary: message.binary });
    say({ event: "joined", session, ...facts });
    return facts;
}

/// An authorizer: what it says is in the name of what is asked for.
function judge([session, uri, action]) {
    const { authrole } = session;
    say({ event: "judged", id: String(session.session), authrole, uri, action });
    if (uri.includes(".broken.")) throw { error: "com.interop.error.broken" };
    if (uri.includes(".cached.")) return { allow: true, cache: true };
    return uri.includes(".allowed.");
}

function behaviour_of(message) {
    let sum = 0;
    return ({ argsList, argsDict, details, result_handler }) => {
        const args = argsList ?? [];
        const kwargs = argsDict ?? {};
        switch (message.behaviour) {
            case "echo":
                say({
                    event: "invoked", session: message.session, procedure: message.procedure,
                    args: encode_value(args), kwargs: encode_value(kwargs),
                });
                return { argsList: args, argsDict: kwargs };
            case "count":
                return { argsList: [args.length, Object.keys(kwargs).length] };
            case "mirror": {
                const { ppt_scheme, ppt_serializer } = details;
                const options = { ppt_scheme, ppt_serializer };
                return { argsList: args, argsDict: kwargs, options };
            }
            case "none":
                return undefined;
            case "fail":
                throw { error: "com.interop.error.custom", argsList: args, argsDict: kwargs };
            case "judge":
                return { argsList: [judge(args)] };
            case "progress":
                for (let part = 1; details.receive_progress && part < args[0]; ++part) {
                    result_handler({ argsList: [part], options: { progress: true } });
                }
                return { argsList: [args[0]] };
            case "sum":
                sum += args[0];
                if (details.progress) return { argsList: [sum], options: { progress: true } };
                return { argsList: [sum] };
            case "wait":
                say({
                    event: "waiting", session: message.session, procedure: message.procedure,
                    call: args[0],
                });
                return new Promise(() => {});
            default:
                throw new Error(`unknown behaviour ${message.behaviour}`);
        }
    };
}

function opened(message) {
    const entry = sessions.get(message.session);
    if (!entry) throw new Error(`session ${message.session} is not open`);
    return entry;
}

/// wampy takes both parts in one object, and nothing at all for no payload.
function payload_of(message, binary) {
    const argsList = decode_value(message.args, binary);
    const argsDict = decode_value(message.kwargs, binary);
    const has_kwargs = Object.keys(argsDict).length > 0;
    if (argsList.length === 0 && !has_kwargs) return null;
    return has_kwargs ? { argsList, argsDict } : { argsList };
}

/// wampy asks for progressive results by a callback.
function call_options_of(message) {
    const { receive_progress, ...options } = message.options ?? {};
    const parts = [];
    if (receive_progress) {
        options.progress_callback = ({ argsList }) => parts.push(encode_value(argsList[0]));
    }
    return { options, parts };
}

function result_of({ details, argsList, argsDict }) {
    return {
        scheme: details?.ppt_scheme,
        args: encode_value(argsList ?? []), kwargs: encode_value(argsDict ?? {}),
    };
}

serve({
    connect,
    async register(message) {
        await settled(opened(message).wampy.register(message.procedure, behaviour_of(message)));
    },
    async subscribe(message) {
        const { session, name, topic } = message;
        const handler = ({ details, argsList, argsDict }) => {
            say({
                event: "event", session, subscription: name, topic: details.topic ?? topic,
                scheme: details.ppt_scheme,
                args: encode_value(argsList ?? []), kwargs: encode_value(argsDict ?? {}),
            });
        };
        const answer = await settled(
            opened(message).wampy.subscribe(topic, handler, message.options),
        );
        return { subscription: encode_value(answer.subscriptionId) };
    },
    async publish(message) {
        const { wampy, binary } = opened(message);
        const options = decode_value(message.options, binary);
        const answer = await settled(
            wampy.publish(message.topic, payload_of(message, binary), options),
        );
        return { publication: encode_value(answer.publicationId) };
    },
    async call(message) {
        const { wampy, binary } = opened(message);
        const { options, parts } = call_options_of(message);
        const call = wampy.call(message.procedure, payload_of(message, binary), options);
        calls.set(message.call, { wampy, id: wampy.getOpStatus().reqId });
        return { ...result_of(await settled(call)), parts };
    },
    /// Sends each of `args` as one part of the payload of one call.
    async call_in_parts(message) {
        const { options, parts } = call_options_of(message);
        const [first, ...rest] = decode_value(message.args);
        const call = opened(message).wampy.progressiveCall(message.procedure, [first], options);
        rest.forEach((part, index) => {
            call.sendData([part], { progress: index + 1 < rest.length });
        });
        return { ...result_of(await settled(call.result)), parts };
    },
    async cancel({ call, mode }) {
        const { wampy, id } = calls.get(call);
        wampy.cancel(id, mode ? { mode } : undefined);
    },
    async leave(message) {
        const entry = sessions.get(message.session);
        sessions.delete(message.session);
        await entry?.wampy.disconnect();
    },
});
