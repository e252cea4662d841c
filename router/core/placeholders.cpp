#include "router/core/placeholders.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace kreisel {

namespace {

constexpr std::string_view authid_name = "{authid}";
constexpr std::string_view authrole_name = "{authrole}";
constexpr std::string_view session_name = "{session}";
constexpr std::array names = {authid_name, authrole_name, session_name};

bool is_placeholder(std::string_view component) {
    return std::find(names.begin(), names.end(), component) != names.end();
}

/// Calls `visit(component, place)` for each component until it returns false.
template <class Visit>
void each_component(std::string_view uri, Visit visit) {
    for (std::size_t at = 0;;) {
        const std::size_t dot = std::min(uri.find('.', at), uri.size());
        if (!visit(uri.substr(at, dot - at), at) || dot == uri.size()) return;
        at = dot + 1;
    }
}

std::string value_of(std::string_view placeholder, const PlaceholderValues& values) {
    if (placeholder == authid_name) return std::string(values.authid);
    if (placeholder == authrole_name) return std::string(values.authrole);
    return std::to_string(values.session.value);
}

bool is_one_component(std::string_view value, std::size_t place) {
    return value.find('.') == std::string_view::npos &&
           is_valid_uri(value, UriRule::loose, EmptyComponents::none) &&
           // What is below `wamp.` is the router's.
           (place > 0 || !is_reserved_uri(value));
}

/// What stands before the first component that is open: a gap or a placeholder.
std::string_view literal_beginning(std::string_view uri) {
    std::size_t end = uri.size();
    each_component(uri, [&](std::string_view component, std::size_t place) {
        if (!component.empty() && !is_placeholder(component)) return true;
        end = place;
        return false;
    });
    return uri.substr(0, end);
}

PermissionRule barrier_of(const PermissionRule& rule) {
    PermissionRule barrier;
    barrier.uri = literal_beginning(rule.uri);
    barrier.match = MatchPolicy::prefix;
    barrier.origin = rule.origin;
    return barrier;
}

}  // namespace

bool has_placeholder(std::string_view uri) {
    if (uri.find('{') == std::string_view::npos) return false;
    bool has_one = false;
    each_component(uri, [&](std::string_view component, std::size_t) {
        has_one = is_placeholder(component);
        return !has_one;
    });
    return has_one;
}

std::optional<std::string> placeholder_fault(std::string_view uri, MatchPolicy match) {
    std::optional<std::string> fault;
    std::string_view last;
    each_component(uri, [&](std::string_view component, std::size_t) {
        last = component;
        if (is_placeholder(component) || component.find_first_of("{}") == std::string_view::npos) {
            return true;
        }
        fault = "'" + std::string(component) +
                "' is no placeholder; whole components may be {authid}, {authrole} or {session}";
        return false;
    });
    if (!fault && match == MatchPolicy::prefix && is_placeholder(last)) {
        fault = "a prefix that ends with " + std::string(last) +
                " would take those whose name only begins so; end it with a dot";
    }
    return fault;
}

Uri without_placeholders(std::string_view uri) {
    Uri replaced(uri);
    for (const std::string_view name : names) {
        for (std::size_t at = 0; (at = replaced.find(name, at)) != Uri::npos; ++at) {
            replaced.replace(at, name.size(), "x");
        }
    }
    return replaced;
}

FilledRule fill(const PermissionRule& rule, const PlaceholderValues& values) {
    Uri filled;
    bool fits = true;
    each_component(rule.uri, [&](std::string_view component, std::size_t place) {
        if (place > 0) filled += '.';
        if (!is_placeholder(component)) {
            filled += component;
            return true;
        }
        const std::string value = value_of(component, values);
        fits = is_one_component(value, place);
        filled += value;
        return fits;
    });
    if (!fits) return {barrier_of(rule), true};
    FilledRule result{rule, false};
    result.rule.uri = std::move(filled);
    return result;
}

}  // namespace kreisel
