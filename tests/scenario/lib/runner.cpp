#include "tests/scenario/lib/runner.hpp"

#include "common/wamp/ids.hpp"

#include <deque>
#include <map>
#include <set>

namespace kreisel::scenario {

namespace {

/// Thrown inside a run with the message for the failing line.
struct Mismatch {
    std::string expected;
    std::string got;
};

std::string text_of(const Incoming& incoming) {
    switch (incoming.kind) {
        case Incoming::Kind::nothing:
            return "nothing";
        case Incoming::Kind::closed:
            return "closed";
        case Incoming::Kind::message:
            return message_text(incoming.message);
    }
    return {};
}

class Run {
  public:
    Run(const Script& script, Driver& driver) : script_(script), driver_(driver) {}

    std::optional<Failure> all() {
        for (const Step& step : script_.steps) {
            if (auto failure = guarded(step.line, step.source, [&] { one(step); })) return failure;
        }
        return guarded(0, "(end of the text)", [&] { end(); });
    }

  private:
    template <class Body>
    static std::optional<Failure> guarded(int line, const std::string& source, Body&& body) {
        try {
            body();
            return std::nullopt;
        } catch (const Mismatch& mismatch) {
            return Failure{line, source, mismatch.expected, mismatch.got};
        } catch (const std::exception& error) {
            return Failure{line, source, "", error.what()};
        }
    }

    void one(const Step& step) {
        switch (step.kind) {
            case Step::Kind::declare:
                return declare(step);
            case Step::Kind::send:
                return driver_.send(step.session, instantiate(step.message, bindings_));
            case Step::Kind::send_bytes:
                return driver_.send_bytes(step.session, step.bytes);
            case Step::Kind::expect:
                return expect(step.session, step.message, step.source);
            case Step::Kind::expect_later:
                return expect_later(step);
            case Step::Kind::nothing:
                return expect_kind(step.session, Incoming::Kind::nothing, Wait::until_settled);
            case Step::Kind::closed:
                expect_kind(step.session, Incoming::Kind::closed, Wait::until_something);
                live_.erase(step.session);
                return;
            case Step::Kind::drop:
                expect_kind(step.session, Incoming::Kind::nothing, Wait::until_settled);
                driver_.drop(step.session);
                live_.erase(step.session);
                return;
            case Step::Kind::wait:
                return driver_.wait(step.duration);
            case Step::Kind::check_same:
            case Step::Kind::check_differ:
            case Step::Kind::check_id:
                return check(step);
            case Step::Kind::set_role:
            case Step::Kind::remove_role:
            case Step::Kind::close_realm:
            case Step::Kind::hold:
            case Step::Kind::resume:
            case Step::Kind::refuse:
            case Step::Kind::set_history:
            case Step::Kind::set_storage:
            case Step::Kind::restart:
                return driver_.control(step);
        }
    }

    void declare(const Step& step) {
        const SessionSetting& setting = step.setting;
        driver_.connect(step.session);
        live_.insert(step.session);
        if (setting.is_raw) return;
        Dict details{{"roles", setting.roles}};
        if (!setting.ticket.empty()) {
            details.append("authid", setting.authid);
            details.append("authmethods", List{"ticket"});
        }
        driver_.send(step.session, List{1, setting.realm, details});
        if (!setting.ticket.empty()) {
            expect(step.session, parse_elements("4 \"ticket\" {...}"), "CHALLENGE ticket");
            driver_.send(step.session, List{5, setting.ticket, Dict{}});
        }
        bindings_.erase(step.session);
        expect(step.session, parse_elements("2 $" + step.session + " {...}"), "WELCOME");
    }

    Incoming next(const std::string& session, Wait wait) {
        auto& kept = kept_[session];
        if (kept.empty()) return driver_.next(session, wait);
        Incoming first = std::move(kept.front());
        kept.pop_front();
        return first;
    }

    void expect(const std::string& session, const Pattern& pattern, const std::string& source) {
        const Incoming incoming = next(session, Wait::until_something);
        Bindings trial = bindings_;
        if (incoming.kind != Incoming::Kind::message || !fits(pattern, incoming.message, trial)) {
            throw Mismatch{source + known_names(), text_of(incoming)};
        }
        bindings_ = std::move(trial);
    }

    void expect_later(const Step& step) {
        auto& kept = kept_[step.session];
        std::string seen;
        for (std::size_t i = 0;; ++i) {
            if (i == kept.size()) kept.push_back(driver_.next(step.session, Wait::until_something));
            Bindings trial = bindings_;
            if (kept[i].kind != Incoming::Kind::message) {
                kept.pop_back();
                throw Mismatch{step.source + known_names(), "only " + seen};
            }
            if (fits(step.message, kept[i].message, trial)) {
                bindings_ = std::move(trial);
                kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
                return;
            }
            seen += message_text(kept[i].message) + "; ";
        }
    }

    void expect_kind(const std::string& session, Incoming::Kind kind, Wait wait) {
        const Incoming incoming = next(session, wait);
        if (incoming.kind == kind) return;
        throw Mismatch{text_of(Incoming{kind, {}}), text_of(incoming)};
    }

    void check(const Step& step) {
        const Value& first = bound(step.first);
        if (step.kind == Step::Kind::check_id) {
            const auto* id = first.get_if<std::int64_t>();
            if (id != nullptr && is_valid_id(static_cast<std::uint64_t>(*id))) return;
            throw Mismatch{"an id in [1, 2^53]", to_text(first)};
        }
        const bool are_same = first == bound(step.second);
        if (are_same == (step.kind == Step::Kind::check_same)) return;
        throw Mismatch{step.source, to_text(first) + " and " + to_text(bound(step.second))};
    }
    const Value& bound(const std::string& name) const {
        const auto found = bindings_.find(name);
        if (found == bindings_.end()) throw TextError("$" + name + " is not bound yet");
        return found->second;
    }

    void end() {
        for (const std::string& session : live_) {
            const Incoming incoming = next(session, Wait::until_settled);
            if (incoming.kind == Incoming::Kind::nothing) continue;
            throw Mismatch{session + "< nothing", text_of(incoming)};
        }
        if (std::string left = driver_.finish(); !left.empty()) {
            throw Mismatch{"empty tables after everybody left", left};
        }
    }

    std::string known_names() const {
        std::string text;
        for (const auto& [name, value] : bindings_) text += " $" + name + "=" + to_text(value);
        return text.empty() ? text : "   where" + text;
    }

    const Script& script_;
    Driver& driver_;
    Bindings bindings_;
    std::set<std::string> live_;
    std::map<std::string, std::deque<Incoming>> kept_;
};

}  // namespace

std::optional<Failure> run_script(const Script& script, Driver& driver) {
    return Run(script, driver).all();
}

}  // namespace kreisel::scenario
