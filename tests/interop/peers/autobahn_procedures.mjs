// The procedures that a peer on top of Autobahn|JS registers, one for each behaviour.

import { encode_value } from "./notation.mjs";

/// Sends 1, 2... as progressive results if it may, and the number asked for at the end.
function count_up([up_to], details) {
    for (let part = 1; details.progress && part < up_to; ++part) details.progress([part]);
    return up_to;
}

/// An authorizer: what it says is in the name of what is asked for.
function judge(autobahn, [, uri]) {
    if (uri.includes(".broken.")) throw new autobahn.Error("com.interop.error.broken");
    if (uri.includes(".cached.")) return { allow: true, cache: true };
    return uri.includes(".allowed.");
}

export function make_procedure(autobahn, emit, session, procedure, behaviour) {
    return (args, kwargs, details) => {
        args = args ?? [];
        kwargs = kwargs ?? {};
        switch (behaviour) {
            case "echo":
                emit({
                    event: "invoked", session, procedure,
                    args: encode_value(args), kwargs: encode_value(kwargs),
                });
                return new autobahn.Result(args, kwargs);
            case "count":
                return new autobahn.Result([args.length, Object.keys(kwargs).length]);
            case "none":
                return null;
            case "fail":
                throw new autobahn.Error("com.interop.error.custom", args, kwargs);
            case "judge":
                emit({
                    event: "judged", id: String(args[0].session),
                    authrole: args[0].authrole, uri: args[1], action: args[2],
                });
                return judge(autobahn, args);
            case "progress":
                return count_up(args, details);
            case "wait":
                emit({ event: "waiting", session, procedure, call: args[0] });
                return new Promise(() => {});
            default:
                throw new Error(`unknown behaviour ${behaviour}`);
        }
    };
}
