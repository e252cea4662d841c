// What is sent in every cell, in the forms of peers/notation.mjs.

const int = (text) => ({ $int: String(text) });
const float = (text) => ({ $float: String(text) });
const bytes = (hex) => ({ $bytes: hex });

export const mebibyte = 1 << 20;

/// `only` restricts a case to senders whose language has the values.
export const cases = [
    { name: "nothing", args: [], kwargs: {} },
    {
        name: "scalars",
        args: [
            null, true, false, "", int(0), int(1), int(-1), int(23), int(24), int(127), int(128),
            int(-32), int(-33), int(255), int(256), int(65535), int(65536), int(-32769),
            int(2 ** 31), int(2 ** 32), int(-(2 ** 32)), int(2 ** 53 - 1), int(2 ** 53),
            int(-(2 ** 53)),
        ],
        kwargs: { none: null, yes: true, big: int(2 ** 53) },
    },
    {
        name: "floats",
        args: ["0.1", "-2.5", "3.141592653589793", "1e308", "5e-324", "1.0000000000000002", "3.0"]
            .map(float),
        kwargs: { half: float("0.5"), large: float("1e22") },
    },
    {
        name: "text",
        args: [
            "Größe", "世界", "🚗🚙", "a\"b\\c/d", "tab\tline\nnul\0end", "\u2028\u2029\u007f",
            "e\u0301",
        ],
        kwargs: { größe: "ü", with_quote: "\"", 世界: "🌍" },
    },
    {
        name: "nested",
        args: [[], {}, [[], [[null]]], { a: { b: [int(1), { c: null }] } }, [{ list: [{}] }]],
        kwargs: { deep: [[[[[[{ x: [true] }]]]]]], empty: {} },
    },
    { name: "only_kwargs", args: [], kwargs: { a: int(1), b: [null] } },
    {
        name: "binary",
        args: [bytes("00fe01ff"), bytes(""), [bytes("80")]],
        kwargs: { raw: bytes("c3283132"), inside: { list: [bytes("00")] } },
    },
    {
        name: "whole_int64",
        args: [int("9223372036854775807"), int("-9223372036854775808"), int("9007199254740993")],
        kwargs: {},
        only: "two",
    },
    { name: "large_text", args: [{ $text: mebibyte }], kwargs: {} },
    { name: "large_binary", args: [{ $blob: mebibyte }], kwargs: {} },
];

export function cases_of(sender) {
    return cases.filter((each) => !each.only || each.only === sender.numbers);
}
