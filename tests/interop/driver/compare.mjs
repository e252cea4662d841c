// Whether a value arrived: what was sent, in the driver's form, against what a peer reports.

import {
    bytes_as_text, crc32, from_hex, long_size, make_blob, make_text, to_hex,
} from "../peers/notation.mjs";

const cache = new Map();

function cached(key, make) {
    if (!cache.has(key)) cache.set(key, make());
    return cache.get(key);
}

function text_form(text) {
    if (text.length <= long_size) return text;
    const utf8 = new TextEncoder().encode(text);
    return { $digest: "text", size: utf8.length, crc: crc32(utf8) };
}

function bytes_form(bytes, receiver) {
    if (receiver.binary === "text") return text_form(bytes_as_text(bytes));
    if (bytes.length <= long_size) return { $bytes: to_hex(bytes) };
    return { $digest: "bytes", size: bytes.length, crc: crc32(bytes) };
}

/// JSON with sorted keys, so that the order of a dictionary does not matter.
function show(form) {
    return JSON.stringify(form, (_, value) =>
        value && typeof value === "object" && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
            : value);
}

function same(expected, got, where) {
    if (show(expected) === show(got)) return [];
    return [`${where}: expected ${show(expected)}, got ${show(got)}`];
}

function compare_number(sent, got, sender, receiver, where) {
    const both_tell = sender.numbers === "two" && receiver.numbers === "two";
    if (both_tell) {
        const [kind, text] = Object.entries(sent)[0];
        const [got_kind, got_text] = Object.entries(got ?? {})[0] ?? [];
        const equal = kind === "$int" ? text === got_text : Number(text) === Number(got_text);
        return kind === got_kind && equal ? [] : [`${where}: sent ${show(sent)}, got ${show(got)}`];
    }
    const value = Number(sent.$int ?? sent.$float);
    const arrived = got && typeof got === "object"
        ? Number(got.$number ?? got.$int ?? got.$float)
        : Number.NaN;
    return value === arrived ? [] : [`${where}: sent ${show(sent)}, got ${show(got)}`];
}

/// A list of differences, empty if the value came through.
export function differences(sent, got, sender, receiver, where) {
    if (sent === null || typeof sent !== "object") return same(sent, got, where);
    if (Array.isArray(sent)) {
        if (!Array.isArray(got) || got.length !== sent.length) {
            return [`${where}: expected ${sent.length} elements, got ${show(got)?.slice(0, 200)}`];
        }
        return sent.flatMap((item, index) =>
            differences(item, got[index], sender, receiver, `${where}[${index}]`));
    }
    if ("$int" in sent || "$float" in sent) {
        return compare_number(sent, got, sender, receiver, where);
    }
    if ("$text" in sent) {
        const form = cached(`text ${sent.$text}`, () => text_form(make_text(sent.$text)));
        return same(form, got, where);
    }
    if ("$blob" in sent) {
        const key = `blob ${sent.$blob} ${receiver.binary}`;
        const form = cached(key, () => bytes_form(make_blob(sent.$blob), receiver));
        return same(form, got, where);
    }
    if ("$bytes" in sent) return same(bytes_form(from_hex(sent.$bytes), receiver), got, where);
    if (got === null || typeof got !== "object" || Array.isArray(got)) {
        return [`${where}: expected a dictionary, got ${show(got)}`];
    }
    const names = same(Object.keys(sent).sort(), Object.keys(got).sort(), `${where} keys`);
    if (names.length > 0) return names;
    return Object.keys(sent).flatMap((key) =>
        differences(sent[key], got[key], sender, receiver, `${where}.${key}`));
}

export function payload_differences(sent, got, sender, receiver, where) {
    return [
        ...differences(sent.args, got.args, sender, receiver, `${where} args`),
        ...differences(sent.kwargs, got.kwargs, sender, receiver, `${where} kwargs`),
    ];
}
