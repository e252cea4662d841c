#include "router/core/events/kept_event.hpp"

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace kreisel {

namespace {

constexpr std::array<std::string_view, 6> list_names = {"eligible",          "exclude",
                                                        "eligible_authid",   "exclude_authid",
                                                        "eligible_authrole", "exclude_authrole"};
/// What tells a payload that stands in the place of args from one that does not.
constexpr std::array<std::string_view, 3> transparency_names = {"enc_algo", "enc_key",
                                                                "enc_serializer"};
/// Ours, in the options of the message that a store writes.
constexpr std::string_view details_key = "x_kreisel_details";
constexpr std::string_view excluded_key = "x_kreisel_excluded";
/// The deepest message that any listener lets in, and what stands around it here.
constexpr unsigned depth_max = 600;
constexpr std::size_t event_overhead = 256;
constexpr std::size_t value_overhead = 64;

std::size_t size_of(const Value& value);

std::size_t size_of(const Dict& dict) {
    std::size_t size = 0;
    for (const auto& [key, value] : dict) size += key.size() + size_of(value);
    return size;
}

std::size_t size_of(const Value& value) {
    if (const auto* text = value.get_if<std::string>()) return value_overhead + text->size();
    if (const auto* blob = value.get_if<Blob>()) return value_overhead + blob->bytes.size();
    std::size_t size = value_overhead;
    if (const auto* list = value.get_if<List>()) {
        for (const Value& item : *list) size += size_of(item);
    } else if (const auto* dict = value.get_if<Dict>()) {
        size += size_of(*dict);
    }
    return size;
}

template <class Names>
void copy_options(const Dict& from, const Names& names, Dict& to) {
    for (const std::string_view name : names) {
        if (const Value* value = from.find(name)) to.append(std::string(name), *value);
    }
}

KeptEventPtr with_size(KeptEvent event) {
    event.bytes = event_overhead + event.topic.size() + size_of(event.details) +
                  size_of(event.lists) + event.payload.bytes.pinned_size();
    return std::make_shared<const KeptEvent>(std::move(event));
}

}  // namespace

KeptEventPtr make_kept_event(const Publish& request, PublicationId publication, WallTime time,
                             SessionId excluded, Dict details) {
    KeptEvent event{publication, time,     request.topic,   std::move(details),
                    {},          excluded, request.payload, 0};
    copy_options(request.options, list_names, event.lists);
    if (request.payload.is_opaque) {
        copy_options(request.options, transparency_names, event.lists);
    }
    event.payload.bytes = request.payload.bytes.compact();
    return with_size(std::move(event));
}

bool names_sessions(const Dict& options) {
    return options.find_list("eligible") != nullptr || options.find_list("exclude") != nullptr;
}

SharedBytes to_bytes(const KeptEvent& event) {
    Publish message{RequestId{1}, event.lists, event.topic, event.payload};
    message.options.append(std::string(details_key), event.details);
    if (event.excluded) message.options.append(std::string(excluded_key), event.excluded);
    ByteWriter writer(event.payload.bytes.size() + event_overhead);
    encode(message, event.payload.encoding, writer);
    return std::move(writer).take();
}

Result<KeptEventPtr> read_kept_event(Encoding encoding, const SharedBytes& bytes,
                                     PublicationId publication, WallTime time) {
    auto message = decode(encoding, bytes, DecodeLimits{depth_max});
    if (!message) return tl::unexpected(message.error());
    auto* publish = std::get_if<Publish>(&*message);
    if (publish == nullptr || !is_valid_id(publication.value)) {
        return fail(uris::protocol_violation, "no publication");
    }
    KeptEvent event{publication, time, std::move(publish->topic),   {},
                    {},          {},   std::move(publish->payload), 0};
    if (const Dict* details = publish->options.find_dict(details_key)) event.details = *details;
    event.excluded = SessionId{publish->options.find_uint(excluded_key).value_or(0)};
    copy_options(publish->options, list_names, event.lists);
    copy_options(publish->options, transparency_names, event.lists);
    return with_size(std::move(event));
}

}  // namespace kreisel
