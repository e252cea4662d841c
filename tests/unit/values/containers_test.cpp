// Lists, dicts, optionals, variants, times, dynamic values: there and back.
#include "client/core/error.hpp"
#include "values_helpers.hpp"

#include <cmath>

using namespace kreisel;
using namespace kreisel::values_test;

namespace {

using Texts = std::vector<std::string>;
using Strings = std::map<std::string, std::string>;
using Choice = std::variant<int, bool, std::string, std::vector<int>>;
using Milliseconds = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;
using Seconds = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;

}  // namespace

BOOST_AUTO_TEST_SUITE(containers)

BOOST_AUTO_TEST_CASE(lists_come_back) {
    BOOST_TEST(comes_back(std::vector<int>{}));
    BOOST_TEST(comes_back(std::vector<int>{1, -2, 3}));
    BOOST_TEST(comes_back(std::vector<std::int8_t>(1000, -7)));
    BOOST_TEST(comes_back(std::vector<bool>{true, false, true}));
    BOOST_TEST(comes_back(std::vector<Texts>{{}, {"a"}, {"b", ""}}));
    BOOST_TEST(comes_back(std::array<int, 3>{1, 2, 3}));
    BOOST_TEST(comes_back(std::array<double, 0>{}));
    BOOST_TEST(comes_back(std::pair<int, std::string>{1, "x"}));
    BOOST_TEST(comes_back(std::tuple<>{}));
    BOOST_TEST(comes_back(std::tuple<int, Texts, std::pair<bool, double>>{1, {"x"}, {true, 0.5}}));
}

BOOST_AUTO_TEST_CASE(dicts_come_back) {
    BOOST_TEST(comes_back(Strings{}));
    BOOST_TEST(comes_back(Strings{{"", "empty"}, {"a b", "c"}, {"\xc3\xa9", "\""}}));
    BOOST_TEST(
        comes_back(std::unordered_map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}}));
    BOOST_TEST(comes_back(std::map<std::string, std::map<std::string, int>>{{"a", {{"b", 1}}}}));
    BOOST_TEST((read_as<Strings>(R"({"a":"first","a":"last"})") == Strings{{"a", "last"}}));
}

BOOST_AUTO_TEST_CASE(fixed_lists_have_just_their_size) {
    BOOST_TEST((verdict<std::array<int, 2>>("[1]")) ==
               "argument 1: expected a list of 2, got a list of 1");
    BOOST_TEST((verdict<std::array<int, 2>>("[1,2,[3,4]]")) ==
               "argument 1: expected a list of 2, got a list of 3");
    BOOST_TEST((verdict<std::pair<int, bool>>("[1,2]")) ==
               "argument 1[1]: expected a boolean, got 2");
    BOOST_TEST((verdict<std::tuple<>>("[0]")) ==
               "argument 1: expected a list of 0, got a list of 1");
    BOOST_TEST((verdict<std::tuple<int>>("{}")) ==
               "argument 1: expected a list of 1, got a dictionary");
    BOOST_TEST((verdict<std::vector<int>>("\"x\"")) == "argument 1: expected a list, got text");
    BOOST_TEST((verdict<Strings>("[]")) == "argument 1: expected a dictionary, got a list");
}

BOOST_AUTO_TEST_CASE(optionals_are_null_or_their_value) {
    BOOST_TEST(comes_back(std::optional<int>{}));
    BOOST_TEST(comes_back(std::optional<int>{5}));
    BOOST_TEST(comes_back(std::vector<std::optional<std::string>>{{}, "x"}));
    BOOST_TEST(comes_back(std::optional<Texts>{Texts{"a"}}));
    BOOST_TEST(verdict<std::optional<bool>>("1") ==
               "argument 1: expected a boolean or null, got 1");
    BOOST_TEST((verdict<std::optional<std::array<int, 2>>>("[1]")) ==
               "argument 1: expected a list of 2 or null, got a list of 1");
    BOOST_TEST(verdict<std::optional<std::vector<bool>>>("[true,1]") ==
               "argument 1[1]: expected a boolean, got 1");
}

BOOST_AUTO_TEST_CASE(of_a_variant_the_first_alternative_that_fits_is_taken) {
    BOOST_TEST(comes_back(Choice{5}));
    BOOST_TEST(comes_back(Choice{true}));
    BOOST_TEST(comes_back(Choice{"x"}));
    BOOST_TEST(comes_back(Choice{std::vector<int>{1, 2}}));
    BOOST_TEST((read_as<std::variant<int, double>>("2.0") == std::variant<int, double>(2)));
    BOOST_TEST((read_as<std::variant<double, int>>("2") == std::variant<double, int>(2.0)));
    BOOST_TEST(
        (read_as<std::variant<std::uint8_t, int>>("256") == std::variant<std::uint8_t, int>(256)));
    BOOST_TEST((read_as<std::variant<std::vector<int>, Texts>>(R"(["a"])") ==
                std::variant<std::vector<int>, Texts>(Texts{"a"})));
    BOOST_TEST((read_as<std::tuple<std::variant<std::vector<int>, std::vector<double>>, int>>(
                    "[[1,2.5],7]") ==
                std::tuple<std::variant<std::vector<int>, std::vector<double>>, int>(
                    std::vector{1.0, 2.5}, 7)));
    BOOST_TEST(verdict<Choice>("null") ==
               "argument 1: expected an integer in [-2147483648, 2147483647], a boolean, text or a "
               "list, got null");
}

