#pragma once
// Effects: what the realm's serial step asks for, in the order it asked.
//
// Filled by Realm, applied by its host before the next input is handled, then cleared and reused:
// no allocation once warm. A publication to N subscribers is one entry with N receivers in a flat
// array. Confined to the serial step.

#include "common/codec/parcel.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kreisel {

/// A session's place in a realm's table. The generation tells a reused slot from its former owner.
struct PeerRef {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    bool operator==(const PeerRef&) const = default;
};

/// How the realm ends a session: the session is out of the realm's tables when this is asked for.
enum class CloseKind : std::uint8_t {
    abort,    ///< ABORT with reason: protocol violation
    goodbye,  ///< GOODBYE with reason: killed, realm closed, logged out
};

struct Effect {
    enum class Kind : std::uint8_t { send, close };
    Kind kind = Kind::send;
    CloseKind close_kind = CloseKind::abort;
    /// Events may be dropped by the receiver's slow-consumer policy; everything else may not.
    bool is_event = false;
    ParcelPtr parcel;         ///< send: the message; close: the ABORT or GOODBYE
    std::uint32_t first = 0;  ///< receivers()[first, first + count)
    std::uint32_t count = 0;
};

/// What became of a Realm::ask(): a ResultMessage or an ErrorMessage.
struct Answer {
    std::uint64_t token = 0;
    Message message;
};

class Effects {
  public:
    void send(PeerRef to, Message&& message) { push(Effect::Kind::send, to, std::move(message)); }
    /// Ends a session with ABORT or GOODBYE as its last message.
    void close(PeerRef to, CloseKind kind, Message&& last) {
        push(Effect::Kind::close, to, std::move(last));
        list_.back().close_kind = kind;
    }
    /// Opens an event for receivers that follow by add_receiver(); nothing is kept if none does.
    void begin_event(Message&& event) {
        Effect& effect = list_.emplace_back();
        effect.is_event = true;
        effect.parcel = ParcelPtr::make(std::move(event));
        effect.first = static_cast<std::uint32_t>(receivers_.size());
    }
    void add_receiver(PeerRef to) { receivers_.push_back(to); }
    void add_receivers(std::span<const PeerRef> to) {
        receivers_.insert(receivers_.end(), to.begin(), to.end());
    }
    void end_event() {
        Effect& effect = list_.back();
        effect.count = static_cast<std::uint32_t>(receivers_.size()) - effect.first;
        if (effect.count == 0) list_.pop_back();
    }

    /// Asks whether the session's peer is still there; Realm::confirm_alive() is the answer,
    /// leave() the other one.
    void probe(PeerRef peer) { probes_.push_back(peer); }

    /// The answer to a question of the realm's host.
    void answer(Answer answer) { answers_.push_back(std::move(answer)); }

    [[nodiscard]] const std::vector<Answer>& answers() const { return answers_; }
    [[nodiscard]] const std::vector<PeerRef>& probes() const { return probes_; }
    [[nodiscard]] const std::vector<Effect>& list() const { return list_; }
    [[nodiscard]] std::span<const PeerRef> receivers(const Effect& effect) const {
        return {receivers_.data() + effect.first, effect.count};
    }
    [[nodiscard]] bool empty() const {
        return list_.empty() && probes_.empty() && answers_.empty();
    }
    /// Messages to receivers so far: what fairness counts.
    [[nodiscard]] std::size_t size() const { return receivers_.size(); }
    void clear() {
        list_.clear();
        receivers_.clear();
        probes_.clear();
        answers_.clear();
    }

  private:
    void push(Effect::Kind kind, PeerRef to, Message&& message) {
        Effect& effect = list_.emplace_back();
        effect.kind = kind;
        effect.parcel = ParcelPtr::make(std::move(message));
        effect.first = static_cast<std::uint32_t>(receivers_.size());
        effect.count = 1;
        receivers_.push_back(to);
    }

    std::vector<Effect> list_;
    std::vector<PeerRef> receivers_;
    std::vector<PeerRef> probes_;
    std::vector<Answer> answers_;
};

}  // namespace kreisel
