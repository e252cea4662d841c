#pragma once
// Reflection: what the sessions of a realm say of their procedures, topics and errors
// (rfc/text/advanced/interface_reflection).
//
// A definition lives as long as the session that gave it. Several sessions may define one URI, as
// the callees of a shared registration do: the youngest definition counts, and when its session
// goes, the one before. Owned by the Realm; serial step.

#include "common/wamp/messages.hpp"
#include "router/core/id_map.hpp"
#include "router/core/meta/meta_events.hpp"
#include "router/core/realm.hpp"
#include "router/core/uri_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kreisel {

enum class DefinedKind : std::uint8_t { procedure, topic, error };

[[nodiscard]] std::optional<DefinedKind> defined_kind_of(std::string_view text);

struct Definition {
    Uri uri;
    DefinedKind kind = DefinedKind::procedure;
    SessionId session;
    Payload description;  ///< one argument, encoded: a fraction of the memory of its values

    [[nodiscard]] std::size_t bytes() const { return uri.size() + description.bytes.size(); }
};

class Reflection {
  public:
    /// What a change did to what is told of the URI.
    enum class Change : std::uint8_t { none, added, modified };

    /// The references must outlive this.
    Reflection(const RealmLimits& limits, MetaEvents& meta, std::uint64_t seed)
        : limits_(limits), meta_(meta), by_uri_(0, UriHash(seed)) {}

    /// Adds the session's definition of `definition.uri`, or replaces it; the error is the ERROR to
    /// answer with.
    [[nodiscard]] Result<Change> define(Session& session, Definition definition);
    /// Removes the session's definition of `uri`, if it has one.
    Change undefine(Session& session, std::string_view uri);
    /// Removes a definition of `session`, which may be leaving, by its key in Session::definitions.
    void remove(Session& session, std::uint64_t definition);
    /// Forgets all definitions; the sessions are forgotten with them.
    void clear();

    /// The definition of `uri` that counts, or nullptr.
    [[nodiscard]] const Definition* find(std::string_view uri) const;
    /// Calls `visit(definition)` for each that counts, in no order.
    template <class Visit>
    void visit(Visit visit) const {
        for (const auto& [uri, entry] : by_uri_) visit(definitions_.at(entry.ids.back()));
    }
    [[nodiscard]] std::size_t size() const { return definitions_.size(); }

  private:
    /// The definitions of one URI.
    struct Entry {
        std::vector<std::uint64_t> ids;   ///< rising: the last one counts
        IdMap<std::uint64_t> by_session;  ///< session id -> definition
    };
    using Entries = std::unordered_map<Uri, Entry, UriHash, std::equal_to<>>;

    [[nodiscard]] Result<void> judge_limits(const Session& session, const Definition& added,
                                            const Definition* replaced) const;
    /// Takes it out of all tables; the entry stays, even if it is empty now.
    void take(Session& session, Entry& entry, std::uint64_t id);
    /// Tells whoever watches what became of the URI, whose description was `before`.
    Change settle(const Session& session, Entries::iterator entry,
                  const std::optional<Payload>& before);

    const RealmLimits& limits_;
    MetaEvents& meta_;
    Entries by_uri_;
    std::unordered_map<std::uint64_t, Definition> definitions_;  ///< by a number that rises
    std::uint64_t last_id_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace kreisel
