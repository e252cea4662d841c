// What an error of the client tells.
#include "client/core/error.hpp"

#include <boost/test/unit_test.hpp>

using kreisel::client::Error;

BOOST_AUTO_TEST_SUITE(client_error)

BOOST_AUTO_TEST_CASE(its_text_is_the_uri_and_the_first_text_of_its_arguments) {
    BOOST_TEST(Error("com.example.error.odd").what() == std::string("com.example.error.odd"));
    BOOST_TEST(Error("com.example.error.odd", {"three", 3}).what() ==
               std::string("com.example.error.odd: three"));
    BOOST_TEST(Error("com.example.error.odd", {3}).what() == std::string("com.example.error.odd"));
}

BOOST_AUTO_TEST_CASE(its_text_may_come_from_the_message_of_its_kwargs) {
    const Error error("com.example.error.odd", {3}, {{"message", "three is odd"}});

    BOOST_TEST(error.what() == std::string("com.example.error.odd: three is odd"));
    BOOST_TEST(error.uri() == "com.example.error.odd");
}

BOOST_AUTO_TEST_SUITE_END()
