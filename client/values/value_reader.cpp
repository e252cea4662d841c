// ValueReader: what it notes of a mismatch (traits.hpp).

#include "client/values/traits.hpp"
#include "common/codec/json_number.hpp"

namespace kreisel::client {

bool ValueReader::try_again_from(Cursor::Mark mark) {
    const std::size_t count = cursor_.rewind(mark);
    value_ = mark;
    if (count > retries_left_) retries_left_ = 0;
    if (retries_left_ == 0) return false;
    retries_left_ -= count;
    return true;
}

void ValueReader::note(std::string expected, std::string got) {
    mismatch_ = {{}, std::move(expected), std::move(got)};
}

std::string ValueReader::describe() {
    // Whoever reads it may have taken it already.
    cursor_.rewind(value_);
    switch (cursor_.peek()) {
        case ElementKind::null:
            return "null";
        case ElementKind::boolean: {
            const bool value = cursor_.read_bool().value_or(false);
            cursor_.rewind(value_);
            return value ? "true" : "false";
        }
        case ElementKind::integer:
        case ElementKind::floating: {
            const auto number = cursor_.peek_number();
            const auto text = std::visit([](auto value) { return number_text(value); }, *number);
            return std::string(text.view());
        }
        case ElementKind::text:
            return "text";
        case ElementKind::binary:
            return "binary data";
        case ElementKind::list:
            return "a list";
        case ElementKind::dict:
            return "a dictionary";
    }
    return {};
}

}  // namespace kreisel::client
