#include "router/core/registrations.hpp"

#include "common/base/check.hpp"
#include "common/wamp/errors.hpp"
#include "router/core/meta/meta_events.hpp"
#include "router/core/rendezvous.hpp"

#include <algorithm>
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

namespace {

/// 0: no limit. Nothing: not a number that makes sense.
std::optional<std::uint32_t> concurrency_of(const Dict& options) {
    const Value* value = options.find("concurrency");
    if (value == nullptr) return 0;
    const std::uint64_t number = value->to_uint().value_or(0);
    if (number == 0) return std::nullopt;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, UINT32_MAX));
}

Members::Wishes wishes_of(const Session& session, const Register& request,
                          std::uint32_t concurrency) {
    const Dict& options = request.options;
    Members::Wishes wishes;
    wishes.concurrency = concurrency;
    if (options.empty()) return wishes;
    wishes.wants_caller =
        options.is_true("disclose_caller") &&
        session.permissions.disclosure(Action::register_, request.procedure) != Disclose::never;
    wishes.forwards_timeout = options.is_true("forward_timeout") &&
                              session.info.roles.has(Role::callee, Feature::call_timeout);
    if (const auto nkey = options.find_text("nkey")) wishes.node = Rendezvous::node_of(*nkey);
    return wishes;
}

}  // namespace

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
    const auto concurrency = concurrency_of(options);
    if (!concurrency) return fail(uris::invalid_argument, "concurrency is no number from 1 on");
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
    if (session.registrations.size() >= session.limits->registrations_per_session) {
        session.reached(RealmLimit::registrations_per_session);
        return fail(uris::limit_exceeded, "the session holds as many registrations as it may");
    }
    if (is_new) handle = add_registration(request, *match, *invoke);
    Registration& registration = *registrations_[handle];
    session.registrations.insert(
        registration.id.value,
        registration.members.add(session.ref, wishes_of(session, request, *concurrency)));
    ++callee_count_;
    meta_.registered(session, registration);
    return registration.id;
}

