#include "router/core/registrations.hpp"

#include "common/base/check.hpp"
#include "common/wamp/errors.hpp"
#include "router/core/meta/meta_events.hpp"

#include <utility>

namespace kreisel {

std::optional<InvokePolicy> invoke_policy_of(std::string_view text) {
    if (text == "single") return InvokePolicy::single;
    if (text == "roundrobin") return InvokePolicy::roundrobin;
    if (text == "random") return InvokePolicy::random;
    if (text == "first") return InvokePolicy::first;
    if (text == "last") return InvokePolicy::last;
    return std::nullopt;
}

std::string_view to_text(InvokePolicy policy) {
    switch (policy) {
        case InvokePolicy::single:
            return "single";
        case InvokePolicy::roundrobin:
            return "roundrobin";
        case InvokePolicy::random:
            return "random";
        case InvokePolicy::first:
            return "first";
        case InvokePolicy::last:
            return "last";
    }
    return "single";
}

Result<RegistrationId> Registrations::add(Session& session, const Register& request) {
    const Dict& options = request.options;
    if (is_reserved_uri(request.procedure)) {
        return fail(uris::invalid_uri, "procedures of wamp belong to the protocol");
    }
    const auto match = match_policy_of(options.find_text("match").value_or("exact"));
    if (!match) return fail(uris::invalid_argument, "match is none of exact, prefix and wildcard");
    const auto invoke = invoke_policy_of(options.find_text("invoke").value_or("single"));
    if (!invoke) {
        return fail(uris::invalid_argument,
                    "invoke is none of single, roundrobin, random, first and last");
    }
    if (!TopicIndex::takes(request.procedure, *match)) {
        return fail(uris::limit_exceeded, "the pattern has too many components");
    }
    Handle handle = index_.find(request.procedure, *match);
    if (handle != TopicIndex::no_entry && sessions_.has_leaving() && !drop_departed(handle)) {
        handle = TopicIndex::no_entry;
    }
    const bool is_new = handle == TopicIndex::no_entry;
    if (!is_new) {
        const Registration& existing = *registrations_[handle];
        if (existing.invoke != *invoke || *invoke == InvokePolicy::single) {
            return fail(uris::procedure_already_exists,
                        "the procedure is registered, and not for sharing by this policy");
        }
        if (session.registrations.find(existing.id.value) != nullptr) {
            return fail(uris::procedure_already_exists, "the session registered it before");
        }
    }
    if (session.registrations.size() >= limits_.registrations_per_session) {
        return fail(uris::limit_exceeded, "the session holds as many registrations as it may");
    }
    if (is_new) handle = add_registration(request, *match, *invoke);
    Registration& registration = *registrations_[handle];
    const bool wants_caller =
        options.is_true("disclose_caller") &&
        session.permissions->disclosure(Action::register_, request.procedure) != Disclose::never;
    session.registrations.insert(registration.id.value,
                                 registration.members.add(session.ref, wants_caller));
    ++callee_count_;
    meta_.registered(session, registration);
    return registration.id;
}

bool Registrations::remove(Session& session, RegistrationId id) {
    const std::uint64_t* number = session.registrations.find(id.value);
    if (number == nullptr) return false;
    const Handle* handle = by_id_.find(id.value);
    CHECK(handle != nullptr, "a registration that is held exists");
    Members& members = registrations_[*handle]->members;
    members.remove(*number);
    session.registrations.erase(id.value);
    --callee_count_;
    meta_.unregistered(session, *registrations_[*handle]);
    if (members.empty()) remove_registration(*handle);
    return true;
}

Registrations::Handle Registrations::find_registration(std::string_view procedure) const {
    return index_.find_best(procedure);
}

bool Registrations::drop_departed(Handle handle) {
    for (;;) {
        const Registration& registration = *registrations_[handle];
        Session* first = sessions_.find_with_leaving(registration.members.first().callee);
        CHECK(first != nullptr, "a member is joined or leaving");
        if (!first->is_leaving) return true;
        const bool is_last = registration.members.size() == 1;
        remove(*first, registration.id);
        if (is_last) return false;
    }
}

const Members::Member& Registrations::pick(Registration& registration) {
    switch (registration.invoke) {
        case InvokePolicy::single:
        case InvokePolicy::first:
            return registration.members.first();
        case InvokePolicy::last:
            return registration.members.last();
        case InvokePolicy::roundrobin:
            return registration.members.next();
        case InvokePolicy::random:
            return registration.members.any(random_);
    }
    return registration.members.first();
}

Choice Registrations::choose(std::string_view procedure) {
    for (;;) {
        const Handle handle = find_registration(procedure);
        if (handle == TopicIndex::no_entry) return Choice{};
        Registration& registration = *registrations_[handle];
        const Members::Member& member = pick(registration);
        Session* callee = sessions_.find_with_leaving(member.callee);
        CHECK(callee != nullptr, "a member is joined or leaving");
        if (!callee->is_leaving) return Choice{&registration, callee, member.wants_caller};
        remove(*callee, registration.id);
    }
}

const Registration& Registrations::at(RegistrationId id) const {
    const Handle* handle = by_id_.find(id.value);
    CHECK(handle != nullptr, "a registration that is held exists");
    return *registrations_[*handle];
}

const Registration* Registrations::find(RegistrationId id) const {
    const Handle* handle = by_id_.find(id.value);
    return handle == nullptr ? nullptr : registrations_[*handle].get();
}

const Registration* Registrations::find(std::string_view procedure, MatchPolicy match) const {
    const Handle handle = index_.find(procedure, match);
    return handle == TopicIndex::no_entry ? nullptr : registrations_[handle].get();
}

const Registration* Registrations::find_best(std::string_view procedure) const {
    const Handle handle = index_.find_best(procedure);
    return handle == TopicIndex::no_entry ? nullptr : registrations_[handle].get();
}

Registrations::Handle Registrations::add_registration(const Register& request, MatchPolicy match,
                                                      InvokePolicy invoke) {
    Handle handle = 0;
    if (free_.empty()) {
        handle = static_cast<Handle>(registrations_.size());
        registrations_.emplace_back();
    } else {
        handle = free_.back();
        free_.pop_back();
    }
    const RegistrationId id{++last_id_};
    registrations_[handle] = std::make_unique<Registration>(
        Registration{id, request.procedure, match, invoke, {}, meta_.wall()});
    by_id_.insert(id.value, handle);
    index_.insert(request.procedure, match, handle);
    return handle;
}

void Registrations::remove_registration(Handle handle) {
    const Registration& registration = *registrations_[handle];
    index_.erase(registration.procedure, registration.match);
    by_id_.erase(registration.id.value);
    registrations_[handle].reset();
    free_.push_back(handle);
}

void Registrations::clear() {
    for (auto& registration : registrations_) {
        if (registration == nullptr) continue;
        callee_count_ -= registration->members.size();
        remove_registration(index_.find(registration->procedure, registration->match));
    }
    CHECK(callee_count_ == 0 && by_id_.empty(), "every callee has a registration");
}

}  // namespace kreisel
