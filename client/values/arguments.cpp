#include "client/values/arguments.hpp"

#include "client/core/error.hpp"
#include "common/base/check.hpp"
#include "common/codec/key_set.hpp"
#include "common/wamp/errors.hpp"

namespace kreisel::client::detail {

void check_keys(const Dict& kwargs) {
    KeySet keys;
    for (const DictEntry& entry : kwargs) keys.add(entry.key);
    if (!keys.has_duplicate()) return;
    throw Error(kreisel::uris::invalid_argument, {"kwargs to send must have each key once"});
}

PayloadReader::PayloadReader(const Payload& payload, std::string_view noun)
    : cursor_(payload),
      in_(cursor_, payload.bytes.size()),
      noun_(noun),
      has_kwargs_(payload.elements == 2) {
    // A payload in the place of args (payload transparency of old clients) counts as one argument.
    if (payload.is_opaque) entries_ = Cursor::Entries::of_values(1);
    if (payload.is_opaque || payload.empty()) return;
    const auto args = cursor_.enter_list();
    CHECK(args, "args are a list");
    entries_ = *args;
}

bool PayloadReader::read(Rest& rest) {
    rest.values.clear();
    while (has_next()) rest.values.push_back(read_any(cursor_));
    return true;
}

bool PayloadReader::finish(Surplus surplus) {
    if (!has_next()) return true;
    if (surplus == Surplus::refused) {
        std::size_t count = place_;
        do {
            ++count;
            cursor_.skip();
        } while (has_next());
        std::string path(noun_);
        path += 's';
        in_.mismatch_noted() = {std::move(path),
                                place_ == 0 ? "none" : "at most " + std::to_string(place_),
                                std::to_string(count)};
        return false;
    }
    cursor_.skip();
    cursor_.leave(entries_);
    is_over_ = true;
    return true;
}

bool PayloadReader::at_place() {
    in_.mismatch_noted().path.insert(0, std::string(noun_) + ' ' + std::to_string(place_));
    return false;
}

bool PayloadReader::at_kwargs(ValueReader& in) {
    in.mismatch_noted().path.insert(0, "kwargs");
    return false;
}

}  // namespace kreisel::client::detail
