// X-Forwarded-For and Forwarded: who is trusted is never made up by what stands left of an
// untrusted address.
#include "common/base/check.hpp"
#include "common/wire/forwarded.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace kreisel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const TrustedProxies trusted{{*IpNetwork::parse("10.0.0.0/8")}, false};
    const std::string text(reinterpret_cast<const char*>(data), size);
    static_cast<void>(read_forwarded(text, trusted));
    static_cast<void>(read_x_forwarded(text, text, trusted));

    const auto client = IpAddress::parse("203.0.113.7");
    const auto x = read_x_forwarded(text + ", 203.0.113.7, 10.0.0.1", "", trusted);
    CHECK(x.address == client, "the client is whom the last untrusted step names");
    // A quote that is left open swallows what a proxy appends: then nobody is named.
    const auto f = read_forwarded(text + ", for=203.0.113.7, for=10.0.0.1", trusted);
    const bool may_be_nobody = text.find('"') != std::string::npos;
    CHECK(f.address == client || (may_be_nobody && !f.address), "the same for Forwarded");
    return 0;
}