bool Registrations::may_take_over(const Session& session, const Register& request,
                                  const Registration& taken) const {
    const auto invoke = invoke_policy_of(request.options.find_text("invoke").value_or("single"));
    if (!invoke || !concurrency_of(request.options)) return false;
    const bool holds_it = session.registrations.find(taken.id.value) != nullptr;
    const std::size_t held = session.registrations.size() - (holds_it ? 1 : 0);
    if (held >= session.limits->registrations_per_session) return false;
    if (*invoke == taken.invoke && *invoke != InvokePolicy::single) return true;
    // With another policy nobody may be left.
    const auto callees = taken.members.callees();
    return std::all_of(callees.begin(), callees.end(), [&](PeerRef peer) {
        const Session* callee = sessions_.find(peer);
        return callee == nullptr || callee->info.authrole == session.info.authrole;
    });
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

bool Registrations::drop_departed(Handle handle) {
    for (;;) {
        Registration& registration = *registrations_[handle];
        Session* first = sessions_.find_with_leaving(registration.members.first().callee);
        CHECK(first != nullptr, "a member is joined or leaving");
        if (!first->is_leaving) return true;
        const bool is_last = registration.members.size() == 1;
        remove(*first, registration.id);
        if (is_last) return false;
    }
}

Members::Member* Registrations::pick(Registration& registration, Key rkey) {
    Members& members = registration.members;
    if (rkey) {
        Members::Member& owner = members.owner_of(*rkey);
        return owner.is_free() ? &owner : nullptr;
    }
    if (members.have_limits()) return pick_free(registration);
    switch (registration.invoke) {
        case InvokePolicy::single:
        case InvokePolicy::first:
            return &members.first();
        case InvokePolicy::last:
            return &members.last();
        case InvokePolicy::roundrobin:
            return &members.next();
        case InvokePolicy::random:
            return &members.any(random_);
    }
    return &members.first();
}

Members::Member* Registrations::pick_free(Registration& registration) {
    Members& members = registration.members;
    const auto is_free = [](const Members::Member& member) { return member.is_free(); };
    const auto if_free = [](Members::Member& member) {
        return member.is_free() ? &member : nullptr;
    };
    switch (registration.invoke) {
        // These name one member, so a call waits for that one.
        case InvokePolicy::single:
        case InvokePolicy::first:
            return if_free(members.first());
        case InvokePolicy::last:
            return if_free(members.last());
        case InvokePolicy::roundrobin:
            return members.next_if(is_free);
        case InvokePolicy::random:
            return members.any_if(random_, is_free);
    }
    return nullptr;
}

Members::Member* Registrations::pick_other(Registration& registration,
                                           const std::vector<std::uint64_t>& tried) {
    Members& members = registration.members;
    const std::uint64_t last = tried.back();
    const auto is_untried = [&tried](const Members::Member& member) {
        return member.is_free() &&
               std::find(tried.begin(), tried.end(), member.number) == tried.end();
    };
    switch (registration.invoke) {
        case InvokePolicy::single:
            return nullptr;
        case InvokePolicy::first:
            return members.first_if([&](const Members::Member& member) {
                return member.number > last && is_untried(member);
            });
        case InvokePolicy::last:
            return members.last_if([&](const Members::Member& member) {
                return member.number < last && is_untried(member);
            });
        case InvokePolicy::roundrobin:
            return members.next_if(is_untried);
        case InvokePolicy::random:
            return members.any_if(random_, is_untried);
    }
    return nullptr;
}

std::optional<Choice> Registrations::settle(Registration& registration, Members::Member* member) {
    if (member == nullptr) return Choice{&registration, nullptr, nullptr};
    Session* callee = sessions_.find_with_leaving(member->callee);
    CHECK(callee != nullptr, "a member is joined or leaving");
    if (!callee->is_leaving) return Choice{&registration, callee, member};
    remove(*callee, registration.id);
    return std::nullopt;
}

Choice Registrations::choose(std::string_view procedure, Key rkey) {
    for (;;) {
        const Handle handle = index_.find_best(procedure);
        if (handle == TopicIndex::no_entry) return Choice{};
        Registration& found = *registrations_[handle];
        // Who waits already comes first.
        const auto choice = settle(found, found.waiting.empty() ? pick(found, rkey) : nullptr);
        if (choice) return *choice;
    }
}

Choice Registrations::choose_free(RegistrationId id, Key rkey) {
    for (;;) {
        Registration* found = find(id);
        if (found == nullptr) return Choice{};
        if (const auto choice = settle(*found, pick(*found, rkey))) return *choice;
    }
}

Choice Registrations::choose_other(RegistrationId id, const std::vector<std::uint64_t>& tried) {
    for (;;) {
        Registration* found = find(id);
        if (found == nullptr) return Choice{};
        if (const auto choice = settle(*found, pick_other(*found, tried))) return *choice;
    }
}

Registration* Registrations::find(RegistrationId id) {
    const Handle* handle = by_id_.find(id.value);
    return handle == nullptr ? nullptr : registrations_[*handle].get();
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
        Registration{id, request.procedure, match, invoke, {}, meta_.wall(), {}});
    by_id_.insert(id.value, handle);
    index_.insert(request.procedure, match, handle);
    return handle;
}

void Registrations::remove_registration(Handle handle) {
    const Registration& registration = *registrations_[handle];
    index_.erase(registration.procedure, registration.match);
    by_id_.erase(registration.id.value);
    for (const auto& [turn, place] : registration.waiting) orphans_.push_back(place);
    registrations_[handle].reset();
    free_.push_back(handle);
}

void Registrations::clear() {
    for (auto& registration : registrations_) {
        if (registration == nullptr) continue;
        callee_count_ -= registration->members.size();
        remove_registration(index_.find(registration->procedure, registration->match));
    }
    orphans_.clear();
    CHECK(callee_count_ == 0 && by_id_.empty(), "every callee has a registration");
}

}  // namespace kreisel
