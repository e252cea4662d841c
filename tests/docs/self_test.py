#!/usr/bin/python3
"""What the test of the pages must find: each case is a page with one fault."""

import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import examples  # noqa: E402
from pages import Page, PageError  # noqa: E402
from run import index_faults, uri_faults  # noqa: E402

EXAMPLE = "```sh run\necho hello\n```\n\n```text output\n{}\n```\n"


class PageTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        examples.harness.PROGRAM = "/bin/false"

    def page(self, text, name="page.md"):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return Page(path)

    def faults(self, text):
        return list(self.page(text).faults())

    def run_page(self, text):
        with examples.Examples(self.page(text)) as running:
            running.run()
            return running.count

    def test_good_page_has_no_fault_and_runs(self):
        text = "# Title\n\n## A part\n\n[here](#a-part)\n\n" + EXAMPLE.format("hello")
        self.assertEqual(self.faults(text), [])
        self.assertEqual(self.run_page(text), 1)

    def test_other_output_is_found(self):
        with self.assertRaisesRegex(AssertionError, r"page.md:6: the example printed\nhello"):
            self.run_page("# T\n" + EXAMPLE.format("good bye"))

    def test_missing_lines_of_output_are_found(self):
        with self.assertRaises(AssertionError):
            self.run_page("# T\n" + EXAMPLE.format(""))

    def test_failing_example_is_found(self):
        text = "# T\n```python run\nraise SystemExit(3)\n```\n```text output\n```\n"
        with self.assertRaisesRegex(AssertionError, "the example failed"):
            self.run_page(text)

    def test_log_of_no_router_is_found(self):
        with self.assertRaisesRegex(AssertionError, "no router"):
            self.run_page("# T\n```text log\nx\n```\n")

    def test_times_addresses_and_sessions_may_differ_but_no_other_number(self):
        same = examples.comparable
        self.assertEqual(same("2026-01-02 03:04:05.678 info session=12 peer=127.0.0.1:99"),
                         same("2026-11-12 13:14:15.167 info session=34 peer=127.0.0.1:11"))
        self.assertNotEqual(same("changes=1"), same("changes=2"))
        self.assertNotEqual(same("9007199254740993"), same("9007199254740992"))

    def test_faults_of_a_page(self):
        for text, fault in [
                ("Title\n" + EXAMPLE, "does not begin with a title"),
                ("# T\n", "has no example that runs"),
                ("# T\n[x](gone.md)\n" + EXAMPLE, "the link to gone.md leads nowhere"),
                ("# T\n[x](#gone)\n" + EXAMPLE, "the link to #gone leads nowhere"),
                ("# T\n```sh run\nls\n```\n", "line 2: no block `text output` follows the example"),
                ("# T\n```perl run\n1\n```\n```text output\n```\n", "line 2: nobody runs perl")]:
            self.assertEqual(self.faults(text), [fault])

    def test_fence_without_end(self):
        with self.assertRaisesRegex(PageError, "the fence at line 2 has no end"):
            self.page("# T\n```sh run\n")

    def test_unknown_uri_is_found(self):
        page = self.page("# T\nIt is `wamp.error.canceled`, not `wamp.error.cancelled`.\n")
        self.assertEqual(list(uri_faults(page)), ["the program knows no wamp.error.cancelled"])

    def test_index_lists_every_page_once_with_a_line(self):
        index = self.page("# I\n- [A](a.md): a\n- [B](b.md)\n- [C](c.md): c\n- [C](c.md): c\n")
        self.assertEqual(list(index_faults(index, {"README.md", "a.md", "b.md", "c.md"})),
                         ["the index has 0 lines for b.md", "the index has 2 lines for c.md"])


if __name__ == "__main__":
    unittest.main()
