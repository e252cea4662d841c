#!/usr/bin/python3
"""Shows that tests/tidy finds each kind of fault, and nothing in a file that has none."""

import unittest

import checks
import rules
import source

HEAD = "// What this is for.\n"
HEADER = "#pragma once\n// What this is for.\n"


def rules_of(path, text):
    return sorted({finding.rule for finding in checks.check_file(path, text)})


def long_body(lines):
    return "    x();\n" * lines


class Files(unittest.TestCase):
    def test_good_file_has_no_finding(self):
        text = HEADER + '\n#include "common/base/bytes.hpp"\n\n#include <chrono>\n'
        self.assertEqual(rules_of("router/core/good.hpp", text), [])

    def test_arrow_upwards(self):
        text = HEAD + '#include "router/access/ingress.hpp"\n'
        self.assertEqual(rules_of("router/core/bad.cpp", text), ["arrow"])

    def test_arrow_between_router_and_client(self):
        self.assertEqual(
            rules_of("client/session.cpp", HEAD + '#include "router/core/realm.hpp"\n'), ["arrow"])
        text = HEAD + '#include "client/session.hpp"\n'
        self.assertEqual(rules_of("router/server/router.cpp", text), ["arrow"])

    def test_folder_without_an_entry(self):
        self.assertEqual(rules_of("gateway/x.cpp", HEAD), ["arrow"])

    def test_tests_may_include_everything(self):
        text = HEAD + '#include "client/session.hpp"\n#include "router/core/realm.hpp"\n'
        self.assertEqual(rules_of("tests/sim/x.cpp", text), [])

    def test_banned_includes_of_pure_folders(self):
        for name in ("thread", "mutex", "boost/asio.hpp", "boost/asio/ip/tcp.hpp", "sys/socket.h",
                     "spdlog/spdlog.h", "iostream", "random", "unistd.h"):
            with self.subTest(name):
                self.assertIn(
                    "pure", rules_of("common/wamp/bad.cpp", HEAD + f"#include <{name}>\n"))
        self.assertIn(
            "pure", rules_of("common/codec/bad.cpp", HEAD + '#include "common/base/log.hpp"\n'))

    def test_the_same_includes_elsewhere(self):
        text = HEAD + "#include <thread>\n#include <boost/asio/ip/tcp.hpp>\n"
        self.assertEqual(rules_of("router/server/good.cpp", text), [])

    def test_banned_calls_of_pure_folders(self):
        for call in ("auto now = std::chrono::steady_clock::now();", "std::cerr << 1;",
                     "auto home = getenv(\"HOME\");", "std::random_device device;",
                     "std::mutex mutex_;", "auto t = time(nullptr);"):
            with self.subTest(call):
                self.assertEqual(rules_of("router/access/bad.cpp", HEAD + call + "\n"), ["pure"])

    def test_calls_in_comments_and_text_are_none(self):
        text = HEAD + '// std::cerr << Clock::now();\nauto text = "Clock::now()";\n'
        self.assertEqual(rules_of("router/core/good.cpp", text), [])

    def test_heavy_header(self):
        for name in ("boost/asio.hpp", "rapidjson/document.h", "msgpack.hpp", "yaml-cpp/yaml.h",
                     "websocketpp/frame.hpp", "cbor.h"):
            with self.subTest(name):
                self.assertEqual(
                    rules_of("router/server/bad.hpp", HEADER + f"#include <{name}>\n"), ["heavy"])

    def test_heavy_header_of_the_client(self):
        text = HEADER + "#include <boost/asio/strand.hpp>\n"
        self.assertEqual(rules_of("client/net/good.hpp", text), [])
        self.assertEqual(rules_of("client/core/bad.hpp", text), ["heavy", "pure"])

    def test_long_file(self):
        text = HEAD * (rules.FILE_LINES_MAX + 1)
        self.assertEqual(rules_of("bench/bad.cpp", text), ["file-length"])
        self.assertEqual(rules_of("bench/good.cpp", HEAD * rules.FILE_LINES_MAX), [])

    def test_long_line(self):
        self.assertEqual(rules_of("bench/bad.cpp", HEAD + "// " + "x" * 98 + "\n"), ["columns"])
        self.assertEqual(rules_of("scripts/bad.py", '"""x"""\n# ' + "x" * 99 + "\n"), ["columns"])

    def test_no_header_comment(self):
        self.assertEqual(rules_of("bench/bad.cpp", "int x;\n"), ["header-comment"])
        self.assertEqual(
            rules_of("bench/bad.hpp", "#pragma once\n#include <vector>\n"), ["header-comment"])
        self.assertEqual(rules_of("scripts/bad", "#!/bin/sh\nexit\n"), ["header-comment"])

    def test_pair_needs_one_comment(self):
        text = '#include "bench/pair.hpp"\n\nint x;\n'
        self.assertEqual(rules_of("bench/pair.cpp", text), [])
        self.assertEqual(rules_of("bench/other.cpp", text), ["header-comment"])

    def test_mark_without_issue(self):
        for mark in ("TODO", "FIXME", "XXX", "HACK", "BOOTSTRAP"):
            with self.subTest(mark):
                self.assertEqual(rules_of("bench/bad.cpp", HEAD + f"// {mark}: later\n"), ["mark"])
        self.assertEqual(rules_of("bench/good.cpp", HEAD + "// TODO(#12): later\n"), [])

    def test_places(self):
        # In pieces, so that this file does not name any.
        for place in ("/wo" "rk/x", "/ho" "me/alice/x", "/ro" "ot/x", "registry." "npmjs.org"):
            with self.subTest(place):
                self.assertEqual(rules_of("docs/bad.md", f"see {place}\n"), ["place"])
        inside = "the router/core folder, router/wo" "rk/x\n"
        self.assertEqual(rules_of("docs/good.md", inside), [])


