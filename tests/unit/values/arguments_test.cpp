// Arguments as a whole: places, kwargs, what is missing and what is too much.
#include "client/core/error.hpp"
#include "values_helpers.hpp"

using namespace kreisel;
using namespace kreisel::values_test;

namespace {

struct Options {
    int limit = 0;
    std::optional<std::string> order;
    bool operator==(const Options&) const = default;
};
KREISEL_STRUCT(Options, limit, order)

using Optional = std::optional<int>;

/// Why `elements` are no such arguments, "taken" if they are; the same in every encoding.
template <class... T>
std::string verdict_of(std::string_view elements, Surplus surplus = Surplus::refused) {
    std::string said;
    for (const Encoding encoding : all_encodings) {
        const auto read =
            read_arguments<T...>(values_test::payload_of(elements, encoding), surplus);
        const std::string now = read ? "taken" : read.error().text();
        if (encoding == Encoding::json) said = now;
        if (now != said) said.append(" | ").append(now);
    }
    return said;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(arguments)

BOOST_AUTO_TEST_CASE(arguments_and_kwargs_come_back_as_they_were) {
    for (const Encoding encoding : all_encodings) {
        const Payload payload =
            arrived(make_arguments(encoding, 7, "home", kwargs(Options{5, "up"})));
        const auto back = read_arguments<int, std::string, Kwargs<Options>>(payload);

        BOOST_REQUIRE(back);
        BOOST_TEST(std::get<0>(*back) == 7);
        BOOST_TEST(std::get<1>(*back) == "home");
        BOOST_TEST(std::get<2>(*back)->limit == 5);
        BOOST_TEST((*std::get<2>(*back)).order.value() == "up");
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_written_where_nothing_is_to_say) {
    for (const Encoding encoding : all_encodings) {
        BOOST_TEST(make_arguments(encoding).empty());
        BOOST_TEST(make_arguments(encoding, kwargs(Dict{})).empty());
        BOOST_TEST(make_arguments(encoding, Rest{}).empty());
        BOOST_TEST(make_arguments(encoding, 1, kwargs(Dict{})).elements == 1);
        BOOST_TEST(make_arguments(encoding, kwargs({{"a", 1}})).elements == 2);
    }
    BOOST_TEST(make_arguments(Encoding::json, kwargs({{"a", 1}})).bytes.text() == R"([],{"a":1})");
    BOOST_TEST(make_arguments(Encoding::json, kwargs(Options{})).bytes.text() ==
               R"([],{"limit":0})");
}

BOOST_AUTO_TEST_CASE(values_match_those_of_the_codec) {
    const List list{1, "x", 2.5, nullptr, true, Blob{{1}}, List{1, List{}}, Dict{{"a", Dict{}}}};
    const Dict named{{"b", 1}, {"c", List{nullptr}}};
    for (const Encoding encoding : all_encodings) {
        BOOST_TEST(make_arguments(encoding, Rest{list}, kwargs(named)).bytes.text() ==
                   make_payload(list, named, encoding).bytes.text());
    }
}

BOOST_AUTO_TEST_CASE(only_optional_arguments_may_be_missing) {
    BOOST_TEST((verdict_of<int, Optional, Optional>("[1]")) == "taken");
    BOOST_TEST((verdict_of<Optional>("[]")) == "taken");
    BOOST_TEST((verdict_of<Optional>("[null]")) == "taken");
    BOOST_TEST((verdict_of<>("[]")) == "taken");
    BOOST_TEST((verdict_of<int, std::string>("[1]")) == "argument 2: expected text, got nothing");
    BOOST_TEST((verdict_of<bool>("[]")) == "argument 1: expected a boolean, got nothing");
    BOOST_TEST((verdict_of<bool>("[],{\"a\":1}")) == "argument 1: expected a boolean, got nothing");
    BOOST_TEST((verdict_of<Optional, bool>("[1]")) ==
               "argument 2: expected a boolean, got nothing");
    BOOST_TEST((verdict_of<Optional>("[\"x\"]")) ==
               "argument 1: expected an integer in [-2147483648, 2147483647] or null, got text");
}

BOOST_AUTO_TEST_CASE(too_many_arguments_are_refused_or_ignored) {
    BOOST_TEST((verdict_of<int>("[1,2,[3]]")) == "arguments: expected at most 1, got 3");
    BOOST_TEST((verdict_of<>("[1]")) == "arguments: expected none, got 1");
    BOOST_TEST((verdict_of<int>("[1,2,[3]]", Surplus::ignored)) == "taken");
    BOOST_TEST((verdict_of<>("[1,{\"a\":[2]}]", Surplus::ignored)) == "taken");
    BOOST_TEST((verdict_of<int, Kwargs<Options>>("[1,[2],{\"k\":3}],{\"limit\":4}",
                                                 Surplus::ignored)) == "taken");
}

BOOST_AUTO_TEST_CASE(kwargs_are_read_as_a_whole) {
    BOOST_TEST((verdict_of<Kwargs<Options>>(R"([],{"limit":1,"other":[1,{}],"order":"x"})")) ==
               "taken");
    BOOST_TEST((verdict_of<Kwargs<Options>, int>(R"([3],{"limit":1})")) == "taken");
    BOOST_TEST((verdict_of<Kwargs<Dict>>("[]")) == "taken");
    BOOST_TEST((verdict_of<int>(R"([1],{"limit":1})")) == "taken");
    BOOST_TEST((verdict_of<Kwargs<Options>>("[]")) ==
               "kwargs.limit: expected an integer in [-2147483648, 2147483647], got nothing");
    BOOST_TEST((verdict_of<Kwargs<Options>>(R"([],{"limit":"x"})")) ==
               "kwargs.limit: expected an integer in [-2147483648, 2147483647], got text");
    BOOST_TEST((verdict_of<Kwargs<std::map<std::string, bool>>>(R"([],{"a":true,"b":2})")) ==
               "kwargs.b: expected a boolean, got 2");
}

BOOST_AUTO_TEST_CASE(kwargs_with_a_key_twice_are_not_sent) {
    Dict twice{{"a", 1}};
    twice.append("a", 2);
    for (const Encoding encoding : all_encodings) {
        BOOST_CHECK_THROW(static_cast<void>(make_arguments(encoding, kwargs(twice))),
                          client::Error);
        BOOST_CHECK_THROW(static_cast<void>(make_result(encoding, Reply{{}, twice})),
                          client::Error);
        BOOST_CHECK_NO_THROW(static_cast<void>(make_arguments(encoding, twice)));
    }
}

BOOST_AUTO_TEST_CASE(rest_takes_all_that_is_left) {
    for (const Encoding encoding : all_encodings) {
        const auto payload =
            values_test::payload_of(R"([1,"x",[2,{"a":null}]],{"limit":3})", encoding);
        const auto read = read_arguments<int, Rest, Kwargs<Options>>(payload);

        BOOST_REQUIRE(read);
        BOOST_TEST((std::get<1>(*read).values == List{"x", List{2, Dict{{"a", nullptr}}}}));
        BOOST_TEST(std::get<2>(*read)->limit == 3);
        BOOST_TEST((verdict_of<int, Rest>("[1]")) == "taken");
        BOOST_TEST((verdict_of<Rest>("[]")) == "taken");
    }
}

BOOST_AUTO_TEST_CASE(a_payload_in_the_place_of_args_is_one_argument) {
    Payload payload = make_payload({Blob{{1, 2}}}, {}, Encoding::msgpack);
    payload.bytes = payload.bytes.slice(1, payload.bytes.size() - 1);
    payload.is_opaque = true;

    const auto read = read_arguments<Blob>(payload);

    BOOST_REQUIRE(read);
    BOOST_TEST((std::get<0>(*read).bytes == std::vector<std::uint8_t>{1, 2}));
    BOOST_TEST(read_arguments<int>(payload).error().text() ==
               "argument 1: expected an integer in [-2147483648, 2147483647], got binary data");
}

BOOST_AUTO_TEST_SUITE_END()
