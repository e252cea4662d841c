#include "router/core/testaments.hpp"

#include <utility>

namespace kreisel {

std::optional<TestamentScope> testament_scope_of(std::string_view text) {
    if (text == "detached") return TestamentScope::detached;
    if (text == "destroyed") return TestamentScope::destroyed;
    return std::nullopt;
}

void Testaments::add(TestamentScope scope, Testament testament) {
    bytes_ += testament.bytes;
    of(scope).push_back(std::move(testament));
}

void Testaments::flush(TestamentScope scope) {
    for (const Testament& testament : of(scope)) bytes_ -= testament.bytes;
    of(scope).clear();
}

std::vector<Testament> Testaments::take_reversed() {
    std::vector<Testament> all;
    all.reserve(size());
    for (const TestamentScope scope : {TestamentScope::destroyed, TestamentScope::detached}) {
        auto& testaments = of(scope);
        while (!testaments.empty()) {
            all.push_back(std::move(testaments.back()));
            testaments.pop_back();
        }
    }
    bytes_ = 0;
    return all;
}

}  // namespace kreisel
