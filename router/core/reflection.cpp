#include "router/core/reflection.hpp"

#include "common/base/check.hpp"
#include "common/wamp/errors.hpp"
#include "router/core/sessions.hpp"

#include <algorithm>
#include <utility>

namespace kreisel {

std::optional<DefinedKind> defined_kind_of(std::string_view text) {
    if (text == "procedure") return DefinedKind::procedure;
    if (text == "topic") return DefinedKind::topic;
    if (text == "error") return DefinedKind::error;
    return std::nullopt;
}

Result<void> Reflection::judge_limits(const Session& session, const Definition& added,
                                      const Definition* replaced) const {
    const std::size_t freed = replaced == nullptr ? 0 : replaced->bytes();
    const std::size_t more = replaced == nullptr ? 1 : 0;
    if (session.definitions.size() + more > limits_.definitions_per_session ||
        session.definition_bytes - freed + added.bytes() > limits_.definition_bytes_per_session) {
        session.reached(RealmLimit::definitions);
        return fail(uris::limit_exceeded, "the session has defined as much as it may");
    }
    if (definitions_.size() + more > limits_.definitions_per_realm ||
        bytes_ - freed + added.bytes() > limits_.definition_bytes_per_realm) {
        session.reached(RealmLimit::definitions);
        return fail(uris::limit_exceeded, "as much is defined in the realm as may be");
    }
    return {};
}

Result<Reflection::Change> Reflection::define(Session& session, Definition definition) {
    const auto known = by_uri_.find(std::string_view(definition.uri));
    const std::uint64_t* own =
        known == by_uri_.end() ? nullptr : known->second.by_session.find(session.info.id.value);
    if (auto judged =
            judge_limits(session, definition, own == nullptr ? nullptr : &definitions_.at(*own));
        !judged) {
        return tl::unexpected<Error>(std::move(judged.error()));
    }
    const auto entry = known == by_uri_.end() ? by_uri_.try_emplace(definition.uri).first : known;
    std::optional<Payload> before;
    if (!entry->second.ids.empty()) before = definitions_.at(entry->second.ids.back()).description;
    if (own != nullptr) take(session, entry->second, *own);
    const std::uint64_t id = ++last_id_;
    definition.session = session.info.id;
    bytes_ += definition.bytes();
    session.definition_bytes += definition.bytes();
    session.definitions.insert(id, 1);
    entry->second.ids.push_back(id);
    entry->second.by_session.insert(session.info.id.value, id);
    definitions_.emplace(id, std::move(definition));
    return settle(session, entry, before);
}

Reflection::Change Reflection::undefine(Session& session, std::string_view uri) {
    const auto entry = by_uri_.find(uri);
    if (entry == by_uri_.end()) return Change::none;
    const std::uint64_t* own = entry->second.by_session.find(session.info.id.value);
    if (own == nullptr) return Change::none;
    const Payload before = definitions_.at(entry->second.ids.back()).description;
    take(session, entry->second, *own);
    return settle(session, entry, before);
}

void Reflection::remove(Session& session, std::uint64_t definition) {
    const auto found = definitions_.find(definition);
    if (found == definitions_.end()) return;
    CHECK(found->second.session == session.info.id, "a definition is removed by who gave it");
    undefine(session, found->second.uri);
}

void Reflection::take(Session& session, Entry& entry, std::uint64_t id) {
    const auto definition = definitions_.find(id);
    const auto place = std::lower_bound(entry.ids.begin(), entry.ids.end(), id);
    CHECK(definition != definitions_.end() && place != entry.ids.end() && *place == id,
          "a definition stands in every table");
    const std::size_t bytes = definition->second.bytes();
    bytes_ -= bytes;
    session.definition_bytes -= bytes;
    session.definitions.erase(id);
    entry.ids.erase(place);
    entry.by_session.erase(session.info.id.value);
    definitions_.erase(definition);
}

Reflection::Change Reflection::settle(const Session& session, Entries::iterator entry,
                                      const std::optional<Payload>& before) {
    if (entry->second.ids.empty()) {
        meta_.undefined(session, entry->first);
        by_uri_.erase(entry);
        return Change::modified;
    }
    const Definition& now = definitions_.at(entry->second.ids.back());
    if (before && before->bytes.text() == now.description.bytes.text()) return Change::none;
    meta_.defined(session, now, before ? MetaEvents::IsNew::no : MetaEvents::IsNew::yes);
    return before ? Change::modified : Change::added;
}

const Definition* Reflection::find(std::string_view uri) const {
    const auto entry = by_uri_.find(uri);
    return entry == by_uri_.end() ? nullptr : &definitions_.at(entry->second.ids.back());
}

void Reflection::clear() {
    by_uri_.clear();
    definitions_.clear();
    bytes_ = 0;
}

}  // namespace kreisel
