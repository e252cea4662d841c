// The cursor: what asking for one value after another does. That it says of every octet what the
// readers say is cursor_fuzz's business.
#include "common/codec/cursor.hpp"

#include "codec_helpers.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::codec_test;

namespace {

const List args{nullptr,
                true,
                -5,
                std::uint64_t{UINT64_MAX},
                2.5,
                "t\n\xc3\xa9",
                Blob{{1, 2}},
                List{1, List{2}},
                Dict{{"a", 1}, {"b\n", List{}}}};
const Dict kwargs{{"k", 7}};

}  // namespace

BOOST_AUTO_TEST_SUITE(cursor)

BOOST_AUTO_TEST_CASE(each_value_is_read_as_what_it_is) {
    for (const Encoding encoding : all_encodings) {
        const Payload payload = make_payload(args, kwargs, encoding);
        Cursor cursor(payload);
        auto entries = cursor.enter_list();
        BOOST_REQUIRE(entries);
        const auto next = [&] { BOOST_REQUIRE(cursor.next(*entries)); };

        next();
        BOOST_TEST(cursor.read_null());
        next();
        BOOST_TEST(cursor.read_bool().value());
        next();
        BOOST_TEST(cursor.read_int().value() == -5);
        next();
        BOOST_TEST(!cursor.read_int());
        BOOST_TEST(cursor.read_uint().value() == UINT64_MAX);
        next();
        BOOST_TEST(!cursor.read_int());
        BOOST_TEST(cursor.read_double().value() == 2.5);
        next();
        BOOST_TEST(cursor.read_text().value() == "t\n\xc3\xa9");
        next();
        BOOST_TEST(!cursor.read_text());
        BOOST_TEST(cursor.read_binary().value().size() == 2);
        next();
        cursor.skip();
        next();
        BOOST_TEST(!cursor.enter_list());
        auto dict = cursor.enter_dict();
        BOOST_REQUIRE((dict && cursor.next(*dict)));
        BOOST_TEST(cursor.read_key() == "a");
        BOOST_TEST(cursor.read_int().value() == 1);
        BOOST_REQUIRE(cursor.next(*dict));
        BOOST_TEST(cursor.read_key() == "b\n");
        cursor.skip();
        BOOST_TEST(!cursor.next(*dict));
        BOOST_TEST(!cursor.next(*entries));

        BOOST_TEST(!cursor.is_at_end());
        BOOST_TEST((cursor.peek() == ElementKind::dict));
        cursor.skip();
        BOOST_TEST(cursor.is_at_end());
    }
}

BOOST_AUTO_TEST_CASE(what_is_left_of_a_list_or_dict_can_be_skipped) {
    for (const Encoding encoding : all_encodings) {
        const Payload payload = make_payload(args, kwargs, encoding);
        Cursor cursor(payload);
        auto entries = cursor.enter_list();
        BOOST_REQUIRE((entries && cursor.next(*entries)));
        cursor.skip();

        cursor.leave(*entries);

        auto dict = cursor.enter_dict();
        BOOST_REQUIRE(dict);
        cursor.leave(*dict);
        BOOST_TEST(cursor.is_at_end());
    }
}

BOOST_AUTO_TEST_CASE(a_mark_brings_it_back) {
    for (const Encoding encoding : all_encodings) {
        const Payload payload = make_payload(args, kwargs, encoding);
        Cursor cursor(payload);
        const auto mark = cursor.mark();
        cursor.skip();

        const std::size_t count = cursor.rewind(mark);

        BOOST_TEST(count > 20);
        BOOST_TEST((cursor.peek() == ElementKind::list));
        BOOST_TEST(cursor.rewind(mark) == 0);
    }
}

BOOST_AUTO_TEST_CASE(values_are_told_to_a_sink_from_where_it_stands) {
    for (const Encoding encoding : all_encodings) {
        const Payload payload = make_payload(args, kwargs, encoding);
        Cursor cursor(payload);
        auto entries = cursor.enter_list();
        List told;
        while (cursor.next(*entries)) {
            ValueBuilder builder;
            const ElementKind kind = cursor.peek();
            cursor.copy_to(builder);
            told.push_back(kind == ElementKind::list   ? Value(builder.take_list())
                           : kind == ElementKind::dict ? Value(builder.take_dict())
                                                       : builder.take_scalar());
        }
        BOOST_TEST((told == args));
        ValueBuilder builder;
        cursor.copy_to(builder);
        BOOST_TEST((builder.take_dict() == kwargs));
    }
}

BOOST_AUTO_TEST_CASE(text_without_escapes_stays_where_it_stands) {
    for (const Encoding encoding : all_encodings) {
        const Payload payload = make_payload({"plain"}, {}, encoding);
        Cursor cursor(payload);
        auto entries = cursor.enter_list();
        BOOST_REQUIRE((entries && cursor.next(*entries)));

        const std::string_view text = cursor.read_text().value();

        const auto* start = reinterpret_cast<const char*>(payload.bytes.data());
        BOOST_TEST((text.data() > start && text.data() < start + payload.bytes.size()));
    }
}

BOOST_AUTO_TEST_CASE(white_space_of_json_is_nothing) {
    const std::string text = " [ 1 ,\n{ \"a\" : [ ] , \"b\"\t:\r\n-2 } ] ,  { } ";
    Cursor cursor(Encoding::json, octets(text));
    auto list = cursor.enter_list();
    BOOST_REQUIRE((list && cursor.next(*list)));
    BOOST_TEST(cursor.read_int().value() == 1);
    BOOST_REQUIRE(cursor.next(*list));
    auto dict = cursor.enter_dict();
    BOOST_REQUIRE((dict && cursor.next(*dict)));
    BOOST_TEST(cursor.read_key() == "a");
    auto inner = cursor.enter_list();
    BOOST_REQUIRE(inner);
    BOOST_TEST(!cursor.next(*inner));
    BOOST_REQUIRE(cursor.next(*dict));
    BOOST_TEST(cursor.read_key() == "b");
    BOOST_TEST(cursor.read_int().value() == -2);
    BOOST_TEST(!cursor.next(*dict));
    BOOST_TEST(!cursor.next(*list));
    BOOST_TEST(!cursor.is_at_end());
    cursor.skip();
    BOOST_TEST(cursor.is_at_end());
}

BOOST_AUTO_TEST_SUITE_END()
