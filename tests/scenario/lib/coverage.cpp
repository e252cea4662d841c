#include "tests/scenario/lib/coverage.hpp"

#include <cctype>
#include <charconv>
#include <set>

namespace kreisel::scenario {

std::string find_missing(std::string_view table, const std::vector<Script>& scripts) {
    std::set<int> covered;
    for (const Script& script : scripts) {
        covered.insert(script.covers.begin(), script.covers.end());
    }
    std::set<int> listed;
    std::string faults;
    while (!table.empty()) {
        const auto end = table.find('\n');
        const auto line = table.substr(0, end);
        table = end == std::string_view::npos ? std::string_view{} : table.substr(end + 1);
        if (line.size() < 3 || line.front() != '|') continue;
        int number = 0;
        if (std::from_chars(line.data() + 2, line.data() + line.size(), number).ec != std::errc{}) {
            continue;
        }
        listed.insert(number);
        const bool has_reason = line.find("| no text: ") != std::string_view::npos;
        if (has_reason && covered.count(number) != 0) {
            faults += std::to_string(number) + " has a text and a reason to have none\n";
        } else if (!has_reason && covered.count(number) == 0) {
            faults += std::to_string(number) + " has no text and no reason\n";
        }
    }
    for (const int number : covered) {
        if (listed.count(number) == 0) faults += std::to_string(number) + " is not in the table\n";
    }
    if (listed.empty()) faults += "the table is empty\n";
    return faults;
}

}  // namespace kreisel::scenario
