// scenario: runs scenario texts through one kind of driver.
//
//     scenario --driver pure TEXT...                 all three encodings through the pure core
//     scenario --driver ws:cbor --router PATH TEXT...  a router process, one wire, one encoding

#include "tests/scenario/lib/network_driver.hpp"
#include "tests/scenario/lib/pure_driver.hpp"
#include "tests/scenario/lib/runner.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

namespace kreisel::scenario {

namespace {

struct Arguments {
    std::string driver;
    std::string router;
    std::vector<std::string> texts;
};

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw TextError("cannot read " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

Arguments parse_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        std::string* const option = word == "--driver"   ? &arguments.driver
                                    : word == "--router" ? &arguments.router
                                                         : nullptr;
        if (option == nullptr) {
            arguments.texts.push_back(word);
        } else if (i + 1 < argc) {
            *option = argv[++i];
        }
    }
    return arguments;
}

struct Text {
    std::string path;
    Script script;
};

/// 1 for a failure, which is printed.
int run_one(const Text& text, const std::string& name, Driver& driver) {
    const auto failure = run_script(text.script, driver);
    if (!failure) return 0;
    std::cout << text.path << ":" << failure->line << " [" << name << "] " << text.script.title
              << "\n    line:     " << failure->source << "\n    expected: " << failure->expected
              << "\n    got:      " << failure->got << "\n";
    return 1;
}

bool is_for(const Script& script, Encoding encoding) {
    return !script.only || *script.only == encoding;
}

int run_pure(const std::vector<Text>& texts) {
    int failures = 0;
    int runs = 0;
    for (const Text& text : texts) {
        for (const auto encoding : {Encoding::json, Encoding::msgpack, Encoding::cbor}) {
            if (!is_for(text.script, encoding)) continue;
            const auto driver = make_pure_driver(text.script, encoding);
            failures += run_one(text, "pure " + std::string(to_text(encoding)), *driver);
            ++runs;
        }
    }
    std::cout << runs << " runs, " << failures << " failed\n";
    return failures == 0 && runs > 0 ? 0 : 1;
}

int run_network(const std::vector<Text>& texts, const Arguments& arguments) {
    std::vector<Text> fitting;
    for (const Text& text : texts) {
        if (text.script.pure_reason.empty()) fitting.push_back(text);
    }
    std::vector<Script> scripts;
    for (const Text& text : fitting) scripts.push_back(text.script);
    const Wiring wiring = parse_wiring(arguments.driver);
    NetworkRouter router(arguments.router, scripts);
    int failures = 0;
    int runs = 0;
    for (std::size_t i = 0; i < fitting.size(); ++i) {
        if (!is_for(fitting[i].script, wiring.encoding)) continue;
        const auto driver = router.make_driver(i, wiring);
        failures += run_one(fitting[i], arguments.driver, *driver);
        ++runs;
    }
    std::cout << runs << " texts over " << arguments.driver << ", " << failures << " failed\n";
    if (!router.stop()) {
        std::cout << "the router did not end with status 0\n";
        ++failures;
    }
    return failures == 0 && runs > 0 ? 0 : 1;
}

int run(int argc, char** argv) {
    const Arguments arguments = parse_arguments(argc, argv);
    std::vector<Text> texts;
    for (const std::string& path : arguments.texts) {
        try {
            texts.push_back({path, parse_script(read_file(path))});
        } catch (const TextError& error) {
            std::cout << path << ": " << error.what() << "\n";
            return 1;
        }
    }
    return arguments.driver == "pure" ? run_pure(texts) : run_network(texts, arguments);
}

}  // namespace

}  // namespace kreisel::scenario

int main(int argc, char** argv) {
    try {
        return kreisel::scenario::run(argc, argv);
    } catch (const std::exception& error) {
        std::cout << "scenario: " << error.what() << "\n";
        return 1;
    }
}
