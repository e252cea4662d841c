#include "bench/load/login.hpp"

#include "client/core/session_core.hpp"

#include <stdexcept>

namespace kreisel::load {

Message hello_message(const std::string& realm) {
    const Dict features{{"features", Dict{}}};
    return Hello{realm, Dict{{"roles", Dict{{"publisher", features},
                                            {"subscriber", features},
                                            {"caller", features},
                                            {"callee", features}}},
                             {"agent", "bench_load"}}};
}

Joining::Joining(const SessionSettings& settings) : realm_(settings.realm) {
    if (settings.target.make_login) login_ = settings.target.make_login();
}

Joining::Joining(Joining&&) noexcept = default;
Joining::~Joining() = default;

Message Joining::hello() const {
    Message message = hello_message(realm_);
    if (login_ != nullptr) login_->introduce(std::get<Hello>(message).details);
    return message;
}

std::optional<Message> Joining::answer(const Message& message) {
    const auto* challenge = std::get_if<Challenge>(&message);
    if (challenge != nullptr && login_ != nullptr) {
        auto answer = login_->answer(*challenge);
        if (!answer) throw std::runtime_error(answer.error().what());
        return std::move(*answer);
    }
    const auto* welcome = std::get_if<Welcome>(&message);
    if (welcome == nullptr) throw std::runtime_error("HELLO was answered by " + describe(message));
    if (login_ == nullptr) return std::nullopt;
    if (const auto checked = login_->check(*welcome); !checked) {
        throw std::runtime_error(checked.error().what());
    }
    return std::nullopt;
}

std::string describe(const Message& message) {
    std::string text(to_text(type_of(message)));
    if (const auto* error = std::get_if<ErrorMessage>(&message)) text += " " + error->error;
    if (const auto* abort = std::get_if<Abort>(&message)) {
        text += " " + abort->reason;
        text += ": " + std::string(abort->details.find_text("message").value_or(""));
    }
    if (const auto* goodbye = std::get_if<Goodbye>(&message)) text += " " + goodbye->reason;
    return text;
}

void require_alive(const Session& session, const char* who) {
    if (session.is_ended())
        throw std::runtime_error(std::string(who) + ": " + session.end_reason());
}

Message ask(Poller& poller, Session& session, const Message& message, SteadyTime deadline) {
    const std::string what(to_text(type_of(message)));
    session.send(message);
    poller.update(session);
    poller.poll_until([&] { return session.is_ended() || !session.inbox().empty(); }, deadline,
                      "the answer to " + what);
    if (session.inbox().empty()) require_alive(session, what.c_str());
    Message answer = std::move(session.inbox().front());
    session.inbox().erase(session.inbox().begin());
    const MessageType type = type_of(answer);
    if (type == MessageType::error || type == MessageType::abort || type == MessageType::goodbye) {
        throw std::runtime_error(what + " was answered by " + describe(answer));
    }
    return answer;
}

std::unique_ptr<Session> join(Poller& poller, const SessionSettings& settings,
                              SteadyTime deadline) {
    auto session = std::make_unique<Session>(settings);
    poller.add(*session);
    poller.poll_until([&] { return session->is_open() || session->is_ended(); }, deadline,
                      "the handshake with " + settings.target.host);
    require_alive(*session, "handshake");
    if (settings.target.kind == Target::Kind::raw) return session;
    Joining joining(settings);
    std::optional<Message> next = joining.hello();
    while (next) next = joining.answer(ask(poller, *session, *next, deadline));
    return session;
}

}  // namespace kreisel::load
