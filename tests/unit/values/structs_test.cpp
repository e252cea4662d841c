// Structs and enums of one's own: by the macros, by hand, by specialised traits.
#include "client/core/error.hpp"
#include "values_helpers.hpp"

using namespace kreisel;
using namespace kreisel::values_test;

namespace shop {

enum class Size : std::uint8_t { small, medium, large };
KREISEL_ENUM(Size, small, medium, large)

struct Position {
    std::string article;
    double price = 0;
    Size size = Size::medium;
    bool operator==(const Position&) const = default;
};
KREISEL_STRUCT(Position, article, price, size)

struct Order {
    std::uint32_t number = 0;
    std::vector<Position> positions;
    std::optional<std::string> note;
    bool operator==(const Order&) const = default;
};
KREISEL_STRUCT(Order, number, positions, note);

struct Book {
    std::map<std::string, std::vector<Order>> orders;
    bool operator==(const Book&) const = default;
};
KREISEL_STRUCT(Book, orders)

/// Holds others of its own kind.
struct Tree {
    int value = 0;
    std::vector<Tree> branches;
    bool operator==(const Tree&) const = default;
};
KREISEL_STRUCT(Tree, value, branches)

/// Is no Tree on the wire, though it is one in C++.
struct Oak : Tree {};

struct Outer {
    struct Inner {
        int a = 0;
        bool operator==(const Inner&) const = default;
    };
    Inner inner;
    bool operator==(const Outer&) const = default;
};
KREISEL_STRUCT(Outer::Inner, a)
KREISEL_STRUCT(Outer, inner)

/// Its key is no name of C++.
struct Article {
    int number = 0;
    bool operator==(const Article&) const = default;
};
constexpr auto kreisel_fields(client::TypeTag<Article>) {
    return std::make_tuple(client::Field("article-number", &Article::number));
}

/// Has traits of its own.
struct Colour {
    std::uint8_t red = 0, green = 0;
    bool operator==(const Colour&) const = default;
};

/// Its traits take what they then refuse.
struct Loud {
    std::string text;
    bool operator==(const Loud&) const = default;
};

struct Wide {
    int a = 0, b = 1, c = 2, d = 3, e = 4, f = 5, g = 6, h = 7, i = 8, j = 9, k = 10, l = 11,
        m = 12, n = 13, o = 14, p = 15, q = 16, r = 17, s = 18, t = 19, u = 20, v = 21, w = 22,
        x = 23, y = 24, z = 25;
    bool operator==(const Wide&) const = default;
};
KREISEL_STRUCT(Wide, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z)

}  // namespace shop

template <>
struct kreisel::client::ValueTraits<shop::Colour> {
    static std::string name() { return "a colour"; }
    // The simplest form that a user may write: not a template.
    static void write(const shop::Colour& colour, ValueSink& sink) {
        sink.on_list_begin(2);
        sink.on_int(colour.red);
        sink.on_int(colour.green);
        sink.on_list_end();
    }
    static bool read(ValueReader& in, shop::Colour& colour) {
        std::pair<std::uint8_t, std::uint8_t> both;
        if (!read_value(in, both)) return false;
        colour = {both.first, both.second};
        return true;
    }
};

template <>
struct kreisel::client::ValueTraits<shop::Loud> {
    static std::string name() { return "loud text"; }
    static void write(const shop::Loud& loud, ValueSink& sink) { sink.on_text(loud.text); }
    static bool read(ValueReader& in, shop::Loud& loud) {
        const auto text = in.cursor().read_text();
        if (!text || !text->ends_with('!')) return in.mismatch<shop::Loud>();
        loud.text = *text;
        return true;
    }
};

// What is no value: handlers, tokens, pointers, things without traits.
namespace {

struct NoValue {};
constexpr auto handler = [](int) {};

static_assert(Encodable<shop::Order> && Decodable<shop::Order>);
static_assert(Encodable<const shop::Tree&> && Decodable<std::vector<shop::Tree>>);
static_assert(Encodable<const char (&)[4]> && Encodable<char (&)[4]> && Encodable<std::string&&>);
static_assert(Encodable<std::string_view> && !Decodable<std::string_view>);
static_assert(Encodable<std::vector<const char*>> && !Decodable<std::vector<const char*>>);
static_assert(!Encodable<shop::Oak> && !Encodable<NoValue> && !Decodable<NoValue>);
static_assert(!Encodable<decltype(handler)> && !Encodable<void (*)(int)> && !Encodable<void (&)()>);
static_assert(!Encodable<int*> && !Encodable<const void*> && !Encodable<char> &&
              !Encodable<char32_t>);
static_assert(!Encodable<std::vector<NoValue>> && !Encodable<std::optional<NoValue>> &&
              !Encodable<std::tuple<int, NoValue>> && !Encodable<std::variant<NoValue>> &&
              !Encodable<std::map<std::string, NoValue>> && !Encodable<std::map<int, int>>);
static_assert(Argument<decltype(kwargs(Dict{}))> && Argument<Rest> && !Argument<NoValue>);
static_assert(!Encodable<decltype(kwargs(Dict{}))> && !Encodable<Rest>);
static_assert(DictLike<Dict> && DictLike<shop::Order> && !DictLike<List> && !DictLike<int>);
static_assert(Parameter<Kwargs<Dict>> && Parameter<Rest> && !Parameter<NoValue>);
static_assert(ResultType<void> && ResultType<Reply> && ResultType<std::tuple<int, bool>>);

const shop::Order order{7, {{"tea", 1.5, shop::Size::small}, {"milk", 2, shop::Size::large}}, {}};

}  // namespace

