#pragma once
// A SessionCore whose router is the test: what it sends is collected, what is told recorded.

#include "client/core/session_core.hpp"
#include "common/codec/codec.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <string>
#include <vector>

namespace kreisel::client {

/// Remembers the one outcome that it must be told.
template <class T, class Base = Waiter<T>>
class Recorded : public Base {
  public:
    void complete(Result<T> outcome) override {
        BOOST_REQUIRE(!is_told());
        told = std::move(outcome);
        ++times;
    }
    [[nodiscard]] bool is_told() const { return times > 0; }
    [[nodiscard]] std::string error() const {
        return is_told() && !told ? told.error().uri() : std::string();
    }

    Result<T> told = fail("nothing.told", "");
    int times = 0;
};

class RecordedCall final : public Recorded<CallResult, CallWaiter> {
  public:
    void on_progress(CallResult part) override {
        BOOST_REQUIRE(!is_told());
        parts.push_back(read_payload(part.payload).args);
    }
    [[nodiscard]] List result() const { return read_payload(told->payload).args; }

    std::vector<List> parts;
};

class RecordedEvents final : public EventSink {
  public:
    void on_event(ReceivedEvent event) override {
        events.push_back(read_payload(event.payload).args);
    }
    void on_gone(const Error& why) override { gone.push_back(why.uri()); }

    std::vector<List> events;
    std::vector<std::string> gone;
};

struct RecordedInvocation final : InvocationSink {
    void on_payload(Payload payload, bool is_last) override {
        inputs.push_back(read_payload(payload).args);
        is_over = is_last;
    }
    void on_interrupt(CancelMode mode) override { interrupts.push_back(mode); }

    InvocationKey key;
    std::vector<List> inputs;
    std::vector<CancelMode> interrupts;
    bool is_over = false;
};

class RecordedProcedure final : public Procedure {
  public:
    std::shared_ptr<InvocationSink> open(InvocationKey key, const Dict& details) override {
        static_cast<void>(details);
        auto invocation = std::make_shared<RecordedInvocation>();
        invocation->key = key;
        invocations.push_back(invocation);
        return invocation;
    }
    void on_gone(const Error& why) override { gone.push_back(why.uri()); }
    void on_postponed(const Error& why) override { postponed.push_back(why.uri()); }

    std::vector<std::shared_ptr<RecordedInvocation>> invocations;
    std::vector<std::string> gone;
    std::vector<std::string> postponed;
};

/// Says nothing but who it is.
class PlainLogin : public Login {
  public:
    void introduce(Dict& details) override { details.set("authid", "joe"); }
    Result<Authenticate> answer(const Challenge& challenge) override {
        if (challenge.method != "ticket") return fail("no.such.method", challenge.method);
        return Authenticate{"secret", {}};
    }
    Result<void> check(const Welcome& welcome) override {
        if (welcome.details.is_true("is_fake")) return fail("not.proved", "a fake");
        return {};
    }
};

struct ScriptedRouter : MessageOutlet {
    explicit ScriptedRouter(CoreSettings settings = {}) : core(named(std::move(settings))) {}

    Delivery send(const Message& message) override {
        if (const Payload* payload = payload_of(message)) {
            if (payload->bytes.size() > message_bytes_max) return Delivery::too_long;
        }
        sent.push_back(message);
        return Delivery::sent;
    }
    [[nodiscard]] bool is_full() const override { return is_output_full; }

    /// The oldest message that was sent and not looked at; it must be a T.
    template <class T>
    T take() {
        BOOST_REQUIRE_MESSAGE(!sent.empty(), "nothing was sent");
        BOOST_REQUIRE_MESSAGE(std::holds_alternative<T>(sent.front()),
                              "sent " << kreisel::to_text(kreisel::type_of(sent.front())));
        T message = std::get<T>(std::move(sent.front()));
        sent.pop_front();
        return message;
    }
    void say(Message message) {
        core.on_message(std::move(message), effects);
        effects.run_notices();
    }
    void open() {
        core.on_open(std::make_unique<PlainLogin>(), effects);
        effects.run_notices();
    }
    void lose() {
        core.on_lost(Error(uris::not_connected, {"cut"}), effects);
        effects.run_notices();
    }
    void pass(Duration time) {
        now += time;
        core.set_time(now);
        core.on_time(effects);
        effects.run_notices();
    }
    /// WELCOME with all that a dealer and broker can announce.
    [[nodiscard]] static Welcome welcome() {
        const Dict dealer{{"features", Dict{{"call_canceling", true}, {"call_timeout", true}}}};
        return {SessionId{42},
                {{"roles", Dict{{"dealer", dealer}, {"broker", Dict{}}}}, {"authid", "joe"}}};
    }
    ScriptedRouter& join() {
        open();
        take<Hello>();
        say(welcome());
        BOOST_REQUIRE(core.state() == CoreState::joined);
        return *this;
    }
    /// The router ended the connection because of what the core heard; the ABORT is out.
    void check_violation() {
        const auto end = core.take_end();
        BOOST_REQUIRE(end.has_value());
        BOOST_TEST(end->why.uri() == uris::broken_router);
        BOOST_TEST(take<Abort>().reason == uris::protocol_violation);
        lose();
        BOOST_TEST(core.operation_count() == 0U);
    }

    std::deque<Message> sent;
    Effects effects{*this};
    SessionCore core;
    TimePoint now{};
    std::size_t message_bytes_max = SIZE_MAX;
    bool is_output_full = false;

  private:
    [[nodiscard]] static CoreSettings named(CoreSettings settings) {
        settings.realm = "realm1";
        settings.agent = "test";
        return settings;
    }
};

inline Payload args(List values) { return make_payload(values); }

}  // namespace kreisel::client
