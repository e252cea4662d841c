#include "router/server/peer_session.hpp"

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "router/access/principal.hpp"
#include "router/server/auth_desk.hpp"
#include "router/server/connection.hpp"
#include "router/server/realm_host.hpp"
#include "router/server/router.hpp"

namespace kreisel {

namespace {

/// Messages whose room a session keeps between bursts.
constexpr std::size_t burst_kept = 16;
/// How long a jump of the calendar clock may go unnoticed.
constexpr Duration expiry_look_max = std::chrono::seconds{30};

std::string_view reason_text(const Dict& details) {
    return details.find_text("message").value_or(std::string_view{});
}

}  // namespace

void PeerSession::log(LogLevel level, std::string_view event, std::string_view why) const {
    const auto own = host_ ? host_->log_level() : std::optional<LogLevel>{};
    if (own ? level < *own : !log_is_on(level)) return;
    const std::string& peer = connection_.peer();
    if (id_) {
        log_write(level, event,
                  {{"realm", realm_->name},
                   {"session", id_.value},
                   {"authid", authid_},
                   {"authrole", authrole_},
                   {"peer", peer},
                   {"transport", connection_.transport_name()},
                   {"why", why}});
    } else {
        log_write(level, event,
                  {{"peer", peer}, {"transport", connection_.transport_name()}, {"why", why}});
    }
}

void PeerSession::on_open() {
    Shard& shard = connection_.shard();
    PeerFacts peer = connection_.peer_facts();
    cookie_ = peer.cookie;
    peer.cookie_login = shard.router().cookie_jar().find(cookie_, SystemClock{}.wall());
    handshake_ = std::make_unique<Handshake>(shard.view()->access, shard.random(), std::move(peer));
    state_ = State::handshake;
}

void PeerSession::on_message(const WireMessage& message) {
    if (state_ == State::left || state_ == State::closed) return;
    const DecodeLimits limits{connection_.settings().listener.limits.nesting_max};
    auto decoded = decode(connection_.wire().encoding(), message.bytes, limits);
    if (state_ == State::awaiting_goodbye) {
        // WAMP b/sessions: what crosses our GOODBYE is ignored until the reply.
        if (decoded) on_goodbye_reply(*decoded);
        return;
    }
    if (!decoded) {
        const std::string why = decoded.error().text;
        if (why.find("nested too deep") != std::string::npos) {
            connection_.shard().metrics().reached(Limit::nesting_max);
        }
        return abort(make_abort(decoded.error().uri, why), close_code::protocol_error, why);
    }
    connection_.shard().metrics().messages_received[decoded->index()].add();
    if (state_ == State::handshake) {
        // Challenges that were collected before do not help either.
        if (std::holds_alternative<Authenticate>(*decoded) && is_throttled()) return;
        return follow(handshake_->on_message(std::move(*decoded), SystemClock{}.wall()));
    }
    on_admissible(std::move(*decoded));
}

void PeerSession::follow(HandshakeStep step) {
    const bool has_secret =
        std::holds_alternative<HandshakeReply>(step) || std::holds_alternative<AuthQuestion>(step);
    if (has_secret && is_throttled()) return;
    if (auto* reply = std::get_if<HandshakeReply>(&step)) {
        return connection_.send(std::move(reply->message));
    }
    if (auto* question = std::get_if<AuthQuestion>(&step)) return ask(std::move(*question));
    if (auto* accepted = std::get_if<HandshakeAccepted>(&step)) return join(std::move(*accepted));
    if (auto* refused = std::get_if<HandshakeRefused>(&step)) {
        connection_.shard().metrics().logins_failed.add(handshake_->method());
        const bool is_violation = refused->abort.reason == uris::protocol_violation;
        if (refused->abort.reason == uris::authentication_denied) {
            Shard& shard = connection_.shard();
            shard.router().login_guard().on_failure(connection_.counted_as(), shard.now());
        }
        return abort(std::move(refused->abort),
                     is_violation ? close_code::protocol_error : close_code::normal, refused->why);
    }
    const std::string why = std::get<HandshakeEnded>(step).why;
    log(LogLevel::info, "log-in ended by the client", why);
    state_ = State::left;
    connection_.finish(close_code::normal, "");
}

bool PeerSession::is_throttled() {
    Shard& shard = connection_.shard();
    const Duration wait =
        shard.router().login_guard().wait_of(connection_.counted_as(), shard.now());
    if (wait <= Duration::zero()) return false;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    shard.metrics().reached(Limit::login_throttle);
    abort(make_abort(uris::authentication_failed,
                     "too many failed log-ins from your address; try again in " +
                         std::to_string(seconds) + " s"),
          close_code::policy_violation, "too many failed log-ins from this address");
    return true;
}

void PeerSession::ask(AuthQuestion question) {
    Shard& shard = connection_.shard();
    const std::weak_ptr<StreamOwner> asker = connection_.weak_from_this();
    shard.router().auth_desk().ask(shard, std::move(question), [asker](AuthAnswer answer) {
        const auto connection = std::static_pointer_cast<Connection>(asker.lock());
        if (connection != nullptr) connection->session().on_auth_answer(std::move(answer));
    });
}

void PeerSession::on_auth_answer(AuthAnswer answer) {
    // Who gave up meanwhile, or was too late, has no use for it.
    if (state_ != State::handshake) return;
    if (answer || answer.error().uri != uris::unavailable) {
        return follow(handshake_->on_answer(std::move(answer)));
    }
    ShardMetrics& metrics = connection_.shard().metrics();
    metrics.logins_failed.add(handshake_->method());
    log(LogLevel::info, "log-in refused", answer.error().text);
    state_ = State::left;
    handshake_.reset();
    connection_.finish(close_code::try_again_later, "too busy, try again later");
}

void PeerSession::join(HandshakeAccepted accepted) {
    handshake_.reset();
    const auto view = connection_.shard().view();
    const auto found = view->hosts.find(accepted.realm->name);
    if (found == view->hosts.end()) {
        return abort(make_abort(uris::no_such_realm, "the realm has just been removed"),
                     close_code::normal, "realm removed during log-in");
    }
    host_ = found->second;
    realm_ = std::move(accepted.realm);
    access_version_ = view->access->version;
    auto& info = accepted.session;
    id_ = info.id;
    authid_ = info.authid;
    authrole_ = info.authrole;
    authmethod_ = info.authmethod;
    authprovider_ = info.authprovider;
    ingress_ = std::make_unique<Ingress>(realm_, info);
    keep_cookie(accepted.expires);
    state_ = State::joined;
    connection_.set_message_bytes_max(connection_.settings().listener.limits.message_bytes_max);
    connection_.on_joined();
    connection_.shard().metrics().sessions_opened.add();
    log(LogLevel::info, "session joined", authmethod_);
    expires_ = accepted.expires;
    host_->join(connection_.self(), std::move(info));
    watch_expiry();
}

void PeerSession::watch_expiry() {
    if (!expires_ || state_ != State::joined) return;
    const Duration left = *expires_ - SystemClock{}.wall();
    if (left <= Duration::zero()) {
        return say_goodbye(uris::close_killed, "the log-in has expired");
    }
    connection_.arm_expiry(connection_.shard().now() + std::min(left, expiry_look_max));
}

void PeerSession::keep_cookie(std::optional<WallTime> session_expires) {
    if (cookie_.empty() || authmethod_ == to_text(AuthMethod::cookie)) return;
    if (authmethod_ == to_text(AuthMethod::anonymous)) return cookie_.clear();
    CookieJar& jar = connection_.shard().router().cookie_jar();
    const WallTime now = SystemClock{}.wall();
    const auto before = jar.find(cookie_, now);
    const bool is_same = before && before->realm == realm_->name && before->authid == authid_ &&
                         before->role == authrole_;
    if (before && !is_same) {
        // It may have been planted by whom it stood for, who would now be let in as this user.
        jar.erase(cookie_);
        return cookie_.clear();
    }
    const auto& config = connection_.settings().listener.cookie;
    if (!config) return;
    WallTime expires = now + std::chrono::duration_cast<WallTime::duration>(config->max_age);
    if (session_expires) expires = std::min(expires, *session_expires);
    jar.put(cookie_, {realm_->name, authid_, authrole_, authprovider_, expires, session_expires},
            now);
}

void PeerSession::drop_cookie() {
    connection_.shard().router().cookie_jar().erase(cookie_);
    cookie_.clear();
}

void PeerSession::on_join_refused(const Error& error) {
    if (state_ != State::joined) return;
    host_.reset();  // never was a member
    abort(make_abort(error.uri, error.text), close_code::normal, error.text, SessionEnd::refused);
}

void PeerSession::on_admissible(Message&& message) {
    auto admission = ingress_->admit(message);
    switch (admission.verdict) {
        case Admission::Verdict::admitted:
            // The gate may have put another message in its place.
            if (connection_.is_over_pace() && refuse_over_pace(message)) return;
            return collect(admission.answer ? std::move(*admission.answer) : std::move(message));
        case Admission::Verdict::answered:
            log(LogLevel::debug, "request refused", admission.why);
            return connection_.send(std::move(*admission.answer));
        case Admission::Verdict::dropped:
            return log(LogLevel::debug, "publication dropped", admission.why);
        case Admission::Verdict::violation:
            static_cast<void>(end_burst());
            return abort(std::get<Abort>(std::move(*admission.answer)), close_code::protocol_error,
                         admission.why);
        case Admission::Verdict::goodbye:
            static_cast<void>(end_burst());
            if (std::get<Goodbye>(message).reason == uris::close_logout) drop_cookie();
            leave_realm(SessionEnd::goodbye);
            log(LogLevel::info, "session closed", "GOODBYE of the client");
            connection_.send(std::move(*admission.answer));
            return connection_.finish(close_code::normal, "");
        case Admission::Verdict::ended:
            static_cast<void>(end_burst());
            leave_realm(SessionEnd::goodbye);
            log(LogLevel::info, "session closed", "ABORT of the client");
            return connection_.finish(close_code::normal, "");
    }
}

bool PeerSession::refuse_over_pace(const Message& message) {
    const auto* call = std::get_if<Call>(&message);
    // More of a call under way waits like anything else: an ERROR would end that call.
    if (call == nullptr || call->is_continuation) return false;
    connection_.note_refused_call();
    connection_.send(
        ErrorMessage{MessageType::call,
                     call->request,
                     {},
                     std::string(uris::rate_limited),
                     make_payload({"the session sends more than it may; try again later"})});
    return true;
}

RoleRates PeerSession::role_rates() const {
    if (state_ != State::joined) return {};
    const auto found = realm_->role_rates.find(authrole_);
    return found == realm_->role_rates.end() ? RoleRates{} : found->second;
}

void PeerSession::collect(Message&& message) {
    if (!invocation_ids_.are_equal()) {
        if (auto* answer = std::get_if<Yield>(&message)) {
            answer->request = invocation_ids_.to_realm(answer->request);
        } else if (auto* failure = std::get_if<ErrorMessage>(&message)) {
            failure->request = invocation_ids_.to_realm(failure->request);
        }
    }
    burst_.push_back(std::move(message));
}

bool PeerSession::end_burst() {
    if (burst_.empty()) return true;
    if (state_ != State::joined || !host_) {
        burst_.clear();
        return true;
    }
    // The realm may end this very session meanwhile: it must not find the burst here again.
    std::vector<Message> burst;
    burst.swap(burst_);
    const bool is_taken = host_->submit(connection_, burst, access_version_);
    burst.clear();
    if (burst.capacity() <= burst_kept) burst_.swap(burst);
    return is_taken;
}

void PeerSession::abort(Abort abort, std::uint16_t code, std::string_view why, SessionEnd end) {
    const std::string reason = abort.reason;
    const std::string text{reason_text(abort.details)};
    log(LogLevel::info, state_ == State::handshake ? "log-in refused" : "session aborted",
        reason + ": " + std::string(why));
    static_cast<void>(end_burst());
    connection_.send(std::move(abort));
    leave_realm(end);
    // Clients that lose the text of an ABORT still see the reason of the close frame.
    connection_.finish(code, text.empty() ? reason : reason + ": " + text);
}

void PeerSession::on_login_timeout() {
    connection_.shard().metrics().reached(Limit::hello_timeout);
    if (state_ == State::closed) {
        log(LogLevel::info, "connection closed", "no protocol handshake in time");
        return connection_.drop();
    }
    abort(make_abort(uris::authentication_failed, "no HELLO or AUTHENTICATE in time"),
          close_code::policy_violation, "deadline of the log-in passed");
}

void PeerSession::count_end(SessionEnd end) const {
    if (state_ == State::joined) connection_.shard().metrics().closed(end);
}

void PeerSession::leave_realm(SessionEnd end) {
    count_end(end);
    if (state_ == State::joined && host_) host_->leave(connection_.self());
    if (state_ != State::closed) state_ = State::left;
    handshake_.reset();
    burst_.clear();
}

void PeerSession::leave(SessionEnd end, std::string_view why) {
    if (state_ == State::left) return;
    const bool was_joined = state_ == State::joined;
    const bool was_open = state_ != State::closed;
    if (was_joined) {
        static_cast<void>(end_burst());
        log(LogLevel::info, "session closed", why);
    } else if (was_open) {
        log(LogLevel::info, "connection closed before log-in", why);
    }
    leave_realm(end);
    state_ = State::left;
}

void PeerSession::say_goodbye(std::string_view reason, std::string_view text, SessionEnd end) {
    if (state_ != State::joined) return;
    static_cast<void>(end_burst());
    log(LogLevel::info, "session closed", std::string(reason) + ": " + std::string(text));
    count_end(end);
    if (host_) host_->leave(connection_.self());
    state_ = State::awaiting_goodbye;
    connection_.send(Goodbye{Dict{{"message", text}}, std::string(reason)});
    connection_.await_goodbye();
}

void PeerSession::on_closed_by_realm(const Message& last) {
    if (state_ != State::joined) return;
    burst_.clear();
    const auto* abort = std::get_if<Abort>(&last);
    count_end(abort != nullptr ? SessionEnd::violation : SessionEnd::closed);
    if (abort != nullptr) {
        const std::string why = abort->reason + ": " + std::string(reason_text(abort->details));
        log(LogLevel::info, "session aborted", why);
        state_ = State::left;
        return connection_.finish(close_code::protocol_error, why);
    }
    drop_cookie();
    log(LogLevel::info, "session closed", "GOODBYE of the realm");
    state_ = State::awaiting_goodbye;
    connection_.await_goodbye();
}

void PeerSession::on_goodbye_reply(const Message& message) {
    if (!std::holds_alternative<Goodbye>(message) && !std::holds_alternative<Abort>(message))
        return;
    state_ = State::left;
    connection_.finish(close_code::normal, "");
}

bool PeerSession::is_outdated() const {
    return state_ == State::joined &&
           connection_.shard().view()->access->version != access_version_;
}

void PeerSession::refresh() {
    if (!is_outdated()) return;
    const auto& access = connection_.shard().view()->access;
    static_cast<void>(end_burst());
    access_version_ = access->version;
    const auto found = access->realms.find(realm_->name);
    if (found == access->realms.end()) return;  // its host says GOODBYE to all
    realm_ = found->second;
    // Only the configuration's own users can be gone by a new one.
    const bool is_static = authprovider_ == Principal{}.provider;
    const bool is_anonymous = is_static && authmethod_ == to_text(AuthMethod::anonymous);
    const auto user = realm_->users.find(authid_);
    if (is_anonymous ? !realm_->anonymous_role : is_static && user == realm_->users.end()) {
        return say_goodbye(uris::close_killed, "the user was removed");
    }
    const std::string& role = is_anonymous ? *realm_->anonymous_role
                              : is_static  ? user->second.role
                                           : authrole_;
    if (authprovider_ == "jwt" && !realm_->jwt) {
        return say_goodbye(uris::close_killed, "tokens are no longer taken");
    }
    if (authprovider_ == "database" && !realm_->has_user_database) {
        return say_goodbye(uris::close_killed, "the user was removed");
    }
    if (role != authrole_) return say_goodbye(uris::close_killed, "the user's role was changed");
    if (realm_->permissions->find_role(authrole_) == nullptr) {
        return say_goodbye(uris::close_killed, "the role was removed");
    }
    ingress_->set_realm(realm_);
}

}  // namespace kreisel
