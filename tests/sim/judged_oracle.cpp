#include "tests/sim/judged_oracle.hpp"

#include <algorithm>
#include <string>

namespace kreisel::sim {

namespace {

bool is_below(std::string_view uri, std::string_view beginning) {
    return uri.substr(0, beginning.size()) == beginning;
}

[[noreturn]] void fail_with(Actor actor, const std::string& text) {
    throw Fault("session " + std::to_string(actor) + ": " + text);
}

}  // namespace

ByRule by_rule(std::string_view uri, std::uint32_t version) {
    if (is_below(uri, "open.")) return ByRule::allowed;
    if (is_below(uri, "shut.")) return ByRule::forbidden;
    if (!is_below(uri, "turn.") || version == 0) return ByRule::asked;
    return version == 1 ? ByRule::forbidden : ByRule::allowed;
}

void JudgedOracle::on_request(Actor actor, JudgedRequest request) {
    askers_[actor].requests.push_back(std::move(request));
}

void JudgedOracle::on_outcome(Actor actor, RequestId id, Outcome outcome) {
    const auto known = askers_.find(actor);
    if (known == askers_.end()) fail_with(actor, "a request gets through after its session left");
    Asker& asker = known->second;
    const auto found =
        std::find_if(asker.requests.begin(), asker.requests.end(),
                     [id](const JudgedRequest& request) { return request.id == id; });
    if (found == asker.requests.end()) fail_with(actor, "an answer to what was never asked");
    if (found->is_over) {
        // PUBLISHED follows the event, the end of a call its INVOCATION.
        if (outcome == Outcome::through || outcome == Outcome::canceled) return;
        fail_with(actor, "a second answer to request " + std::to_string(id.value));
    }
    found->is_over = true;
    if (outcome == Outcome::canceled) {
        if (asker.question && asker.question->request == id) asker.question->is_void = true;
        return;
    }
    check_reason(asker, *found, outcome);
    if (outcome == Outcome::no_room) return;
    const bool is_by_gate = outcome == Outcome::denied && found->about &&
                            by_rule(found->about->uri, version_) == ByRule::forbidden;
    if (is_by_gate) return;
    if (id.value <= asker.last.value) {
        fail_with(actor, "request " + std::to_string(id.value) + " is handled after " +
                             std::to_string(asker.last.value));
    }
    asker.last = id;
}

void JudgedOracle::check_reason(Asker& asker, const JudgedRequest& request, Outcome outcome) {
    const auto fail = [&request](const std::string& text) {
        throw Fault("request " + std::to_string(request.id.value) + " " + text);
    };
    if (outcome == Outcome::no_room) {
        const auto waiting = std::count_if(asker.requests.begin(), asker.requests.end(),
                                           [](const JudgedRequest& one) { return !one.is_over; });
        if (static_cast<std::size_t>(waiting) < held_max_) fail("is refused where there is room");
        return;
    }
    if (!request.about) {
        if (outcome != Outcome::through) fail("is refused and needs no permission");
        return;
    }
    const ByRule rule = by_rule(request.about->uri, version_);
    switch (outcome) {
        case Outcome::through:
            if (rule == ByRule::allowed) return;
            if (rule == ByRule::forbidden) fail("gets through against the rules");
            if (!has_ruling(asker, *request.about, Ruling::Kind::allowed)) {
                fail("gets through, and nobody has allowed it");
            }
            return;
        case Outcome::denied:
            if (rule == ByRule::forbidden) return;
            if (rule == ByRule::allowed ||
                !has_ruling(asker, *request.about, Ruling::Kind::denied)) {
                fail("is denied, and nobody has denied it");
            }
            return;
        case Outcome::failed:
            if (rule != ByRule::asked) fail("fails, and the rules decide about it");
            if (registration_.value != 0 &&
                !has_ruling(asker, *request.about, Ruling::Kind::failed)) {
                fail("fails where an authorizer is there and has not failed");
            }
            return;
        case Outcome::no_room:
        case Outcome::canceled:
            return;
    }
}

bool JudgedOracle::has_ruling(Asker& asker, const Rulings::About& about, Ruling::Kind kind) {
    if (asker.fresh && asker.fresh->about == about && asker.fresh->kind == kind) {
        asker.fresh.reset();
        return true;
    }
    const Kept* kept = find_kept(asker, about);
    return kept != nullptr && kept->kind == kind;
}

const JudgedOracle::Kept* JudgedOracle::find_kept(const Asker& asker,
                                                  const Rulings::About& about) const {
    const auto found = std::find_if(asker.kept.begin(), asker.kept.end(), [&](const Kept& kept) {
        return kept.about == about && (!kept.expires || now_ < *kept.expires) &&
               (registration_.value == 0 || kept.registration == registration_);
    });
    return found == asker.kept.end() ? nullptr : &*found;
}

void JudgedOracle::on_question(Actor actor, const Rulings::About& about, Actor judge,
                               RequestId invocation) {
    ++questions_;
    const auto known = askers_.find(actor);
    if (known == askers_.end()) fail_with(actor, "is asked about and has left");
    Asker& asker = known->second;
    if (asker.question) fail_with(actor, "a second question at the same time");
    if (asker.kept.size() <= kept_max_ && find_kept(asker, about) != nullptr) {
        fail_with(actor, "is asked about '" + about.uri + "' once more");
    }
    if (by_rule(about.uri, version_) != ByRule::asked) {
        fail_with(actor, "is asked about '" + about.uri + "', where the rules decide");
    }
    // A PUBLISH that nobody acknowledges may have ended in silence.
    const auto first = std::find_if(
        asker.requests.begin(), asker.requests.end(), [&](const JudgedRequest& request) {
            return !request.is_over && (request.is_answered || request.about == about);
        });
    if (first == asker.requests.end() || first->about != about) {
        fail_with(actor,
                  "the question about '" + about.uri + "' is not about the first that waits");
    }
    asker.question = Question{about, first->id, judge, invocation, registration_, now_};
}

void JudgedOracle::on_answer(Actor judge, RequestId invocation, Ruling::Kind kind,
                             std::optional<Duration> lifetime) {
    for (auto& [actor, asker] : askers_) {
        const auto& question = asker.question;
        if (!question || question->judge != judge || question->invocation != invocation) continue;
        return take_ruling(asker, kind, lifetime);
    }
}

void JudgedOracle::take_ruling(Asker& asker, Ruling::Kind kind, std::optional<Duration> lifetime) {
    const Question question = *std::exchange(asker.question, std::nullopt);
    Kept ruling{question.about, kind, std::nullopt, question.registration};
    if (!question.is_void) asker.fresh = ruling;
    // Until its end, if it has none: as long as the session.
    if (!lifetime || kind == Ruling::Kind::failed || question.is_overtaken) return;
    if (*lifetime != Duration::max()) ruling.expires = now_ + *lifetime;
    std::erase_if(asker.kept, [&](const Kept& old) { return old.about == ruling.about; });
    asker.kept.push_back(std::move(ruling));
}

void JudgedOracle::on_judge_gone(Actor judge) {
    for (auto& [actor, asker] : askers_) {
        if (asker.question && asker.question->judge == judge) {
            take_ruling(asker, Ruling::Kind::failed, std::nullopt);
        }
    }
}

void JudgedOracle::on_rules(std::uint32_t version) {
    version_ = version;
    for (auto& [actor, asker] : askers_) {
        asker.kept.clear();
        if (asker.question) asker.question->is_overtaken = true;
    }
}

void JudgedOracle::on_time(TimePoint now) {
    now_ = now;
    for (auto& [actor, asker] : askers_) {
        if (asker.question && asker.question->asked + timeout_ <= now) {
            take_ruling(asker, Ruling::Kind::failed, std::nullopt);
        }
    }
}

// A ruling is used in the step that brings it: what it was about stands first.
void JudgedOracle::end_step() {
    for (auto& [actor, asker] : askers_) asker.fresh.reset();
}

void JudgedOracle::check_all_answered() const {
    for (const auto& [actor, asker] : askers_) {
        if (asker.question) fail_with(actor, "a question outlives its time");
        for (const JudgedRequest& request : asker.requests) {
            if (request.is_over || !request.is_answered) continue;
            fail_with(actor, "request " + std::to_string(request.id.value) + " has no answer");
        }
    }
}

}  // namespace kreisel::sim
