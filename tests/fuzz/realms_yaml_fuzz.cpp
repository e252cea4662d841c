// Any text as realms.yaml: errors or a configuration whose effective text reads back to itself.

#include "common/base/check.hpp"
#include "router/config/config.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kreisel;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // A `file:` secret would read what lies around.
    if (text.find("file:") != std::string_view::npos) return 0;
    const ConfigResult config = parse_config(text, "fuzz.yaml");
    if (!config) {
        CHECK(!config.error().empty(), "a refused file has a reason");
        for (const ConfigError& error : config.error()) {
            CHECK(error.line >= 0 && !error.text.empty(), "an error has place and text");
        }
        return 0;
    }
    (void)make_access(*config, 1);
    CHECK(compare(*config, *config).empty(), "a configuration does not differ from itself");
    const std::string once = effective_text(*config);
    // Hidden secrets are no derived keys, so salted users do not read back.
    if (once.find("salt:") != std::string::npos) return 0;
    const ConfigResult again = parse_config(once, "fuzz.yaml");
    CHECK(again.has_value(), "the effective text is a configuration");
    CHECK(effective_text(*again) == once, "the effective text reads back to itself");
    return 0;
}
