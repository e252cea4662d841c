// Numbers, booleans, null, text, binary data: there and back, and to the ends of their ranges.
#include "client/core/error.hpp"
#include "values_helpers.hpp"

#include <cmath>
#include <limits>

using namespace kreisel;
using namespace kreisel::values_test;
using namespace std::string_literals;

namespace {

enum class Level : std::uint8_t { low = 1, high = 200 };

template <class T>
void check_range(const std::string& below, const std::string& above, const std::string& name) {
    using Limits = std::numeric_limits<T>;
    BOOST_TEST(comes_back(Limits::min()));
    BOOST_TEST(comes_back(Limits::max()));
    BOOST_TEST(comes_back(T{0}));
    BOOST_TEST(verdict<T>(below) == "argument 1: expected " + name + ", got " + below);
    BOOST_TEST(verdict<T>(above) == "argument 1: expected " + name + ", got " + above);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scalars)

BOOST_AUTO_TEST_CASE(integers_come_back_up_to_the_ends_of_their_range_and_no_further) {
    check_range<std::int8_t>("-129", "128", "an integer in [-128, 127]");
    check_range<std::uint8_t>("-1", "256", "an integer in [0, 255]");
    check_range<std::int16_t>("-32769", "32768", "an integer in [-32768, 32767]");
    check_range<std::uint16_t>("-1", "65536", "an integer in [0, 65535]");
    check_range<std::int32_t>("-2147483649", "2147483648",
                              "an integer in [-2147483648, 2147483647]");
    check_range<std::uint32_t>("-1", "4294967296", "an integer in [0, 4294967295]");
    check_range<std::int64_t>("-9223372036854775808.0", "9223372036854775808", "an integer");
    check_range<std::uint64_t>("-1", "18446744073709551616.0",
                               "an integer in [0, 18446744073709551615]");
}

BOOST_AUTO_TEST_CASE(integral_floats_are_integers_up_to_two_to_the_53rd) {
    BOOST_TEST(read_as<int>("7.0") == 7);
    BOOST_TEST(read_as<int>("-2e3") == -2000);
    BOOST_TEST(read_as<std::uint64_t>("9007199254740992.0") == 9007199254740992U);
    BOOST_TEST(read_as<std::int64_t>("-9007199254740992.0") == -9007199254740992);
    BOOST_TEST(verdict<std::int64_t>("9007199254740994.0") ==
               "argument 1: expected an integer, got 9007199254740994.0");
    BOOST_TEST(verdict<int>("7.5") ==
               "argument 1: expected an integer in [-2147483648, 2147483647], got 7.5");
}

BOOST_AUTO_TEST_CASE(floats_take_integers_and_what_they_can_hold) {
    for (const double value : {0.0, -0.0, 1.5, 1e300, 5e-324, 0.1, 100.0}) {
        BOOST_TEST(comes_back(value), value);
    }
    BOOST_TEST(comes_back(0.1F));
    BOOST_TEST(comes_back(std::numeric_limits<float>::max()));
    BOOST_TEST(read_as<double>("3") == 3.0);
    BOOST_TEST(read_as<double>("18446744073709551615") == 18446744073709551615.0);
    BOOST_TEST(read_as<float>("-3") == -3.0F);
    BOOST_TEST(verdict<float>("1e39") ==
               "argument 1: expected a number in the range of float, got 1e+39");
    BOOST_TEST(verdict<double>("\"1\"") == "argument 1: expected a number, got text");
    BOOST_TEST(written(100.0) == "[100.0]");
}

BOOST_AUTO_TEST_CASE(json_has_no_infinity_and_no_nan) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const Encoding encoding : {Encoding::msgpack, Encoding::cbor}) {
        const auto back = read_arguments<double, float, double>(
            arrived(make_arguments(encoding, infinity, -infinity, std::nan(""))));
        BOOST_REQUIRE(back);
        BOOST_TEST(std::get<0>(*back) == infinity);
        BOOST_TEST(std::get<1>(*back) == -std::numeric_limits<float>::infinity());
        BOOST_TEST(std::isnan(std::get<2>(*back)));
    }
    BOOST_TEST(written(infinity) == "[null]");
    BOOST_TEST(verdict<double>("null") == "argument 1: expected a number, got null");
}

BOOST_AUTO_TEST_CASE(booleans_and_null_are_nothing_else) {
    BOOST_TEST(comes_back(true));
    BOOST_TEST(comes_back(false));
    BOOST_TEST(comes_back(nullptr));
    BOOST_TEST(comes_back(std::monostate{}));
    BOOST_TEST(verdict<bool>("0") == "argument 1: expected a boolean, got 0");
    BOOST_TEST(verdict<bool>("null") == "argument 1: expected a boolean, got null");
    BOOST_TEST(verdict<int>("true") ==
               "argument 1: expected an integer in [-2147483648, 2147483647], got true");
    BOOST_TEST(verdict<std::monostate>("false") == "argument 1: expected null, got false");
    BOOST_TEST(verdict<std::nullptr_t>("[]") == "argument 1: expected null, got a list");
}

