#include "router/core/meta/reflection_procedures.hpp"

#include "common/wamp/errors.hpp"
#include "router/core/reflection.hpp"
#include "router/core/sessions.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace kreisel {

namespace {

bool is_allowed(const Session& session, Action action, std::string_view uri) {
    return session.permissions.decide(action, uri).is_allowed;
}

/// The text speaks of what a peer is authorized to access or to provide. Errors are nobody's.
bool may_see(const Session& session, const Definition& definition) {
    switch (definition.kind) {
        case DefinedKind::procedure:
            return is_allowed(session, Action::call, definition.uri) ||
                   is_allowed(session, Action::register_, definition.uri);
        case DefinedKind::topic:
            return is_allowed(session, Action::subscribe, definition.uri) ||
                   is_allowed(session, Action::publish, definition.uri);
        case DefinedKind::error:
            return true;
    }
    return false;
}

/// Who may provide it may say what it is.
bool may_define(const Session& session, DefinedKind kind, std::string_view uri) {
    switch (kind) {
        case DefinedKind::procedure:
            return is_allowed(session, Action::register_, uri);
        case DefinedKind::topic:
            return is_allowed(session, Action::publish, uri);
        case DefinedKind::error:
            return true;
    }
    return false;
}

/// The URI that is the first of at most `count_max` arguments.
Result<Uri> read_uri(const MetaCall& call, std::size_t count_max) {
    const auto* uri = call.args.empty() ? nullptr : call.args.front().get_if<std::string>();
    if (uri == nullptr || call.args.size() > count_max) {
        return fail(uris::invalid_argument, count_max == 1
                                                ? "the one argument is a URI"
                                                : "the arguments are a URI and its description");
    }
    if (!is_valid_uri(*uri, UriRule::loose, EmptyComponents::none)) {
        return fail(uris::invalid_uri, "'" + uri->substr(0, 100) + "' is no valid URI");
    }
    return *uri;
}

Arguments answer_of(Reflection::Change change) {
    switch (change) {
        case Reflection::Change::added:
            return {{Value(true)}, {}};
        case Reflection::Change::modified:
            return {{Value(false)}, {}};
        case Reflection::Change::none:
            break;
    }
    return {{Value(nullptr)}, {}};
}

MetaAnswer define(RealmTables& realm, const MetaCall& call, Effects&) {
    auto uri = read_uri(call, 2);
    if (!uri) return tl::unexpected<Error>(std::move(uri.error()));
    if (call.args.size() < 2 || call.args[1].is_null()) {
        return answer_of(realm.reflection.undefine(call.caller, *uri));
    }
    if (is_reserved_uri(*uri)) {
        return fail(uris::invalid_uri, "URIs below 'wamp.' belong to the protocol");
    }
    const auto* description = call.args[1].get_if<Dict>();
    if (description == nullptr) {
        return fail(uris::invalid_argument, "the description is a dictionary, or null");
    }
    const auto kind = defined_kind_of(description->find_text("type").value_or(""));
    if (!kind) {
        return fail(uris::invalid_argument,
                    "type of the description is none of procedure, topic and error");
    }
    if (!may_define(call.caller, *kind, *uri)) {
        return fail(uris::not_authorized, "the role may not provide what it describes");
    }
    auto change = realm.reflection.define(
        call.caller, Definition{*std::move(uri), *kind, {}, make_payload({Value(*description)})});
    if (!change) return tl::unexpected<Error>(std::move(change.error()));
    return answer_of(*change);
}

/// The description of a URI, of one kind or of any; null if there is none that the caller may see.
MetaAnswer describe(RealmTables& realm, const MetaCall& call, std::optional<DefinedKind> kind) {
    const auto uri = read_uri(call, 1);
    if (!uri) return tl::unexpected<Error>(uri.error());
    const Definition* definition = realm.reflection.find(*uri);
    if (definition == nullptr || (kind && definition->kind != *kind) ||
        !may_see(call.caller, *definition)) {
        return Arguments{{Value(nullptr)}, {}};
    }
    return read_payload(definition->description);
}

MetaAnswer list(RealmTables& realm, const MetaCall& call, DefinedKind kind) {
    if (!call.args.empty()) return fail(uris::invalid_argument, "there are no arguments");
    std::vector<std::string_view> found;
    realm.reflection.visit([&](const Definition& definition) {
        if (definition.kind == kind && may_see(call.caller, definition)) {
            found.push_back(definition.uri);
        }
    });
    std::sort(found.begin(), found.end());
    return Arguments{{Value(List(found.begin(), found.end()))}, {}};
}

MetaAnswer describe_any(RealmTables& realm, const MetaCall& call, Effects&) {
    return describe(realm, call, std::nullopt);
}
template <DefinedKind kind>
MetaAnswer describe_kind(RealmTables& realm, const MetaCall& call, Effects&) {
    return describe(realm, call, kind);
}
template <DefinedKind kind>
MetaAnswer list_kind(RealmTables& realm, const MetaCall& call, Effects&) {
    return list(realm, call, kind);
}

constexpr MetaProcedure procedures[] = {
    {"wamp.reflect.define", define},
    {"wamp.reflect.describe", describe_any},
    {"wamp.reflection.procedure.list", list_kind<DefinedKind::procedure>},
    {"wamp.reflection.procedure.describe", describe_kind<DefinedKind::procedure>},
    {"wamp.reflection.topic.list", list_kind<DefinedKind::topic>},
    {"wamp.reflection.topic.describe", describe_kind<DefinedKind::topic>},
    {"wamp.reflection.error.list", list_kind<DefinedKind::error>},
    {"wamp.reflection.error.describe", describe_kind<DefinedKind::error>}};

}  // namespace

std::span<const MetaProcedure> reflection_procedures() { return procedures; }

}  // namespace kreisel
