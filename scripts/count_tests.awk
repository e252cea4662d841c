# Passes ctest's output on, but holds its summary back until the number of tests of each kind and of
# the Boost.Test cases in them has been printed, and which tests passed in their second run only.
# Ends with 1 if a sanitizer has found something. Used by scripts/test; -v preset=NAME.

/^[0-9]+% tests passed/ { in_summary = 1 }
/ Test +#[0-9]+: .*\*\*\*/ { failed[test_name()] = 1 }
/ Test +#[0-9]+: .* Passed / { passed[test_name()] = 1 }
!in_summary { print; fflush(); next }
{ summary[++lines] = $0 }
/^[^ ]+ += +[0-9.]+ sec\*proc \([0-9]+ tests?\)/ {
    count = $0
    sub(/^.*\(/, "", count)
    sub(/ tests?\).*$/, "", count)
    kinds_seen[++kinds] = $1
    tests_of[$1] = count
}

function test_name(    line) {
    line = $0
    sub(/^.* Test +#[0-9]+: /, "", line)
    sub(/ .*$/, "", line)
    return line
}

END {
    if (lines == 0) exit
    log_file = "build/" preset "/Testing/Temporary/LastTest.log"
    while ((getline line < log_file) > 0) {
        if (line ~ /^[0-9]+\/[0-9]+ Test: /) {
            area = line
            sub(/^.*Test: /, "", area)
            sub(/_.*$/, "", area)
        }
        if (line ~ /^Running [0-9]+ test cases?/) {
            split(line, words, " ")
            cases_of[area] += words[2]
        }
        if (line ~ /[a-z]Sanitizer: |: runtime error: /) finding = line
    }
    for (i = 1; i <= kinds; i++) {
        kind = kinds_seen[i]
        cases = kind in cases_of ? ", " cases_of[kind] " cases" : ""
        printf "%-10s %4d test%s%s\n", kind, tests_of[kind], tests_of[kind] == 1 ? "" : "s", cases
    }
    for (name in failed) if (name in passed) print "needed a second run: " name
    for (i = 1; i <= lines; i++) print summary[i]
    if (finding != "") {
        print "a sanitizer found something: " finding
        exit 1
    }
}