class Functions(unittest.TestCase):
    def lengths(self, text):
        return [function.lines for function in source.functions_of(text)]

    def test_long_function(self):
        text = HEAD + "int f() {\n" + long_body(rules.FUNCTION_LINES_MAX - 1) + "}\n"
        self.assertEqual(rules_of("bench/bad.cpp", text), ["function-length"])
        text = HEAD + "int f() {\n" + long_body(rules.FUNCTION_LINES_MAX - 2) + "}\n"
        self.assertEqual(rules_of("bench/good.cpp", text), [])

    def test_long_lambda(self):
        for opening in ("auto f = [](int a) -> int {\n", "g(1, [&, self = x()] {\n",
                        "run([this](auto&& a) mutable noexcept {\n"):
            with self.subTest(opening):
                text = HEAD + opening + long_body(rules.FUNCTION_LINES_MAX) + "});\n"
                self.assertEqual(rules_of("bench/bad.cpp", text), ["function-length"])

    def test_long_constructor_with_braces_in_its_list(self):
        text = "A::A(int a)\n    : a_{a}, b_{1, 2} {\n" + long_body(5) + "}\n"
        self.assertEqual(self.lengths(text), [8])

    def test_qualifiers_and_trailing_types(self):
        for head in ("int A::f(int x) const noexcept", "auto f() -> std::vector<int>",
                     "bool f() override", "template <class T> requires A<T> void f(T x)",
                     "A::A(int x) : x_(x), y_(f(x))", "bool operator()(int a) const"):
            with self.subTest(head):
                self.assertEqual(self.lengths(head + " {\n    x();\n}\n"), [3])

    def test_scopes_and_values_are_no_functions(self):
        text = ("namespace a {\nstruct B : C {\n    int x = 1;\n};\nconst int y[] = {1, 2};\n"
                "auto z = Options{.a = 1};\nenum class E { a, b };\n}  // namespace a\n")
        self.assertEqual(self.lengths(text), [])

    def test_control_is_no_function_of_its_own(self):
        text = ("int f() {\n    for (int i = 0; i < 3; ++i) {\n        if (i) {\n        } else {\n"
                "        }\n    }\n    switch (x) {\n        case 1: {\n        }\n    }\n}\n")
        self.assertEqual(self.lengths(text), [11])

    def test_braces_in_text_do_not_count(self):
        text = 'int f() {\n    g("{{", \'{\', R"({{{)", 1\'000);  // {\n}\n'
        self.assertEqual(self.lengths(text), [3])

    def test_macros_are_skipped(self):
        text = "#define F(x) \\\n    int f() { \\\n        x\nint g() {\n}\n"
        self.assertEqual(self.lengths(text), [2])


class Tree(unittest.TestCase):
    paths = ["common/base/a.cpp", "router/core/b.cpp", "docs/x.md", "README.md", ".ci/run"]

    def test_table_is_the_folders(self):
        rows = "| `common/base/` | x |\n| `router/core/` | y |\n| `docs/` | z |\n"
        self.assertEqual(list(checks.check_readme(rows, self.paths)), [])

    def test_missing_and_stale_rows(self):
        rows = "| `common/base/` | x |\n| `gone/` | y |\n| `docs/` | z |\n"
        texts = [finding.text for finding in checks.check_readme(rows, self.paths)]
        self.assertEqual(
            texts,
            ["the table names gone/, which is not there", "the table does not name router/core/"])


class Dependencies(unittest.TestCase):
    def listing(self, *names):
        lines = "".join(f"    {name}\n" for name in names)
        return f"router/core/CMakeFiles/kreisel_core.dir/realm.cpp.o: #deps 2, VALID\n{lines}\n"

    def test_clean(self):
        listing = self.listing("/usr/include/c++/12/vector", "/usr/include/boost/utility.hpp")
        self.assertEqual(list(checks.check_dependencies(listing)), [])

    def test_each_banned_one(self):
        for name in ("/usr/include/boost/asio/io_context.hpp", "/usr/include/c++/12/mutex",
                     "/usr/include/c++/12/thread", "/usr/include/spdlog/spdlog.h",
                     "/usr/include/websocketpp/server.hpp"):
            with self.subTest(name):
                self.assertEqual(len(list(checks.check_dependencies(self.listing(name)))), 1)

    def test_impure_folders_are_free(self):
        listing = self.listing("/usr/include/c++/12/mutex")
        listing = listing.replace("kreisel_core", "kreisel_server")
        self.assertEqual(list(checks.check_dependencies(listing)), [])

    def test_objects_are_counted(self):
        self.assertEqual(checks.pure_objects(self.listing())["router/core"], 1)
        self.assertEqual(checks.pure_objects(self.listing())["common/wamp"], 0)


if __name__ == "__main__":
    unittest.main()
