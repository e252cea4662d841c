// Random values of random depth: what is sent is what comes, in every encoding, and all three say
// the same. The seed is printed on failure.
#include "values_helpers.hpp"

#include <random>

using namespace kreisel;
using namespace kreisel::values_test;

namespace {

constexpr unsigned seed = 20261122;
constexpr int rounds = 400;

struct Leaf {
    bool flag = false;
    std::optional<std::int64_t> number;
    std::string text;
    Blob binary;
    bool operator==(const Leaf&) const = default;
};
KREISEL_STRUCT(Leaf, flag, number, text, binary)

using Either = std::variant<std::monostate, bool, std::int64_t, std::string, Leaf, Blob>;

struct Branch {
    std::vector<Either> list;
    std::map<std::string, Branch> branches;
    std::tuple<std::uint64_t, double, std::int8_t> numbers;
    std::unordered_map<std::string, std::vector<float>> floats;
    Value any;
    bool operator==(const Branch&) const = default;
};
KREISEL_STRUCT(Branch, list, branches, numbers, floats, any)

class Maker {
  public:
    explicit Maker(unsigned from) : random_(from) {}

    Branch branch(int depth) {
        Branch made;
        for (int i = below(4); i > 0; --i) made.list.push_back(either());
        for (int i = depth == 0 ? 0 : below(3); i > 0; --i) {
            made.branches[text()] = branch(depth - 1);
        }
        made.numbers = {random_() >> below(64), real(), static_cast<std::int8_t>(random_())};
        for (int i = below(3); i > 0; --i) {
            made.floats[text()] = {static_cast<float>(below(1000)) / 8, -0.5F};
        }
        made.any = any(depth + 1);
        return made;
    }

  private:
    int below(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

    std::int64_t integer() { return static_cast<std::int64_t>(random_()) >> below(64); }

    double real() {
        const double value = std::bit_cast<double>(random_());
        return std::isfinite(value) ? value : 0.5;
    }

    std::string text() {
        // Text that JSON escapes, and of every length of UTF-8. Not U+0000 at the start, which
        // JSON may take for binary.
        static constexpr std::array<std::string_view, 8> pieces = {
            "a", "\"", "\\u0000", "\n", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "/\x7f"};
        std::string made;
        for (int i = below(12); i > 0; --i) made += pieces[random_() % pieces.size()];
        if (!made.empty() && below(5) == 0) made += '\0';
        return made;
    }

    Blob blob() {
        Blob made;
        for (int i = below(20); i > 0; --i) {
            made.bytes.push_back(static_cast<std::uint8_t>(random_()));
        }
        return made;
    }

    Either either() {
        switch (below(6)) {
            case 0:
                return std::monostate{};
            case 1:
                return below(2) == 0;
            case 2:
                return integer();
            case 3:
                return text();
            case 4: {
                const bool has_number = below(2) == 0;
                return Leaf{below(2) == 0,
                            has_number ? std::optional<std::int64_t>(integer()) : std::nullopt,
                            text(), blob()};
            }
            default:
                return blob();
        }
    }

    Value any(int depth) {
        switch (below(depth == 0 ? 7 : 9)) {
            case 0:
                return nullptr;
            case 1:
                return below(2) == 0;
            case 2:
                return integer();
            case 3:
                return std::uint64_t{random_()};
            case 4:
                return real();
            case 5:
                return text();
            case 6:
                return blob();
            case 7: {
                List list;
                for (int i = below(4); i > 0; --i) list.push_back(any(depth - 1));
                return list;
            }
            default: {
                Dict dict;
                for (int i = below(4); i > 0; --i) dict.set(text(), any(depth - 1));
                return dict;
            }
        }
    }

    std::mt19937_64 random_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(properties)

BOOST_AUTO_TEST_CASE(what_is_sent_is_what_comes) {
    for (unsigned round = 0; round < rounds; ++round) {
        const Branch sent = Maker(seed + round).branch(3);
        BOOST_TEST_CONTEXT("seed " << seed + round) { BOOST_REQUIRE(comes_back(sent)); }
    }
}

BOOST_AUTO_TEST_CASE(all_encodings_say_the_same) {
    for (unsigned round = 0; round < rounds; ++round) {
        const Branch sent = Maker(seed + round).branch(2);
        BOOST_TEST_CONTEXT("seed " << seed + round) {
            const Payload json = make_arguments(Encoding::json, sent, kwargs(sent));
            for (const Encoding encoding : all_encodings) {
                const Payload other = make_arguments(encoding, sent, kwargs(sent));
                BOOST_REQUIRE(payload_bytes(other, Encoding::json).text() == json.bytes.text());

                const auto dynamic = read_arguments<Value, Kwargs<Dict>>(arrived(other));
                const Arguments expected = read_payload(json);
                BOOST_REQUIRE(dynamic);
                BOOST_REQUIRE((std::get<0>(*dynamic) == expected.args.at(0)));
                BOOST_REQUIRE((std::get<1>(*dynamic).value == expected.kwargs));
            }
        }
    }
}

// A payload read as what it is not: an answer, and never a crash.
BOOST_AUTO_TEST_CASE(values_read_as_others_are_a_mismatch_or_fit) {
    for (unsigned round = 0; round < rounds; ++round) {
        const Branch sent = Maker(seed + round).branch(2);
        for (const Encoding encoding : all_encodings) {
            const Payload payload = arrived(make_arguments(
                encoding, sent.any, sent.list, sent.branches, sent.numbers, kwargs(sent)));
            const auto read =
                read_arguments<Either, std::vector<Leaf>, std::optional<Leaf>, Branch>(
                    payload, Surplus::ignored);
            BOOST_TEST((read || read.error().path.starts_with("argument ")));
            const auto named = read_arguments<Rest, Kwargs<std::map<std::string, Either>>>(payload);
            BOOST_TEST((named || named.error().path.starts_with("kwargs.")));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
