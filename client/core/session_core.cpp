// The life of a session: connections that come and go, log-in, leaving. What is asked of the router
// is in session_requests.cpp, what comes from it in session_answers.cpp.
#include "client/core/session_core.hpp"

#include "client/core/announcement.hpp"
#include "common/codec/codec.hpp"

namespace kreisel::client {

namespace {

std::string text_of(const Dict& dict, std::string_view key) {
    return std::string(dict.find_text(key).value_or(std::string_view()));
}

/// The error that an ABORT or GOODBYE tells.
Error error_of(const std::string& reason, const Dict& details) {
    List args;
    if (const auto message = details.find_text("message")) args.emplace_back(*message);
    return Error(reason, std::move(args), details);
}

/// Whether it is worth coming back after the router ended the session with `reason`.
CoreEnd::Retry retry_after(std::string_view reason) {
    const bool is_shutdown =
        reason == kreisel::uris::close_system_shutdown || reason == kreisel::uris::close_realm ||
        reason == kreisel::uris::close_killed || reason == kreisel::uris::close_normal;
    return is_shutdown ? CoreEnd::Retry::yes : CoreEnd::Retry::no;
}

}  // namespace

SessionCore::SessionCore(CoreSettings settings)
    : settings_(std::move(settings)), invocations_(settings_.invocations_max) {}

void SessionCore::on_open(std::unique_ptr<Login> login, Effects& effects) {
    operations_.begin_connection();
    invocations_.begin_connection(effects);
    login_ = std::move(login);
    is_challenged_ = false;
    is_finished_ = false;
    end_.reset();
    state_ = CoreState::joining;
    Hello hello;
    hello.realm = settings_.realm;
    hello.details.set("roles", client_roles());
    if (!settings_.agent.empty()) hello.details.set("agent", settings_.agent);
    login_->introduce(hello.details);
    effects.send(std::move(hello));
}

void SessionCore::on_lost(const Error& why, Effects& effects) {
    if (state_ == CoreState::offline) return;
    drop_connection(why, effects);
}

void SessionCore::drop_connection(const Error& why, Effects& effects) {
    state_ = CoreState::offline;
    retry_at_.reset();
    retry_wait_ = {};
    identity_ = {};
    login_.reset();
    invocations_.begin_connection(effects);
    subscriptions_.forget_connection();
    registrations_.forget_connection();
    for (Operation& operation : operations_.take_sent()) {
        fail_operation(std::move(operation), why, effects);
    }
    if (settings_.while_offline == WhileOffline::wait) return;
    for (Operation& operation : operations_.take_all()) {
        fail_operation(std::move(operation), why, effects);
    }
}

void SessionCore::on_time(Effects& effects) {
    if (retry_at_ && *retry_at_ <= now_) {
        retry_at_.reset();
        if (state_ == CoreState::joined) ask_again(effects);
    }
    invocations_.on_time(now_, effects);
    for (const OperationId id : operations_.expire(now_)) {
        Operation* operation = operations_.find(id);
        const Error why(uris::timeout, {"no answer in time"});
        if (!operation->request) {
            fail_operation(operations_.take(*operation), why, effects);
            continue;
        }
        abandon(*operation, why, effects);
    }
}

std::optional<TimePoint> SessionCore::next_deadline() const {
    std::optional<TimePoint> next = retry_at_;
    for (const auto& deadline : {operations_.next_deadline(), invocations_.next_deadline()}) {
        if (deadline && (!next || *deadline < *next)) next = deadline;
    }
    return next;
}

void SessionCore::close(const Error& why, Effects& effects) {
    over_ = why;
    if (state_ != CoreState::offline) drop_connection(why, effects);
    for (Operation& operation : operations_.take_all()) {
        fail_operation(std::move(operation), why, effects);
    }
    // Their owner gave them up with the session: nobody is told.
    static_cast<void>(subscriptions_.take_all());
    static_cast<void>(registrations_.take_all());
}

void SessionCore::drop() {
    over_ = Error(uris::closed, {"what the session ran on is gone"});
    state_ = CoreState::offline;
    const auto dropped = operations_.take_all();
    for (const Operation& operation : dropped) {
        const auto* call = std::get_if<CallAsked>(&operation.asked);
        if (call != nullptr && call->waiter != nullptr) call->waiter->drop();
    }
    invocations_.drop();
    static_cast<void>(subscriptions_.take_all());
    static_cast<void>(registrations_.take_all());
}

bool SessionCore::leave(std::string_view reason, Effects& effects) {
    if (state_ != CoreState::joined) return false;
    state_ = CoreState::leaving;
    effects.send(Goodbye{{}, Uri(reason)});
    return true;
}

void SessionCore::on(Welcome& message, Effects& effects) {
    if (state_ != CoreState::joining) return violate("WELCOME out of turn", effects);
    if (auto checked = login_->check(message); !checked) {
        effects.send(Abort{{{"message", "the router did not prove who it is"}},
                           Uri(uris::authentication_failed),
                           {}});
        return finish(checked.error(), CoreEnd::Retry::no);
    }
    identity_ = {message.session,
                 text_of(message.details, "realm"),
                 text_of(message.details, "authid"),
                 text_of(message.details, "authrole"),
                 text_of(message.details, "authmethod"),
                 text_of(message.details, "authprovider"),
                 std::move(message.details)};
    if (identity_.realm.empty()) identity_.realm = settings_.realm;
    login_.reset();
    state_ = CoreState::joined;
    ask_again(effects);
    send_waiting(effects);
}

void SessionCore::on(Challenge& message, Effects& effects) {
    if (state_ != CoreState::joining || is_challenged_) {
        return violate("CHALLENGE out of turn", effects);
    }
    is_challenged_ = true;
    auto answer = login_->answer(message);
    if (answer) {
        effects.send(std::move(*answer));
        return;
    }
    effects.send(Abort{
        {{"message", "the challenge cannot be answered"}}, Uri(uris::authentication_failed), {}});
    finish(answer.error(), CoreEnd::Retry::no);
}

void SessionCore::on(Abort& message, Effects& effects) {
    static_cast<void>(effects);
    Error why = error_of(message.reason, message.details);
    const bool is_busy = message.reason == uris::unavailable;
    finish(std::move(why), is_busy ? CoreEnd::Retry::yes : CoreEnd::Retry::no);
}

void SessionCore::on(Goodbye& message, Effects& effects) {
    if (state_ == CoreState::leaving) {
        return finish(Error(uris::closed, {"the session was left"}), CoreEnd::Retry::no);
    }
    if (state_ != CoreState::joined) return violate("GOODBYE out of turn", effects);
    effects.send(Goodbye{{}, Uri(uris::goodbye_and_out)});
    finish(error_of(message.reason, message.details), retry_after(message.reason));
}

void SessionCore::violate(std::string text, Effects& effects) {
    effects.send(Abort{{{"message", text}}, Uri(uris::protocol_violation), {}});
    finish(Error(uris::broken_router, {std::move(text)}), CoreEnd::Retry::yes);
}

void SessionCore::finish(Error why, CoreEnd::Retry retry) {
    // The owner closes the link and says on_lost(); until then nothing more is heard.
    if (!end_) end_ = CoreEnd{std::move(why), retry};
    state_ = CoreState::leaving;
    is_finished_ = true;
}

bool SessionCore::router_has(std::string_view role, std::string_view feature) const {
    const Dict* roles = identity_.details.find_dict("roles");
    const Dict* entry = roles == nullptr ? nullptr : roles->find_dict(role);
    const Dict* features = entry == nullptr ? nullptr : entry->find_dict("features");
    return features != nullptr && features->is_true(feature);
}

}  // namespace kreisel::client
