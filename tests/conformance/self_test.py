#!/usr/bin/python3
"""What the check of the table of obligations must find: each case has one fault."""

import contextlib
import io
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import check  # noqa: E402
from runs import Run, Tests, boost_cases  # noqa: E402
from table import (count_faults, promise_faults, read_covers, read_promises,  # noqa: E402
                   read_rows, row_faults, scenario_faults, with_counts)

PAGE = "# T\n\n## Some part\n\n| | asked | where | status | shown by |\n|\n"
FRONT = "2 of 265 are built\n\n| [x](conformance/page.md#some-part) | 1 of 2 | |\n"
LOG = """Start testing: Nov 22 11:19 UTC
1/3 Testing: unit_core
1/3 Test: unit_core
Command: "/b/unit_core" "--log_level=message"
Running 12 test cases...
Test Passed.
2/3 Testing: wire_x
2/3 Test: wire_x
ok      test_good (0.1 s)
FAILED  test_bad (0.1 s)
Test Failed.
3/3 Testing: soak_x
3/3 Test: soak_x
Command: "/b/soak" "--run_test=x"
Running 1 test case...
Test Passed.
"""


class TableTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def rows(self, *lines):
        return list(read_rows(self.write("page.md", PAGE + "\n".join(lines) + "\n")))

    def promises(self, *lines):
        return list(read_promises(self.write("security.md", "\n".join(lines) + "\n")))

    def test_a_promise_without_a_test_is_a_fault(self):
        head = ["| promise | how | shown by |", "| --- | --- | --- |"]
        kept = self.promises(*head, "| good | x | `a`, `b: c` |", "", "| no | x | promise |")
        self.assertEqual([promise.tests for promise in kept], [["a", "b: c"]])
        self.assertEqual(list(promise_faults(kept)), [])
        empty = self.promises(*head, "| bad | x | |")
        self.assertEqual(list(promise_faults(empty)), ["security.md:3: no test shows it"])
        self.assertEqual(list(promise_faults([])), ["no promises found"])

    def faults(self, *lines):
        """Faults of a whole table in which these lines stand, without those of other rows."""
        rows = self.rows(*lines, *(f"| {number} | a | b/x | not yet | |" for number in
                                   range(1 + len(lines), 266)))
        return list(row_faults(rows))

    def test_good_rows_have_no_fault(self):
        self.assertEqual(self.faults("| 1 | a | b/x | built | `one`, `two: case` |",
                                     "| 2 | a | b/x | not yet: with TLS | |",
                                     "| 3 | a | b/x | in part: half | `one` |",
                                     "| 4 | a | b/x | not asked: of clients | |",
                                     "| 5 | a | b/x | not built: nobody asks | |"), [])

    def test_faults_of_rows(self):
        for line, fault in [
                ("| 1 | a | b/x | built | |", "page.md:7: built, and no test shows it"),
                ("| 1 | a | b/x | not yet | `t` |",
                 "page.md:7: has a test, and its status is 'not yet'"),
                ("| 1 | a | b/x | in part: half | |", "page.md:7: built, and no test shows it"),
                ("| 1 | a | b/x | half | |", "page.md:7: 'half' is no status"),
                ("| 1 | a | b/x | not built | |", "page.md:7: 'not built' is no status"),
                ("| 1 | a | | not yet | |", "page.md:7: says not what is asked, or not where"),
                ("| 1 | a | b/x | built | `t`, `t` |", "page.md:7: names a test twice")]:
            self.assertEqual(self.faults(line), [fault])

    def test_numbers_that_are_missing_twice_or_too_large(self):
        self.assertEqual(self.faults("| 2 | a | b/x | not yet | |"),
                         ["1 stands in 0 rows", "2 stands in 2 rows"])
        self.assertIn("266 is no number of an obligation",
                      list(row_faults(self.rows("| 266 | a | b/x | not yet | |"))))

    def test_one_test_stands_for_three_rows_at_most(self):
        line = "| {} | a | b/x | built | `t` |"
        self.assertEqual(self.faults(*(line.format(number) for number in (1, 2, 3))), [])
        self.assertEqual(self.faults(*(line.format(number) for number in (1, 2, 3, 4))),
                         ["t stands for 4 obligations: [1, 2, 3, 4]"])

    def test_lines_that_are_no_rows(self):
        for line in ("| 1 | a | b/x | built |", "| 1 | a | b/x | built | t |",
                     "| 1a | a | b | c | |", "| 1 | a | b/x | built | `t` and more |"):
            with self.assertRaisesRegex(ValueError, "page.md:7"):
                self.rows(line)

    def test_rows_and_heads_of_texts_must_agree(self):
        self.write("texts/rpc/a.txt", "title x\ncovers 1 2\nA: caller\n")
        covers = read_covers(os.path.join(self.folder, "texts"))
        self.assertEqual(covers, {"scenario/rpc/a": {1, 2}})
        rows = self.rows("| 1 | a | b/x | built | `scenario/rpc/a` |",
                         "| 2 | a | b/x | not yet | |",
                         "| 3 | a | b/x | built | `scenario/rpc/a` |")
        faults = list(scenario_faults(rows, covers))
        self.assertEqual(len(faults), 2)
        self.assertIn("page.md:9: names scenario/rpc/a, whose head", faults[0])
        self.assertIn("page.md:8: scenario/rpc/a covers 2, and its status is 'not yet'", faults[1])
        self.assertEqual(list(scenario_faults(rows[:1], {"scenario/x": {77}})),
                         ["scenario/x covers 77, which is in no row"])

    def test_counts_of_the_front_page(self):
        rows = self.rows("| 1 | a | b/x | built | `t` |", "| 2 | a | b/x | not yet | |")
        front = FRONT.replace("2 of 265", "1 of 2")
        self.assertEqual(list(count_faults(front, rows)), [])
        self.assertEqual(len(list(count_faults(FRONT, rows))), 1)
        self.assertEqual(with_counts(FRONT, rows), front)
        self.assertIn("the front page has no row for page.md#some-part",
                      list(count_faults("1 of 2 are built\n", rows)))


