// Users files: the same keys and errors as in realms.yaml, what a reload says of them, and printing
// a changed file.
#include "router/config/users_file.hpp"

#include "config_fixture.hpp"
#include "router/config/yaml_print.hpp"
#include "router/config/yaml_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace kreisel;
using namespace kreisel::test;

namespace {

std::string fault_of(const std::string& text) {
    const auto users = parse_users(text, "users.yaml");
    return users ? "taken" : to_text(users.error().front());
}

/// A folder with realms.yaml, users.yaml and whatever a test adds.
struct Folder {
    std::filesystem::path path;

    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "kreisel-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
        std::filesystem::permissions(
            path / name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    ConfigResult load() const {
        write("realms.yaml", listeners_text + realms_text + "      users_file: users.yaml\n");
        return load_config((path / "realms.yaml").string());
    }
};

const std::string joe = "- {authid: joe, role: guest, ticket: secret}\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(users_file)

BOOST_AUTO_TEST_CASE(users_have_the_keys_of_realms_yaml) {
    const auto users = parse_users(joe + "- {authid: sue, role: any, wampcra: {secret: x}}\n", "f");

    BOOST_REQUIRE(users.has_value());
    BOOST_TEST(*users->at("joe").ticket == "secret");
    BOOST_TEST(users->at("sue").wampcra->secret == "x");
    BOOST_TEST(parse_users("", "f")->empty());
    BOOST_TEST(parse_users("[]\n", "f")->empty());
}

BOOST_AUTO_TEST_CASE(errors_name_the_file_and_the_place) {
    BOOST_TEST(fault_of("- {authid: joe, rolle: guest, ticket: x}\n").find("users.yaml:1:") == 0U);
    BOOST_TEST(fault_of(joe + joe).find("users.yaml:2:") == 0U);
    BOOST_TEST(fault_of("users:\n" + joe).find("no list") != std::string::npos);
    BOOST_TEST(fault_of("- [").find("users.yaml:") == 0U);
}

BOOST_AUTO_TEST_CASE(a_realm_has_the_users_of_its_file_beside_its_own) {
    const Folder folder;
    folder.write("users.yaml", joe);
    const auto config = folder.load();

    BOOST_REQUIRE_MESSAGE(config.has_value(), (config ? "" : to_text(config.error().front())));
    BOOST_TEST(config->realms[0].users.empty());
    BOOST_TEST(config->realms[0].file_users.count("joe") == 1U);
    BOOST_TEST(make_access(*config, 1)->realms.at("realm1")->users.count("joe") == 1U);
    BOOST_TEST(effective_text(*config).find("joe") == std::string::npos);
    BOOST_TEST(watched_files(*config).size() == 1U);
}

BOOST_AUTO_TEST_CASE(roles_of_the_file_are_those_of_the_realm) {
    const Folder folder;
    folder.write("users.yaml", "- {authid: joe, role: gest, ticket: x}\n");
    const auto config = folder.load();

    BOOST_REQUIRE(!config.has_value());
    const std::string told = to_text(config.error().front());
    BOOST_TEST(told.find("users.yaml:1:23: [0].role: the realm defines no role 'gest'; did you "
                         "mean 'guest'?") != std::string::npos,
               told);
}

BOOST_AUTO_TEST_CASE(a_reload_says_who_came_went_and_changed_and_no_secret) {
    const Folder folder;
    folder.write("users.yaml", joe + "- {authid: sue, role: guest, ticket: secret}\n");
    const auto before = folder.load();
    folder.write("users.yaml",
                 "- {authid: sue, role: guest, ticket: other-secret}\n"
                 "- {authid: ann, role: guest, ticket: secret}\n");
    const auto after = reread_files(*before);
    BOOST_REQUIRE(after.has_value());
    const ConfigChanges changes = compare(*before, *after);

    BOOST_REQUIRE_EQUAL(changes.words.size(), 1U);
    BOOST_TEST(changes.words[0] ==
               "realms[realm1].authentication.users_file: 1 added (ann) 1 removed (joe) 1 changed "
               "(sue)");
    BOOST_TEST(changes.realms_changed.size() == 1U);
    BOOST_TEST(compare(*after, *reread_files(*after)).empty());
}

BOOST_AUTO_TEST_CASE(a_printed_tree_reads_back_to_itself) {
    for (const std::string text :
         {"- authid: joe\n  role: guest\n  wampcra:\n    secret: x\n    salt: \"a: b\"\n"
          "  cryptosign:\n    - aa\n    - bb\n- authid: \"007 \\\"x\\\"\"\n  role: guest\n",
          "[]\n"}) {
        BOOST_TEST(print_yaml(parse_yaml(text).root) == text);
    }
    const YamlNode flow = parse_yaml("[{a: {}, b: [], c: [1, {d: 2}]}]").root;
    const std::string once = print_yaml(flow);
    BOOST_TEST(print_yaml(parse_yaml(once).root) == once);
}

BOOST_AUTO_TEST_SUITE_END()
