// common/codec/TRANSCODE.md line by line, and what a table cannot say: depth, kwargs, sizes,
// doubles.
#include "codec_helpers.hpp"
#include "common/codec/cbor.hpp"
#include "common/codec/msgpack.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <sstream>

using namespace kreisel;
using namespace kreisel::codec_test;

namespace {

struct Line {
    std::string from, value, what;
    std::array<std::string, encoding_count> results;
};

std::string trimmed(std::string text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    text = text.substr(first, text.find_last_not_of(' ') - first + 1);
    if (text.size() >= 2 && text.front() == '`') text = text.substr(1, text.size() - 2);
    return text;
}

std::vector<Line> table() {
    std::vector<Line> lines;
    std::istringstream file(file_text(KREISEL_TRANSCODE_TABLE));
    for (std::string row; std::getline(file, row);) {
        if (row.rfind("| json |", 0) != 0 && row.rfind("| msgpack |", 0) != 0 &&
            row.rfind("| cbor |", 0) != 0) {
            continue;
        }
        std::istringstream cells(row.substr(1));
        std::vector<std::string> cell;
        for (std::string text; std::getline(cells, text, '|');) cell.push_back(trimmed(text));
        BOOST_REQUIRE_MESSAGE(cell.size() == 6, row);
        lines.push_back({cell[0], cell[1], cell[5], {cell[2], cell[3], cell[4]}});
    }
    return lines;
}

Encoding encoding_of(const std::string& name) {
    return name == "json" ? Encoding::json : name == "cbor" ? Encoding::cbor : Encoding::msgpack;
}

std::string raw(const std::string& cell, Encoding encoding) {
    if (encoding == Encoding::json) return cell;
    const auto bytes = from_hex(cell);
    return {bytes.begin(), bytes.end()};
}

std::string args_of_one(const std::string& value, Encoding encoding) {
    if (encoding == Encoding::json) return "[" + value + "]";
    return (encoding == Encoding::cbor ? "\x81" : "\x91") + value;
}

std::string publish_of(const std::string& args, Encoding encoding) {
    if (encoding == Encoding::json) return "[16,1,{},\"t\"," + args + "]";
    using namespace std::string_literals;
    return (encoding == Encoding::cbor ? "\x85\x10\x01\xa0\x61t"s : "\x95\x10\x01\x80\xa1t"s) +
           args;
}

std::string shown(std::string_view bytes, Encoding encoding) {
    return encoding == Encoding::json ? std::string(bytes) : to_hex(octets(bytes));
}

/// A list of one double through `encoding` and back.
double through(double value, Encoding encoding) {
    const Payload payload = make_payload({value}, {}, encoding);
    return *read_payload(payload).args.at(0).get_if<double>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transcode)

BOOST_AUTO_TEST_CASE(every_line_of_the_table_holds) {
    const std::vector<Line> lines = table();

    for (const Line& line : lines) {
        const Encoding from = encoding_of(line.from);
        const std::string bytes = publish_of(args_of_one(raw(line.value, from), from), from);
        const auto message = decode(from, SharedBytes::copy_of(bytes), {});
        for (const Encoding to : all_encodings) {
            const std::string& expected = line.results[static_cast<unsigned>(to)];
            BOOST_TEST_CONTEXT(line.from << " " << line.value << " to " << to_text(to)) {
                BOOST_TEST(message.has_value() == (expected != "refused"));
                if (!message) continue;
                const auto payload = payload_bytes(*payload_of(*message), to);
                const std::string wanted = args_of_one(raw(expected, to), to);
                BOOST_TEST(shown(payload.text(), to) == shown(wanted, to));
            }
        }
    }

    BOOST_TEST(lines.size() > 70U);
}

BOOST_AUTO_TEST_CASE(a_transcoded_payload_passes_the_door_again) {
    for (const Line& line : table()) {
        const Encoding from = encoding_of(line.from);
        const std::string bytes = publish_of(args_of_one(raw(line.value, from), from), from);
        const auto message = decode(from, SharedBytes::copy_of(bytes), {});
        if (!message) continue;
        for (const Encoding to : all_encodings) {
            const auto again = decode(to, SharedBytes::copy_of(encode_text(*message, to)), {});

            BOOST_TEST(again.has_value(), line.from << " " << line.value << " to " << to_text(to));
        }
    }
}

BOOST_AUTO_TEST_CASE(kwargs_follow_args_in_every_encoding) {
    const List args = {1, "zwei", Blob{{0, 255}}, List{nullptr, true}};
    const Dict kwargs{{"blob", Blob{{1, 2, 3}}}, {"n", Dict{{"deep", Blob{}}}}, {"d", 2.0}};

    for (const Encoding from : all_encodings) {
        const Payload payload = make_payload(args, kwargs, from);
        for (const Encoding to : all_encodings) {
            Payload other = payload;
            other.bytes = payload_bytes(payload, to);
            other.encoding = to;

            const Arguments arguments = read_payload(other);

            BOOST_TEST((arguments.args == args), to_text(from) << " to " << to_text(to));
            BOOST_TEST((arguments.kwargs == kwargs), to_text(from) << " to " << to_text(to));
        }
    }
}

BOOST_AUTO_TEST_CASE(random_doubles_keep_every_bit) {
    std::uint64_t state = 20261122;
    for (int i = 0; i < 20000; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const auto value = std::bit_cast<double>(state);
        if (value != value || value - value != 0) continue;  // NaN, infinity
        for (const Encoding encoding : all_encodings) {
            BOOST_TEST(std::bit_cast<std::uint64_t>(through(value, encoding)) == state);
        }
    }
}

BOOST_AUTO_TEST_CASE(lists_of_every_header_size_survive) {
    for (const std::size_t size : {0U, 1U, 15U, 16U, 23U, 24U, 255U, 256U, 65535U, 65536U}) {
        List list;
        Dict dict;
        for (std::size_t i = 0; i < size; ++i) {
            list.emplace_back(static_cast<std::int64_t>(i));
            dict.append(std::to_string(i), static_cast<std::int64_t>(i));
        }
        const List args = {list, size <= 256 ? dict : Dict{}};
        const Payload json = make_payload(args, {}, Encoding::json);
        for (const Encoding to : all_encodings) {
            Payload other = json;
            other.bytes = payload_bytes(json, to);
            other.encoding = to;

            BOOST_TEST((read_payload(other).args == args), size << " in " << to_text(to));
            // Definite and shortest: the same as written with known sizes.
            BOOST_TEST((other.bytes.text() == make_payload(args, {}, to).bytes.text()));
        }
    }
}

BOOST_AUTO_TEST_CASE(tag_64_is_a_byte_string_for_cbor_receivers_too) {
    using namespace std::string_literals;
    const auto bytes = SharedBytes::copy_of("\x85\x10\x01\xa0\x61t\x81\xd8\x40\x42\x01\x02"s);

    const auto message = decode(Encoding::cbor, bytes, {});

    BOOST_REQUIRE(message);
    BOOST_TEST(to_hex(payload_of(*message)->bytes.span()) == "81420102");
}

BOOST_AUTO_TEST_SUITE_END()
