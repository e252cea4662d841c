#include "router/core/meta/registration_procedures.hpp"

#include "common/wamp/errors.hpp"
#include "router/core/dealer.hpp"
#include "router/core/meta/argument_reader.hpp"
#include "router/core/meta/details.hpp"
#include "router/core/meta/id_lists.hpp"

namespace kreisel {

namespace {

tl::unexpected<Error> no_such_registration() {
    return fail(uris::no_such_registration, "the realm has no registration of this id");
}

/// The registration, unless all its callees are leaving: then it is gone already.
const Registration* present(const RealmTables& realm, const Registration* registration) {
    if (registration == nullptr || !realm.sessions.has_leaving()) return registration;
    return joined_ids(realm.sessions, registration->members.callees()).empty() ? nullptr
                                                                               : registration;
}

MetaAnswer id_or_null(const RealmTables& realm, const Registration* registration) {
    registration = present(realm, registration);
    return Arguments{{registration == nullptr ? Value() : Value(registration->id)}, {}};
}

MetaAnswer list(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 0);
    if (given.has_fault()) return given.fault();
    IdLists ids;
    realm.dealer.registrations().visit([&](const Registration& registration) {
        if (present(realm, &registration) != nullptr) {
            ids.add(registration.match, registration.id.value);
        }
    });
    return Arguments{{Value(ids.take())}, {}};
}

MetaAnswer lookup(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 2);
    const std::string_view procedure = given.text(0, "procedure");
    const MatchPolicy match = given.match(1);
    if (given.has_fault()) return given.fault();
    return id_or_null(realm, realm.dealer.registrations().find(procedure, match));
}

MetaAnswer match(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 1);
    const std::string_view procedure = given.text(0, "procedure");
    if (given.has_fault()) return given.fault();
    // Patterns take no procedure of the router's own.
    if (is_reserved_uri(procedure)) return id_or_null(realm, nullptr);
    return id_or_null(realm, realm.dealer.registrations().find_best(procedure));
}

/// The registration whose id is the one argument.
Result<const Registration*> read_registration(const RealmTables& realm, const MetaCall& call) {
    ArgumentReader given(call, 1);
    const RegistrationId id{given.id(0, "registration")};
    if (given.has_fault()) return given.fault();
    const Registration* found = present(realm, realm.dealer.registrations().find(id));
    if (found == nullptr) return no_such_registration();
    return found;
}

MetaAnswer get(RealmTables& realm, const MetaCall& call, Effects&) {
    const auto registration = read_registration(realm, call);
    if (!registration) return tl::unexpected<Error>(registration.error());
    return Arguments{{Value(details_of(**registration))}, {}};
}

MetaAnswer list_callees(RealmTables& realm, const MetaCall& call, Effects&) {
    const auto registration = read_registration(realm, call);
    if (!registration) return tl::unexpected<Error>(registration.error());
    return Arguments{{Value(joined_ids(realm.sessions, (*registration)->members.callees()))}, {}};
}

MetaAnswer count_callees(RealmTables& realm, const MetaCall& call, Effects&) {
    const auto registration = read_registration(realm, call);
    if (!registration) return tl::unexpected<Error>(registration.error());
    const List callees = joined_ids(realm.sessions, (*registration)->members.callees());
    return Arguments{{Value(std::uint64_t{callees.size()})}, {}};
}

MetaAnswer remove_callee(RealmTables& realm, const MetaCall& call, Effects& effects) {
    ArgumentReader given(call, 3);
    const RegistrationId id{given.id(0, "registration")};
    const SessionId session{given.id(1, "callee")};
    const auto reason = given.find_text("reason", 2);
    if (given.has_fault()) return given.fault();
    Session* callee = realm.sessions.find(session);
    if (realm.dealer.registrations().find(id) == nullptr) return no_such_registration();
    if (callee == nullptr) {
        return fail(uris::no_such_session, "no session of this id is in the realm");
    }
    if (callee->registrations.find(id.value) == nullptr) {
        return fail(uris::no_such_registration, "the session is no callee of this registration");
    }
    realm.dealer.revoke(*callee, id, reason.value_or(""), effects);
    return Arguments{};
}

constexpr MetaProcedure procedures[] = {{"wamp.registration.list", list},
                                        {"wamp.registration.lookup", lookup},
                                        {"wamp.registration.match", match},
                                        {"wamp.registration.get", get},
                                        {"wamp.registration.list_callees", list_callees},
                                        {"wamp.registration.count_callees", count_callees},
                                        {"wamp.registration.remove_callee", remove_callee}};

}  // namespace

std::span<const MetaProcedure> registration_procedures() { return procedures; }

}  // namespace kreisel
