"""`kreisel completion bash`: sourced by bash, and asked for completions as the TAB key does."""

import os
import subprocess

import harness
from harness import *

ASK = """
eval "$(kreisel completion bash)"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_kreisel
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(*words, folder="."):
    """What bash offers for the last of `words`."""
    path = f"{os.path.dirname(harness.PROGRAM)}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", ASK, "bash", "kreisel", *words], cwd=folder,
                          env={**os.environ, "PATH": path}, timeout=DEADLINE, capture_output=True,
                          text=True, check=False)
    check_equal(done.stderr, "", "complaints")
    return set(done.stdout.split())


def test_subcommands():
    check(complete("") >= {"run", "check", "call", "publish", "subscribe", "register", "user"},
          "all")
    check_equal(complete("subs"), {"subscribe"}, "one")
    check_equal(complete("user", ""), {"add", "remove", "list", "--help"}, "of a subcommand")
    check_equal(complete("zzz"), set(), "none")


def test_options():
    check(complete("call", "--") >= {"--url", "--realm", "--timeout", "--progress", "--ticket"},
          "of call")
    check_equal(complete("call", "--time"), {"--timeout"}, "one")
    check_equal(complete("publish", "com.example.call", "--reta"), {"--retain"}, "of publish")
    check(complete("register", "x", "--") >= {"--exec", "--echo", "--result", "--invoke"},
          "of register, with those of its group")
    check("--exec" not in complete("call", "--"), "not those of others")
    check_equal(complete("user", "add", "--rep"), {"--replace"}, "of a subcommand's subcommand")


def test_values():
    check_equal(complete("subscribe", "--match", ""), {"exact", "prefix", "wildcard"}, "match")
    check_equal(complete("subscribe", "--match", "=", "p"), {"prefix"}, "behind =")
    check_equal(complete("register", "--invoke", "r"), {"roundrobin", "random"}, "invoke")
    check_equal(complete("call", "--encoding", "m"), {"msgpack"}, "encoding")
    check("bash" in complete("completion", ""), "a shell")
    # Nothing of ours: bash completes files then.
    check_equal(complete("call", "--ca-file", ""), set(), "a file")


def test_every_command_is_told_in_help_and_completion():
    text = command("--help")[1].split("Subcommands:")[1]
    names = {line.split()[0] for line in text.splitlines()
             if line.startswith("  ") and line.strip() and not line.startswith("   ")}
    check_equal(complete("") - {"--help"}, names, "subcommands")


if __name__ == "__main__":
    harness.main(globals())
