// The cursor against the readers that tell a sink: of every message that a scanner takes, both say
// the same, however the cursor gets there. First octet: the encoding of the rest.
#include "binary_referee.hpp"
#include "common/codec/cursor.hpp"
#include "common/codec/format.hpp"
#include "common/codec/value_sink.hpp"

using namespace kreisel;

namespace {

void tell(Cursor& cursor, ValueSink& sink);

void tell_number(Cursor& cursor, ValueSink& sink) {
    const auto number = cursor.peek_number();
    FUZZ_CHECK(number);
    const Value value = std::visit([](auto n) { return Value(n); }, *number);
    const auto mark = cursor.mark();

    const auto as_int = cursor.read_int();
    FUZZ_CHECK(as_int == value.to_int());
    cursor.rewind(mark);
    const auto as_uint = cursor.read_uint();
    FUZZ_CHECK(as_uint == value.to_uint());
    cursor.rewind(mark);
    const auto as_double = cursor.read_double();
    FUZZ_CHECK(as_double);
    kreisel::tell_number(*number, sink);
}

void tell_list(Cursor& cursor, ValueSink& sink) {
    auto entries = cursor.enter_list();
    FUZZ_CHECK(entries);
    sink.on_list_begin(entries->count_hint());
    while (cursor.next(*entries)) tell(cursor, sink);
    sink.on_list_end();
}

void tell_dict(Cursor& cursor, ValueSink& sink) {
    auto entries = cursor.enter_dict();
    FUZZ_CHECK(entries);
    sink.on_dict_begin(entries->count_hint());
    while (cursor.next(*entries)) {
        sink.on_key(cursor.read_key());
        tell(cursor, sink);
    }
    sink.on_dict_end();
}

/// Tells what follows, kind by kind, and asks for everything that it is not first.
void tell(Cursor& cursor, ValueSink& sink) {
    const ElementKind kind = cursor.peek();
    const bool is_number = kind == ElementKind::integer || kind == ElementKind::floating;
    const auto mark = cursor.mark();
    if (kind != ElementKind::null) FUZZ_CHECK(!cursor.read_null());
    if (kind != ElementKind::boolean) FUZZ_CHECK(!cursor.read_bool());
    if (!is_number) FUZZ_CHECK(!cursor.read_int() && !cursor.read_uint() && !cursor.read_double());
    if (kind != ElementKind::text) FUZZ_CHECK(!cursor.read_text());
    if (kind != ElementKind::binary) FUZZ_CHECK(!cursor.read_binary());
    if (kind != ElementKind::list) FUZZ_CHECK(!cursor.enter_list());
    if (kind != ElementKind::dict) FUZZ_CHECK(!cursor.enter_dict());
    FUZZ_CHECK(cursor.rewind(mark) == 0);

    switch (kind) {
        case ElementKind::null:
            FUZZ_CHECK(cursor.read_null());
            return sink.on_null();
        case ElementKind::boolean:
            return sink.on_bool(*cursor.read_bool());
        case ElementKind::integer:
        case ElementKind::floating:
            return tell_number(cursor, sink);
        case ElementKind::text:
            return sink.on_text(*cursor.read_text());
        case ElementKind::binary:
            return sink.on_binary(*cursor.read_binary());
        case ElementKind::list:
            return tell_list(cursor, sink);
        case ElementKind::dict:
            return tell_dict(cursor, sink);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto encoding = static_cast<Encoding>(data[0] % encoding_count);
    const std::span<const std::uint8_t> bytes(data + 1, size - 1);
    const Format& format = format_of(encoding);
    if (!format.scan(bytes, 64)) return 0;
    Transcript expected;
    format.read(bytes, expected);

    Transcript told;
    Cursor cursor(encoding, bytes);
    tell(cursor, told);
    FUZZ_CHECK(cursor.is_at_end());
    FUZZ_CHECK(told.text == expected.text);

    Transcript again;
    cursor.rewind({bytes.data()});
    FUZZ_CHECK(!cursor.is_at_end());
    tell(cursor, again);
    FUZZ_CHECK(again.text == expected.text);

    Transcript copied;
    cursor.rewind({bytes.data()});
    cursor.copy_to(copied);
    FUZZ_CHECK(copied.text == expected.text);
    FUZZ_CHECK(cursor.is_at_end());
    return 0;
}