class RunsTest(unittest.TestCase):
    def test_cases_of_boost(self):
        listing = "broker*\n    one*\n    off\n    data*\n        _0*\nother*\n    two*: text\n"
        self.assertEqual(boost_cases(listing), {"broker", "broker/one", "broker/data",
                                                "broker/data/_0", "other", "other/two"})

    def test_tests_that_exist(self):
        with tempfile.TemporaryDirectory() as folder:
            script = os.path.join(folder, "x.py")
            with open(script, "w", encoding="utf-8") as file:
                file.write("def test_one():\n    pass\n")
            os.mkdir(os.path.join(folder, "below"))
            with open(os.path.join(folder, "CTestTestfile.cmake"), "w", encoding="utf-8") as file:
                file.write('add_test([=[a/b]=] "/b/x" "y")\nsubdirs("below")\n')
            with open(os.path.join(folder, "below", "CTestTestfile.cmake"), "w",
                      encoding="utf-8") as file:
                file.write(f'add_test(wire_x "python3" "{script}")\n')
            tests = Tests(folder)
        self.assertIsNone(tests.fault_of("a/b"))
        self.assertEqual(tests.commands["a/b"], ["/b/x", "y"])
        self.assertEqual(tests.fault_of("gone"), "there is no test gone")
        self.assertEqual(tests.fault_of("a/b: case"), "a/b has no case case")

    def test_cases_of_a_script(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
            script.write("def test_one():\n    pass\n")
            script.flush()
            tests = Tests.__new__(Tests)
            tests.commands, tests._cases = {"wire_x": ["python3", script.name]}, {}
            self.assertIsNone(tests.fault_of("wire_x: test_one"))
            self.assertEqual(tests.fault_of("wire_x: test_two"), "wire_x has no case test_two")

    def test_what_passed_in_a_run(self):
        run = Run(LOG)
        for name, fault in [("unit_core", None), ("unit_core: broker/one", None),
                            ("wire_x: test_good", None), ("wire_x", "wire_x failed"),
                            ("wire_x: test_bad", "wire_x ran, but test_bad did not pass"),
                            ("wire_x: test_other", "wire_x ran, but test_other did not pass"),
                            ("soak_x", None), ("unit_wire: a/b", "unit_wire did not run"),
                            ("soak_x: x/y", "soak_x did not run all of its cases")]:
            self.assertEqual(run.fault_of(name), fault, name)


class RanTest(unittest.TestCase):
    """check.py ran: passes, is skipped or fails by what the log of the run says."""

    def status(self, tests, log=LOG, must_be_all=False):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "page.md"), "w", encoding="utf-8") as file:
                file.write(PAGE + f"| 1 | a | b/x | built | {tests} |\n")
            path = os.path.join(folder, "log")
            with open(path, "w", encoding="utf-8") as file:
                file.write(log)
            old = check.PAGES, check.SECURITY
            check.PAGES, check.SECURITY = os.path.join(folder, "*.md"), os.devnull
            said = io.StringIO()
            try:
                with contextlib.redirect_stdout(said):
                    return check.check_ran(path, must_be_all), said.getvalue()
            finally:
                check.PAGES, check.SECURITY = old

    def test_all_passed(self):
        self.assertEqual(self.status("`unit_core: a/b`, `wire_x: test_good`"),
                         (0, "2 of 2 named tests passed in this run\n"))

    def test_a_failed_one_fails(self):
        status, said = self.status("`wire_x: test_bad`")
        self.assertEqual(status, 1)
        self.assertIn("wire_x ran, but test_bad did not pass", said)

    def test_left_out_ones_are_named_and_skipped_unless_all_must_run(self):
        status, said = self.status("`unit_core`, `scenario/gone`")
        self.assertEqual(status, check.SKIPPED)
        self.assertIn("scenario/gone did not run", said)
        self.assertIn("not wholly shown in this run: 1", said)
        self.assertEqual(self.status("`unit_core`, `scenario/gone`", must_be_all=True)[0], 1)

    def test_an_empty_log_shows_nothing(self):
        self.assertEqual(self.status("`unit_core`", log="")[0], check.SKIPPED)


if __name__ == "__main__":
    unittest.main()
