// Texts as URLs of routers: what is taken writes itself to a text that means the same, and what is
// refused is told in printable ASCII without its query.
#include "client/net/url.hpp"
#include "common/base/check.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;
using namespace kreisel::client;

void judge_taken(const Url& url) {
    const auto again = parse_url(url.to_text());
    CHECK(again.has_value(), "what is written reads back");
    Url expected = url;
    expected.target = url.target.substr(0, url.target.find('?'));
    CHECK(*again == expected, "and means the same, but for the query");
    CHECK(url.is_unix() != (url.port != 0), "a port or a path");
    CHECK(url.is_unix() == url.host.empty(), "a host or a path");
    CHECK(url.target.starts_with('/'), "what an upgrade request asks for");
    // Both stand in the head of an HTTP request.
    const std::string head = url.authority() + url.target;
    CHECK(std::all_of(head.begin(), head.end(), [](char c) { return c > ' ' && c <= '~'; }),
          "no line breaks into the request");
}

void judge_refused(const std::string& said) {
    CHECK(std::all_of(said.begin(), said.end(), [](char c) { return c >= ' ' && c <= '~'; }),
          "people can read it");
    CHECK(said.size() < 1000, "and it is not long");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto url = parse_url(text);
    if (url) {
        judge_taken(*url);
    } else {
        judge_refused(url.error().what());
    }
    return 0;
}
