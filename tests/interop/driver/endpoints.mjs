// Who takes part: every client library, over each of its transports and serializers.
//
// `binary` says how bytes are written with that client and serializer. "bytes": the language's own
// byte type. "text": its JSON has none, so users write WAMP's "\0" + base64 by hand and read it as
// text (python3-autobahn does that by itself). `numbers` "one": the language does not tell 3 from
// 3.0; "two": it does.

function endpoint(peer, transport, serializer, facts) {
    const short = transport === "websocket" ? "ws" : "rs";
    const batched = facts.batched ? "_batched" : "";
    const name = `${peer}_${short}_${serializer}${batched}`;
    return { name, peer, transport, serializer, ...facts };
}

const javascript = { numbers: "one", binary: "bytes" };
const javascript_json = { numbers: "one", binary: "text" };
const python = { numbers: "two", binary: "bytes" };
const cplusplus = { numbers: "two", binary: "bytes" };

export const endpoints = [
    endpoint("autobahn", "websocket", "json", javascript_json),
    endpoint("autobahn", "websocket", "msgpack", javascript),
    endpoint("autobahn", "websocket", "cbor", javascript),
    endpoint("autobahn", "rawsocket", "json", javascript_json),
    endpoint("wampy", "websocket", "json", javascript_json),
    endpoint("wampy", "websocket", "msgpack", javascript),
    endpoint("wampy", "websocket", "cbor", javascript),
    endpoint("browser", "websocket", "json", javascript_json),
    endpoint("browser", "websocket", "msgpack", javascript),
    endpoint("browser", "websocket", "cbor", javascript),
    endpoint("asyncio", "websocket", "json", python),
    endpoint("asyncio", "websocket", "msgpack", python),
    endpoint("asyncio", "websocket", "cbor", python),
    // Its batched JSON ends messages with the wrong octet, so it is not in the table.
    endpoint("asyncio", "websocket", "msgpack", { ...python, batched: true }),
    endpoint("asyncio", "websocket", "cbor", { ...python, batched: true }),
    // Debian's version joins over RawSocket on Twisted only.
    endpoint("twisted", "rawsocket", "json", python),
    endpoint("twisted", "rawsocket", "msgpack", python),
    endpoint("twisted", "rawsocket", "cbor", python),
    endpoint("kreisel", "websocket", "json", cplusplus),
    endpoint("kreisel", "websocket", "msgpack", cplusplus),
    endpoint("kreisel", "websocket", "cbor", cplusplus),
    endpoint("kreisel", "rawsocket", "msgpack", cplusplus),
];

export const peer_kinds = ["autobahn", "wampy", "browser", "asyncio", "twisted", "kreisel"];