BOOST_AUTO_TEST_CASE(durations_are_the_count_of_their_unit) {
    BOOST_TEST(comes_back(std::chrono::nanoseconds(INT64_MAX)));
    BOOST_TEST(comes_back(std::chrono::hours(-3)));
    BOOST_TEST(comes_back(std::chrono::duration<double>(1.5)));
    BOOST_TEST(written(std::chrono::milliseconds(1500)) == "[1500]");
    BOOST_TEST(verdict<std::chrono::seconds>("1.5") == "argument 1: expected an integer, got 1.5");
}

BOOST_AUTO_TEST_CASE(points_in_time_are_rfc_3339_text) {
    using namespace std::chrono;
    const sys_days day = year{2026} / November / 22;
    const Seconds second = day + hours(7) + minutes(51) + seconds(3);

    BOOST_TEST(written(second) == R"(["2026-11-22T07:51:03Z"])");
    BOOST_TEST(written(Milliseconds(second) + 120ms) == R"(["2026-11-22T07:51:03.120Z"])");
    BOOST_TEST(written(system_clock::time_point(second) + 1us) ==
               R"(["2026-11-22T07:51:03.000001Z"])");
    BOOST_TEST(written(system_clock::time_point(second) + 1ns) ==
               R"(["2026-11-22T07:51:03.000000001Z"])");
    BOOST_TEST(written(Milliseconds(-1ms)) == R"(["1969-12-31T23:59:59.999Z"])");
    BOOST_TEST(written(Seconds(sys_days(year{9999} / December / 31))) ==
               R"(["9999-12-31T00:00:00Z"])");
    BOOST_CHECK_THROW(static_cast<void>(written(Seconds(sys_days(year{10000} / January / 1)))),
                      client::Error);
    BOOST_TEST(comes_back(system_clock::time_point(second) + 123456789ns));
    BOOST_TEST(comes_back(Milliseconds(-1ms)));
}

BOOST_AUTO_TEST_CASE(points_in_time_are_read_with_any_offset_and_from_milliseconds) {
    using namespace std::chrono;
    const Milliseconds expected(1700000000123ms);
    const std::string wanted =
        "argument 1: expected a time, as RFC 3339 text or milliseconds since 1970, got ";

    BOOST_TEST((read_as<Milliseconds>(R"("2023-11-14T23:13:20.123456+01:00")") == expected));
    BOOST_TEST((read_as<Milliseconds>("1700000000123") == expected));
    BOOST_TEST((read_as<Milliseconds>("1700000000123.0") == expected));
    BOOST_TEST((read_as<Seconds>("-1") == Seconds(-1s)));
    BOOST_TEST(verdict<Milliseconds>("\"yesterday\"") == wanted + "text");
    BOOST_TEST(verdict<Milliseconds>("9000000000000") == wanted + "9000000000000");
    BOOST_TEST(verdict<Milliseconds>("-9000000000000") == wanted + "-9000000000000");
    BOOST_TEST(verdict<Milliseconds>("true") == wanted + "true");
}

BOOST_AUTO_TEST_CASE(a_messagepack_timestamp_is_a_point_in_time) {
    Payload payload = make_payload({"x"}, {}, Encoding::msgpack);
    constexpr std::array<std::uint8_t, 7> octets = {0x91, 0xd6, 0xff, 0x65, 0x53, 0xf1, 0x00};
    payload.bytes = SharedBytes::copy_of(octets);

    const auto read = read_arguments<Seconds>(payload);

    BOOST_REQUIRE(read);
    BOOST_TEST((std::get<0>(*read) == Seconds(std::chrono::seconds(1700000000))));
}

BOOST_AUTO_TEST_CASE(dynamic_values_come_back_whole) {
    const Value value(List{nullptr, true, -1, std::uint64_t{UINT64_MAX}, 0.5, "x", Blob{{1}},
                           List{}, Dict{{"a", List{Dict{}}}, {"", 2}}});
    BOOST_TEST(comes_back(value));
    BOOST_TEST(comes_back(Value(Dict{{"a", 1}})));
    BOOST_TEST(comes_back(Dict{{"a", List{1, 2}}}));
    BOOST_TEST(comes_back(List{1, "x"}));
    BOOST_TEST(comes_back(Dict{}));
    BOOST_TEST(comes_back(std::vector<Dict>{{}, {{"a", 1}}}));
    BOOST_TEST(verdict<Dict>("[]") == "argument 1: expected a dictionary, got a list");
    BOOST_TEST(verdict<List>("{}") == "argument 1: expected a list, got a dictionary");
}

BOOST_AUTO_TEST_SUITE_END()
