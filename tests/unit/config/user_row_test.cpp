// Rows of a database as users: names of columns, lists, and values that mean nothing but
// themselves.
#include "router/config/user_row.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

namespace {

using Row = std::vector<std::pair<std::string, std::string>>;

std::string fault_of(const Row& row) {
    const auto user = read_user_row(row);
    return user ? "taken" : user.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(user_row)

BOOST_AUTO_TEST_CASE(columns_are_settings_and_maps_by_prefix) {
    const auto user = read_user_row({{"authid", "joe"},
                                     {"role", "frontend"},
                                     {"ticket", "secret"},
                                     {"wampcra_secret", "word"},
                                     {"wampcra.iterations", "5000"}});

    BOOST_REQUIRE_MESSAGE(user.has_value(), (user ? "" : user.error()));
    BOOST_TEST(user->authid == "joe");
    BOOST_TEST(user->credentials.role == "frontend");
    BOOST_TEST(*user->credentials.ticket == "secret");
    BOOST_TEST(user->credentials.wampcra->secret == "word");
    BOOST_TEST(user->credentials.wampcra->iterations == 5000U);
}

BOOST_AUTO_TEST_CASE(an_empty_column_is_no_method) {
    const auto user = read_user_row({{"role", "r"}, {"ticket", "x"}, {"wampcra_secret", ""}});

    BOOST_REQUIRE(user.has_value());
    BOOST_TEST(user->authid.empty());
    BOOST_TEST(!user->credentials.wampcra.has_value());
}

BOOST_AUTO_TEST_CASE(values_name_no_files_and_no_variables) {
    ::setenv("KREISEL_TEST_ROW", "from environment", 1);
    const auto file = read_user_row({{"role", "r"}, {"ticket", "file:/etc/hostname"}});
    const auto variable = read_user_row({{"role", "r"}, {"ticket", "${KREISEL_TEST_ROW}"}});

    BOOST_TEST(*file->credentials.ticket == "file:/etc/hostname");
    BOOST_TEST(*variable->credentials.ticket == "${KREISEL_TEST_ROW}");
}

BOOST_AUTO_TEST_CASE(what_is_no_user_says_which_column) {
    BOOST_TEST(fault_of({{"ticket", "x"}}).find("'role' is missing") != std::string::npos);
    BOOST_TEST(fault_of({{"role", "r"}}).find("no secret") != std::string::npos);
    BOOST_TEST(fault_of({{"role", "r"}, {"tickett", "x"}}).find("tickett") != std::string::npos);
    BOOST_TEST(
        fault_of({{"role", "r"}, {"ticket_hash", "x"}}).find("ticket_hash: is no argon2id") !=
        std::string::npos);
    BOOST_TEST(fault_of({{"role", "r"}, {"role", "s"}, {"ticket", "x"}}).find("second time") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
