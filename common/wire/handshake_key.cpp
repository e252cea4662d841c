#include "common/wire/handshake_key.hpp"

#include "common/base/base64.hpp"
#include "common/base/check.hpp"

#include <websocketpp/extensions/permessage_deflate/disabled.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/message_buffer/alloc.hpp>
#include <websocketpp/message_buffer/message.hpp>
#include <websocketpp/processors/hybi13.hpp>

#include <cstdint>

namespace kreisel {

namespace {

/// What the processor wants to know; only its handshake is used, so nothing here does work.
struct ProcessorConfig {
    using request_type = websocketpp::http::parser::request;
    using response_type = websocketpp::http::parser::response;
    using message_type =
        websocketpp::message_buffer::message<websocketpp::message_buffer::alloc::con_msg_manager>;
    using con_msg_manager_type = websocketpp::message_buffer::alloc::con_msg_manager<message_type>;
    struct rng_type {  // NOLINT(readability-identifier-naming): websocketpp's name
        std::uint32_t operator()() { return 0; }
    };
    // NOLINTNEXTLINE(readability-identifier-naming): websocketpp's name
    struct permessage_deflate_config {};
    using permessage_deflate_type =
        websocketpp::extensions::permessage_deflate::disabled<permessage_deflate_config>;
    static constexpr bool enable_extensions = false;
    static constexpr std::size_t max_message_size = 0;
};

}  // namespace

bool is_handshake_key(std::string_view key) {
    return key.size() == 24 && base64_decoded_size(key) == std::size_t{16};
}

std::string accept_of_key(std::string_view key) {
    ProcessorConfig::rng_type random;
    const websocketpp::processor::hybi13<ProcessorConfig> processor(false, true, nullptr, random);
    ProcessorConfig::request_type request;
    request.replace_header("Sec-WebSocket-Key", std::string(key));
    ProcessorConfig::response_type response;
    const auto failed = processor.process_handshake(request, "", response);
    CHECK(!failed, "the processor takes every key");
    return response.get_header("Sec-WebSocket-Accept");
}

}  // namespace kreisel
