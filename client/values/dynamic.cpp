#include "client/values/dynamic.hpp"

#include "common/codec/value_sink.hpp"

namespace kreisel::client::detail {

Value read_any(Cursor& cursor) {
    const ElementKind kind = cursor.peek();
    ValueBuilder builder;
    cursor.copy_to(builder);
    if (kind == ElementKind::list) return builder.take_list();
    if (kind == ElementKind::dict) return builder.take_dict();
    return builder.take_scalar();
}

Dict read_any_dict(Cursor& cursor) {
    ValueBuilder builder;
    cursor.copy_to(builder);
    return builder.take_dict();
}

}  // namespace kreisel::client::detail