BOOST_AUTO_TEST_CASE(text_comes_back_octet_by_octet) {
    for (const std::string& text :
         {""s, "plain"s, "\"quoted\" \\ \n \x01 \x7f"s, "\xc3\xa9\xf0\x9f\x98\x80"s,
          std::string(70000, 'x'), "a\0b"s}) {
        BOOST_TEST(comes_back(text));
    }
    BOOST_TEST(read_as<std::string>(R"("\u00e9\/\ud83d\ude00")") == "\xc3\xa9/\xf0\x9f\x98\x80");
    BOOST_TEST(written("literal") == R"(["literal"])");
    BOOST_TEST(written(std::string_view("view")) == R"(["view"])");
    BOOST_TEST(verdict<std::string>("5") == "argument 1: expected text, got 5");
    BOOST_TEST(verdict<std::string>("\"\\u0000AQ==\"") ==
               "argument 1: expected text, got binary data");
}

BOOST_AUTO_TEST_CASE(text_that_is_no_utf8_is_not_sent) {
    const auto is_refused = [](const client::Error& error) {
        return error.uri() == "wamp.error.invalid_argument";
    };
    for (const Encoding encoding : all_encodings) {
        BOOST_CHECK_EXCEPTION(static_cast<void>(make_arguments(encoding, "\xff")), client::Error,
                              is_refused);
        BOOST_CHECK_EXCEPTION(static_cast<void>(make_arguments(encoding, Value("\xed\xa0\x80"))),
                              client::Error, is_refused);
        BOOST_CHECK_EXCEPTION(
            static_cast<void>(make_arguments(encoding, kwargs(Dict{{"\x80", 1}}))), client::Error,
            is_refused);
        BOOST_CHECK_EXCEPTION(
            static_cast<void>(make_arguments(encoding, std::map<std::string, int>{{"\xc0", 1}})),
            client::Error, is_refused);
    }
}

BOOST_AUTO_TEST_CASE(octets_of_every_kind_are_binary_data) {
    using Octets = std::vector<std::uint8_t>;
    const Octets three = {1, 2, 255};

    BOOST_TEST(comes_back(Blob{three}));
    BOOST_TEST(comes_back(Blob{}));
    BOOST_TEST(comes_back(three));
    BOOST_TEST(comes_back(Octets(70000, 7)));
    BOOST_TEST(comes_back(std::vector<std::byte>{std::byte{1}, std::byte{255}}));
    BOOST_TEST(comes_back(std::array<std::uint8_t, 4>{1, 2, 3, 4}));
    BOOST_TEST(comes_back(std::array<std::byte, 2>{std::byte{0}, std::byte{9}}));
    const std::string expected = R"(["\u0000AQL/"])";
    BOOST_TEST(written(three) == expected);
    BOOST_TEST(written(std::span<const std::uint8_t>(three)) == expected);
    BOOST_TEST(written(std::as_bytes(std::span(three))) == expected);
    BOOST_TEST(verdict<Blob>("\"AQL/\"") == "argument 1: expected binary data, got text");
    BOOST_TEST(verdict<Octets>("[1,2]") == "argument 1: expected binary data, got a list");
    BOOST_TEST((verdict<std::array<std::uint8_t, 2>>("\"\\u0000AQL/\"")) ==
               "argument 1: expected binary data of 2 octets, got 3 octets");
}

BOOST_AUTO_TEST_CASE(enums_without_names_are_their_number) {
    BOOST_TEST((read_as<Level>("200") == Level::high));
    BOOST_TEST(written(Level::low) == "[1]");
    BOOST_TEST(verdict<Level>("256") == "argument 1: expected an integer in [0, 255], got 256");
}

BOOST_AUTO_TEST_CASE(ids_are_integers_that_every_peer_holds_exactly) {
    BOOST_TEST(comes_back(SessionId(id_max)));
    BOOST_TEST(comes_back(RequestId(1)));
    BOOST_TEST(verdict<SessionId>("0") ==
               "argument 1: expected an id, an integer in [1, 9007199254740992], got 0");
    BOOST_TEST(verdict<SessionId>("9007199254740993") ==
               "argument 1: expected an id, an integer in [1, 9007199254740992], "
               "got 9007199254740993");
}

BOOST_AUTO_TEST_SUITE_END()
