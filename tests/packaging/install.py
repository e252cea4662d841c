#!/usr/bin/python3
"""Installs into a folder of its own and judges what is there: the command runs, the systemd unit is
well-formed and closed, an operator's configuration survives a second installation.

    install.py --build FOLDER
"""

import argparse
import os
import subprocess
import sys
import tempfile

# Of 100, by `systemd-analyze security`; a service without any hardening has 96.
EXPOSURE_MAX = 20


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, **more)
    return done.returncode, done.stdout + done.stderr


def install(build, folder):
    code, output = run("cmake", "--install", build, env={**os.environ, "DESTDIR": folder})
    assert code == 0, output


def find(folder, name, place_end=""):
    found = [os.path.join(place, name) for place, _, names in os.walk(folder)
             if name in names and place.endswith(place_end)]
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def check_unit(folder, unit):
    text = open(unit).read()
    assert "@CMAKE" not in text, text
    for line in text.splitlines():
        if line.startswith(("ExecStart=", "ExecStartPre=")):
            program, *arguments = line.split("=", 1)[1].split()
            assert os.access(folder + program, os.X_OK), program
            assert os.path.exists(folder + arguments[-1]), arguments
    # Its programs stand below the folder, which systemd-analyze takes as the root of a system.
    code, output = run("systemd-analyze", "security", "--offline=true",
                       f"--threshold={EXPOSURE_MAX}", unit)
    assert code == 0, output
    words = [line for line in output.splitlines() if "exposure level" in line]
    print(words[-1].strip())


def check_syntax(unit, program):
    """Unknown sections and keys; on a copy whose programs are there."""
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "kreisel.service")
        with open(unit) as source, open(copy, "w") as target:
            for line in source:
                if line.startswith(("ExecStart=", "ExecStartPre=")):
                    key, value = line.split("=", 1)
                    line = f"{key}={program} {value.split(' ', 1)[1]}"
                target.write(line if not line.startswith("Documentation=") else "")
        code, output = run("systemd-analyze", "verify", "--man=no", copy)
        complaints = [line for line in output.splitlines() if "kreisel.service" in line]
        assert code == 0 and not complaints, output


def check_completion(program, folder):
    """bash loads the file by the command's name, and it knows what the command can."""
    place = os.path.join("share", "bash-completion", "completions", "kreisel")
    [path] = [os.path.join(top, "kreisel") for top, _, names in os.walk(folder)
              if "kreisel" in names and os.path.join(top, "kreisel").endswith(place)]
    code, output = run("bash", "-c", f"PATH={os.path.dirname(program)}:$PATH; . {path}; "
                       "complete -p kreisel")
    assert code == 0 and "_kreisel" in output, output


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    build = parser.parse_args().build
    with tempfile.TemporaryDirectory(prefix="kreisel-install-") as folder:
        install(build, folder)
        program = find(folder, "kreisel", "bin")
        code, output = run(program, "version")
        assert code == 0 and output.startswith("kreisel "), output
        config = find(folder, "realms.yaml")
        code, output = run(program, "check", config)
        assert code == 0, output
        unit = find(folder, "kreisel.service")
        check_completion(program, folder)
        check_unit(folder, unit)
        check_syntax(unit, program)
        with open(config, "a") as own:
            own.write("# mine\n")
        install(build, folder)
        assert open(config).read().endswith("# mine\n"), "the operator's file was replaced"
    return 0


if __name__ == "__main__":
    sys.exit(main())
