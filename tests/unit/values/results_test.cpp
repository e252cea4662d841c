// Results: what a procedure returns, and what a caller asks of it.
#include "values_helpers.hpp"

using namespace kreisel;
using namespace kreisel::values_test;

namespace {

/// Why `elements` are no T, "taken" if they are.
template <class T>
std::string verdict_of(std::string_view elements) {
    const auto read = read_result<T>(values_test::payload_of(elements, Encoding::cbor));
    return read ? "taken" : read.error().text();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(results)

BOOST_AUTO_TEST_CASE(one_result_comes_back) {
    for (const Encoding encoding : all_encodings) {
        BOOST_TEST(*read_result<int>(arrived(make_result(encoding, 7))) == 7);
        BOOST_TEST(*read_result<std::string>(arrived(make_result(encoding, "x"))) == "x");
        BOOST_TEST(!read_result<std::optional<int>>(make_arguments(encoding))->has_value());
    }
    BOOST_TEST((verdict_of<int>("[1,2,{}],{\"a\":1}")) == "taken");
    BOOST_TEST((verdict_of<void>("[1,2,{}],{\"a\":1}")) == "taken");
    BOOST_TEST((verdict_of<void>("[]")) == "taken");
    BOOST_TEST((verdict_of<bool>("[]")) == "result 1: expected a boolean, got nothing");
    BOOST_TEST((verdict_of<bool>("[1]")) == "result 1: expected a boolean, got 1");
}

BOOST_AUTO_TEST_CASE(a_tuple_is_several_results_and_a_pair_is_one) {
    using Both = std::tuple<int, std::string>;
    for (const Encoding encoding : all_encodings) {
        const Payload payload = arrived(make_result(encoding, Both(7, "x")));

        BOOST_TEST((*read_result<Both>(payload) == Both(7, "x")));
        BOOST_TEST(*read_result<int>(payload) == 7);
        BOOST_TEST(
            (*read_result<std::tuple<Rest>>(payload) == std::tuple<Rest>(Rest{List{7, "x"}})));
    }
    BOOST_TEST(make_result(Encoding::json, std::pair(1, 2)).bytes.text() == "[[1,2]]");
    BOOST_TEST((verdict_of<std::tuple<int, bool>>("[1,2]")) ==
               "result 2: expected a boolean, got 2");
    BOOST_TEST((verdict_of<std::tuple<int, bool>>("[1]")) ==
               "result 2: expected a boolean, got nothing");
    BOOST_TEST((verdict_of<std::tuple<int, std::optional<bool>>>("[1]")) == "taken");
    BOOST_TEST((verdict_of<std::tuple<>>("[1,2]")) == "taken");
}

BOOST_AUTO_TEST_CASE(a_reply_is_all_that_came) {
    const Reply reply{{1, "x"}, {{"a", List{2}}}};
    for (const Encoding encoding : all_encodings) {
        BOOST_TEST((*read_result<Reply>(arrived(make_result(encoding, reply))) == reply));
        BOOST_TEST((*read_result<Reply>(make_arguments(encoding)) == Reply{}));
    }
}

BOOST_AUTO_TEST_CASE(named_results_are_kwargs) {
    using Map = std::map<std::string, int>;
    for (const Encoding encoding : all_encodings) {
        const Payload payload = arrived(make_result(encoding, kwargs(Map{{"a", 1}})));

        BOOST_TEST((read_result<Kwargs<Map>>(payload)->value == Map{{"a", 1}}));
        BOOST_TEST(payload.elements == 2);
    }
    BOOST_TEST((verdict_of<Kwargs<std::map<std::string, bool>>>("[],{\"a\":1}")) ==
               "kwargs.a: expected a boolean, got 1");
}

BOOST_AUTO_TEST_CASE(a_payload_passes_as_it_is) {
    const Payload payload = values_test::payload_of(R"([1,"x"],{"a":2})");
    for (const Encoding encoding : all_encodings) {
        const Payload passed = make_result(encoding, payload);

        BOOST_TEST((passed.encoding == encoding));
        BOOST_TEST(passed.elements == 2);
        BOOST_TEST((read_payload(arrived(passed)).args == List{1, "x"}));
        BOOST_TEST(read_result<Payload>(passed)->bytes.data() == passed.bytes.data());
    }
}

BOOST_AUTO_TEST_SUITE_END()
