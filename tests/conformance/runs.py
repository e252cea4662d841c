"""Which tests exist in a build folder, and which of them passed in one run of ctest.

A test is named as ctest names it (`scenario/rpc/order`), or with a case of its program or script
behind a colon (`unit_core: broker/payload_is_forwarded_as_it_is`, `wire_reload: test_x`).
"""

import os
import re
import subprocess


def commands_of(folder):
    """Each test of a build folder with its command, from the files that CMake writes for ctest.

    `ctest --show-only` would tell the same, but it empties the log of a run under way.
    """
    path = os.path.join(folder, "CTestTestfile.cmake")
    result = {}
    if not os.path.exists(path):
        return result
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for name, rest in re.findall(r"^add_test\((?:\[=*\[)?([^\]\s]+)(?:\]=*\])? (.*)\)$", text,
                                 re.MULTILINE):
        result[name] = re.findall(r'"((?:[^"\\]|\\.)*)"', rest)
    for below in re.findall(r'^subdirs\("([^"]+)"\)', text, re.MULTILINE):
        result.update(commands_of(os.path.join(folder, below)))
    return result


class Tests:
    """What ctest knows, and the cases of its programs, asked for once each."""

    def __init__(self, build):
        self.commands = commands_of(build)
        self._cases = {}

    def cases_of(self, test):
        """Cases of a Boost.Test program or of a script with test_* functions."""
        if test not in self._cases:
            self._cases[test] = self._ask(self.commands[test])
        return self._cases[test]

    @staticmethod
    def _ask(command):
        script = next((word for word in command if word.endswith(".py")), None)
        if script:
            with open(script, encoding="utf-8") as file:
                return set(re.findall(r"^def (test_\w+)\(", file.read(), re.MULTILINE))
        if not any(word.startswith("--log_level=") for word in command):
            return set()
        if not os.path.exists(command[0]):
            raise FileNotFoundError(f"{command[0]} is not built")
        done = subprocess.run([command[0], "--list_content"], capture_output=True, text=True,
                              check=False)
        return boost_cases(done.stderr + done.stdout)

    def fault_of(self, name):
        """Why there is no such test, or nothing."""
        test, _, case = name.partition(": ")
        if test not in self.commands:
            return f"there is no test {test}"
        if case and case not in self.cases_of(test):
            return f"{test} has no case {case}"
        return None


def boost_cases(listing):
    """Paths of the enabled suites and cases of `--list_content`."""
    paths = set()
    open_suites = []
    for line in listing.splitlines():
        match = re.fullmatch(r"( *)(\w+)(\*?)(:.*)?", line)
        if not match:
            continue
        del open_suites[len(match[1]) // 4:]
        open_suites.append(match[2])
        if match[3]:
            paths.add("/".join(open_suites))
    return paths


class Run:
    """The log of one run of ctest: LastTest.log, or LastTest.log.tmp while it is under way."""

    def __init__(self, text):
        self.outputs = {}
        self.passed = set()
        for part in re.split(r"^\d+/\d+ Testing: ", text, flags=re.MULTILINE)[1:]:
            name = part.split("\n", 1)[0]
            self.outputs[name] = part
            if re.search(r"^Test Passed\.$", part, re.MULTILINE):
                self.passed.add(name)

    def has_run(self, name):
        return name.partition(": ")[0] in self.outputs

    def fault_of(self, name):
        """Why a test that exists was not seen to pass, or nothing."""
        test, _, case = name.partition(": ")
        if test not in self.outputs:
            return f"{test} did not run"
        output = self.outputs[test]
        if case.startswith("test_"):
            # The other functions of the script may have failed.
            is_ok = re.search(rf"^ok +{re.escape(case)} \(", output, re.MULTILINE)
            return None if is_ok else f"{test} ran, but {case} did not pass"
        if test not in self.passed:
            return f"{test} failed"
        if case and ("--run_test" in output or not re.search(r"^Running \d+ test cases?", output,
                                                              re.MULTILINE)):
            return f"{test} did not run all of its cases"
        return None
