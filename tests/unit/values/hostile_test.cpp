// What a hostile peer may send: nesting to the limit, counts without end, alternatives that take
// forever, keys and kinds that only one encoding has. Refused or taken, and never slow.
#include "values_helpers.hpp"

#include <chrono>

using namespace kreisel;
using namespace kreisel::values_test;

namespace {

constexpr int door_depth = 64;

struct Nest {
    std::vector<Nest> inside;
    bool operator==(const Nest&) const = default;
};
KREISEL_STRUCT(Nest, inside)

/// Either a sum or a product of two of its kind: each level doubles what may be tried.
struct Term;
struct Sum {
    std::vector<Term> sum;
};
struct Product {
    std::vector<Term> sum;
    int product = 0;
};
struct Term {
    std::variant<Product, Sum> either;
};
KREISEL_STRUCT(Sum, sum)
KREISEL_STRUCT(Product, sum, product)
KREISEL_STRUCT(Term, either)

std::string repeated(std::string_view part, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += part;
    return text;
}

/// Octets as they come within a PUBLISH of MessagePack or CBOR.
Payload payload_of_octets(Encoding encoding, std::string args) {
    using namespace std::string_literals;
    const std::string head =
        encoding == Encoding::cbor ? "\x85\x10\x01\xa0\x61t"s : "\x95\x10\x01\x80\xa1t"s;
    const auto message = decode(encoding, SharedBytes::copy_of(head + args), {});
    BOOST_REQUIRE(message);
    return *kreisel::payload_of(*message);
}

template <class T>
T only(const Payload& payload) {
    auto read = read_arguments<T>(payload);
    if (!read) BOOST_FAIL(read.error().text());
    return std::get<0>(std::move(*read));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile)

BOOST_AUTO_TEST_CASE(nesting_to_the_limit_of_the_door_is_read) {
    // The message, args, and two levels for each Nest.
    constexpr int nests = (door_depth - 2) / 2;
    const std::string text = "[" + repeated(R"({"inside":[)", nests) + repeated("]}", nests) + "]";
    for (const Encoding encoding : all_encodings) {
        const Nest nest = only<Nest>(values_test::payload_of(text, encoding));

        int depth = 1;
        for (const Nest* at = &nest; !at->inside.empty(); at = &at->inside.front()) ++depth;
        BOOST_TEST(depth == nests);
    }
}

BOOST_AUTO_TEST_CASE(a_mismatch_at_the_bottom_tells_the_whole_way) {
    constexpr int nests = 20;
    const std::string text =
        "[" + repeated(R"({"inside":[)", nests) + "7" + repeated("]}", nests) + "]";

    const auto read = read_arguments<Nest>(values_test::payload_of(text));

    BOOST_REQUIRE(!read);
    BOOST_TEST(read.error().path == "argument 1" + repeated(".inside[0]", nests));
    BOOST_TEST(read.error().expected == "a dictionary");
    BOOST_TEST(read.error().got == "7");
}

BOOST_AUTO_TEST_CASE(many_entries_are_read_and_skipped) {
    const std::string text = "[[" + repeated("null,", 200000) + "null]]";
    for (const Encoding encoding : all_encodings) {
        const Payload payload = values_test::payload_of(text, encoding);

        BOOST_TEST(only<std::vector<std::monostate>>(payload).size() == 200001);
        BOOST_TEST((read_arguments<std::tuple<std::monostate>>(payload).error().got) ==
                   "a list of 200001");
        BOOST_TEST((read_arguments<>(payload, Surplus::ignored).has_value()));
    }
}

// Two alternatives at each of n levels are 2^n ways to read it all.
BOOST_AUTO_TEST_CASE(alternatives_within_alternatives_end_soon) {
    constexpr int terms = (door_depth - 2) / 3;
    const std::string text = "[" + repeated(R"({"either":{"sum":[)", terms) +
                             repeated(R"(],"product":"x"}})", terms) + "]";
    for (const Encoding encoding : all_encodings) {
        const Payload payload = values_test::payload_of(text, encoding);

        const auto start = std::chrono::steady_clock::now();
        const auto read = read_arguments<Term>(payload);
        const auto took = std::chrono::steady_clock::now() - start;

        BOOST_REQUIRE(!read);
        BOOST_TEST(read.error().text() ==
                   "argument 1.either: expected a dictionary or a dictionary, got what takes too "
                   "long to tell apart");
        BOOST_TEST((took < std::chrono::seconds(5)));
    }
}

BOOST_AUTO_TEST_CASE(long_lists_of_alternatives_are_read) {
    const std::string text = "[[" + repeated(R"({"sum":[]},)", 20000) + R"({"sum":[]}]])";
    for (const Encoding encoding : all_encodings) {
        using Either = std::variant<int, std::string, Product, Sum>;
        BOOST_TEST(only<std::vector<Either>>(values_test::payload_of(text, encoding)).size() ==
                   20001);
    }
}

BOOST_AUTO_TEST_CASE(what_only_one_encoding_has_is_read_as_the_others_would_say_it) {
    using namespace std::string_literals;
    const auto cbor = [](std::string args) {
        return payload_of_octets(Encoding::cbor, std::move(args));
    };
    const auto msgpack = [](std::string args) {
        return payload_of_octets(Encoding::msgpack, std::move(args));
    };
    using Flags = std::map<std::string, bool>;

    BOOST_TEST((only<std::vector<int>>(cbor("\x9f\x9f\x01\x02\xff\xff"s)) == std::vector{1, 2}));
    BOOST_TEST((only<Flags>(cbor("\x81\xbf\x61\x61\xf5\x20\xf4\xff"s)) ==
                Flags{{"a", true}, {"-1", false}}));
    BOOST_TEST(only<std::string>(cbor("\x81\x7f\x61\x61\x61\x62\xff"s)) == "ab");
    BOOST_TEST((only<Blob>(cbor("\x81\x5f\x41\x01\x41\x02\xff"s)).bytes ==
                std::vector<std::uint8_t>{1, 2}));
    BOOST_TEST((only<Blob>(cbor("\x81\xd8\x40\x41\x05"s)).bytes == std::vector<std::uint8_t>{5}));
    BOOST_TEST(only<int>(cbor("\x81\xc2\x41\x07"s)) == 7);
    BOOST_TEST(only<int>(cbor("\x81\xc3\x41\x07"s)) == -8);
    BOOST_TEST(only<double>(cbor("\x81\xf9\x3c\x00"s)) == 1.0);
    BOOST_TEST(only<int>(cbor("\x81\xf9\x3c\x00"s)) == 1);
    BOOST_TEST(!only<std::optional<int>>(cbor("\x81\xf7"s)));
    BOOST_TEST(read_arguments<std::int64_t>(cbor("\x81\x3b\xff\xff\xff\xff\xff\xff\xff\xff"s))
                   .error()
                   .text() == "argument 1: expected an integer, got -18446744073709551616.0");
    BOOST_TEST((only<Flags>(msgpack("\x91\x84\x01\xc3\xc0\xc2\xc2\xc3\xc4\x01\x01\xc3"s)) ==
                Flags{{"1", true}, {"null", false}, {"false", true}, {"\0AQ=="s, true}}));
    BOOST_TEST(!only<std::optional<int>>(msgpack("\x91\xd4\x00\x00"s)));
    BOOST_TEST((only<Blob>(msgpack("\x91\xd4\x05\x09"s)).bytes == std::vector<std::uint8_t>{9}));
    BOOST_TEST(only<int>(msgpack("\x91\xcb\x40\x59\x00\x00\x00\x00\x00\x00"s)) == 100);
}

BOOST_AUTO_TEST_SUITE_END()