BOOST_AUTO_TEST_SUITE(structs)

BOOST_AUTO_TEST_CASE(structs_come_back) {
    BOOST_TEST(comes_back(order));
    BOOST_TEST(comes_back(shop::Order{8, {}, "in a hurry"}));
    BOOST_TEST(comes_back(shop::Book{{{"today", {order, {}}}, {"", {}}}}));
    BOOST_TEST(comes_back(shop::Tree{1, {{2, {}}, {3, {{4, {}}}}}}));
    BOOST_TEST(comes_back(shop::Outer{{5}}));
    BOOST_TEST(comes_back(shop::Article{5}));
    BOOST_TEST(comes_back(shop::Colour{1, 255}));
    BOOST_TEST(comes_back(std::vector<shop::Wide>(3)));
}

BOOST_AUTO_TEST_CASE(structs_are_dicts_by_the_names_of_their_members) {
    BOOST_TEST(written(order) ==
               R"([{"number":7,"positions":[{"article":"tea","price":1.5,"size":"small"},)"
               R"({"article":"milk","price":2.0,"size":"large"}]}])");
    BOOST_TEST(written(shop::Article{5}) == R"([{"article-number":5}])");
    BOOST_TEST(written(shop::Size::medium) == R"(["medium"])");
    BOOST_CHECK_THROW(static_cast<void>(written(static_cast<shop::Size>(9))), client::Error);
}

BOOST_AUTO_TEST_CASE(keys_come_in_any_order_and_unknown_ones_are_ignored) {
    const shop::Order expected{7, {}, "x"};

    BOOST_TEST(
        (read_as<shop::Order>(
             R"({"more":{"note":[1]},"note":"x","positions":[],"":null,"number":7})") == expected));
    BOOST_TEST(
        (read_as<shop::Order>(R"({"number":1,"positions":[],"number":7,"note":"x"})") == expected));
    BOOST_TEST((read_as<shop::Order>(R"({"number":7,"positions":[],"note":null})") ==
                shop::Order{7, {}, {}}));
}

BOOST_AUTO_TEST_CASE(a_mismatch_tells_the_place_in_the_struct) {
    BOOST_TEST(verdict<shop::Order>(R"({"positions":[]})") ==
               "argument 1.number: expected an integer in [0, 4294967295], got nothing");
    BOOST_TEST(verdict<shop::Order>(R"({"number":null,"positions":[]})") ==
               "argument 1.number: expected an integer in [0, 4294967295], got null");
    BOOST_TEST(verdict<shop::Order>(
                   R"({"number":1,"positions":[{"article":"a","price":1,"size":"huge"}]})") ==
               "argument 1.positions[0].size: expected \"small\", \"medium\" or \"large\", "
               "got other text");
    BOOST_TEST(
        verdict<shop::Book>(R"({"orders":{"a b":[{"number":1,"positions":[{"article":5}]}]}})") ==
        "argument 1.orders[\"a b\"][0].positions[0].article: expected text, got 5");
    BOOST_TEST(verdict<shop::Order>("[]") == "argument 1: expected a dictionary, got a list");
    BOOST_TEST(verdict<shop::Size>("1") ==
               "argument 1: expected \"small\", \"medium\" or \"large\", got 1");
}

BOOST_AUTO_TEST_CASE(traits_may_take_a_value_before_they_refuse_it) {
    using shop::Loud;
    BOOST_TEST(comes_back(Loud{"a!"}));
    BOOST_TEST(verdict<Loud>("\"a\"") == "argument 1: expected loud text, got text");
    BOOST_TEST(verdict<std::optional<Loud>>("\"a\"") ==
               "argument 1: expected loud text or null, got text");
    BOOST_TEST(verdict<std::vector<Loud>>("[\"a!\",\"b\"]") ==
               "argument 1[1]: expected loud text, got text");
    BOOST_TEST((verdict<std::variant<std::vector<Loud>, Loud>>("[\"a\"]")) ==
               "argument 1: expected a list or loud text, got a list");
    BOOST_TEST((verdict<std::tuple<std::variant<Loud, int>, Loud>>("[\"a!\",\"b\"]")) ==
               "argument 1[1]: expected loud text, got text");
}

BOOST_AUTO_TEST_CASE(a_mismatch_shows_no_more_of_a_key_than_fits_a_line) {
    using Map = std::map<std::string, bool>;
    const std::string long_key = std::string(39, 'x') + "\xc3\xa9" + std::string(5000, 'x');

    BOOST_TEST(verdict<Map>("{\"" + long_key + "\":1}") ==
               "argument 1[\"" + std::string(39, 'x') + "...\"]: expected a boolean, got 1");
    BOOST_TEST(verdict<Map>(R"({"a\nb":1})") == "argument 1[\"a?b\"]: expected a boolean, got 1");
    BOOST_TEST(verdict<Map>(R"({"":1})") == "argument 1[\"\"]: expected a boolean, got 1");
}

BOOST_AUTO_TEST_SUITE_END()
