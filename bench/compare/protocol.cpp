#include "bench/compare/protocol.hpp"

#include "bench/load/scenario.hpp"

#include <charconv>
#include <map>
#include <stdexcept>
#include <utility>

namespace kreisel::compare {

std::string payload_text(std::size_t bytes, std::uint64_t number) {
    std::string text = load::text_payload(bytes);
    if (!text.empty()) text.back() = static_cast<char>('a' + number % variants);
    return text;
}

Protocol::Protocol(Part part) : part_(std::move(part)) {
    for (std::uint64_t i = 0; i < variants; ++i) {
        payloads_[i] = payload_text(part_.payload_bytes, i);
    }
}

void Protocol::call(std::uint64_t, ByteWriter&) {
    throw std::runtime_error("this protocol has no requests");
}

void Protocol::answer(const Unit&, ByteWriter&) {
    throw std::runtime_error("this protocol has no requests");
}

std::uint64_t number_of(std::string_view digits) {
    std::uint64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

void fail_unexpected(const char* what, std::string_view text) {
    throw std::runtime_error(std::string(what) + " said: " + std::string(text.substr(0, 200)));
}

std::unique_ptr<Protocol> make_protocol(const std::string& name, Part part) {
    using Make = std::unique_ptr<Protocol> (*)(Part);
    static const std::map<std::string, Make> makers{
        {"nats", make_nats},         {"redis", make_redis}, {"mqtt", make_mqtt},
        {"socketio", make_socketio}, {"wamp", make_wamp},   {"echo", make_echo}};
    const auto found = makers.find(name);
    if (found == makers.end()) throw std::runtime_error("no protocol is called '" + name + "'");
    return found->second(std::move(part));
}

}  // namespace kreisel::compare
