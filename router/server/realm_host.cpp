// Knows that threads exist: the mutex guards the inbox and nothing else.
#include "router/server/realm_host.hpp"

#include "common/base/check.hpp"
#include "router/server/connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace kreisel {

namespace {

/// What one stay in the realm may do before it passes the realm on (with several shards).
constexpr std::size_t inputs_per_stay = 512;
constexpr std::size_t effects_per_stay = 20'000;
constexpr Duration time_per_stay = std::chrono::milliseconds{2};
/// Effects that are carried out together.
constexpr std::size_t effects_per_step = 4'096;

RealmOptions with_store(RealmOptions options, EventStore* store) {
    options.store = store;
    return options;
}

TimePoint steady_now() { return SystemClock{}.now(); }

}  // namespace

struct RealmHost::Timer {
    explicit Timer(boost::asio::io_context& context) : timer(context) {}
    boost::asio::steady_timer timer;
};

RealmHost::RealmHost(RealmOptions options, EventWriter::Opened stored, std::vector<Shard*> shards,
                     std::uint64_t access_version)
    : store_(std::move(stored.store)),
      realm_(with_store(std::move(options), store_.get()), random_),
      shards_(std::move(shards)),
      is_single_(shards_.size() == 1),
      outgoing_(shards_.size()),
      access_version_(access_version),
      timer_(std::make_unique<Timer>(shards_.front()->context())) {
    // Before the first input: what was kept has an age.
    realm_.set_time({steady_now(), SystemClock{}.wall()});
    realm_.restore(std::move(stored.events));
}

RealmHost::~RealmHost() = default;

void RealmHost::set_log_level(std::optional<LogLevel> level) {
    log_level_ = level ? static_cast<int>(*level) : -1;
}

std::optional<LogLevel> RealmHost::log_level() const {
    const int level = log_level_.load(std::memory_order_relaxed);
    if (level < 0) return std::nullopt;
    return static_cast<LogLevel>(level);
}

std::unique_lock<std::mutex> RealmHost::lock() {
    if (is_single_) return {};
    return std::unique_lock(mutex_);
}

void RealmHost::join(std::shared_ptr<Connection> connection, SessionInfo info) {
    Input input;
    input.kind = Input::Kind::join;
    input.connection = std::move(connection);
    input.info = std::make_unique<SessionInfo>(std::move(info));
    put(std::move(input));
}

bool RealmHost::submit(Connection& connection, std::vector<Message>& messages,
                       std::uint64_t access_version) {
    {
        const auto guard = lock();
        if (is_busy_) {
            Input input;
            input.kind = Input::Kind::burst;
            input.connection = connection.self();
            input.messages = std::move(messages);
            input.access_version = access_version;
            queue_.push_back(std::move(input));
            return false;
        }
        is_busy_ = true;
    }
    tell_time();
    handle_messages(connection, messages, access_version);
    drain();
    return true;
}

void RealmHost::leave(std::shared_ptr<Connection> connection) {
    Input input;
    input.kind = Input::Kind::leave;
    input.connection = std::move(connection);
    put(std::move(input));
}

void RealmHost::refuse_invocation(std::shared_ptr<Connection> callee, RequestId invocation,
                                  std::string_view error) {
    Input input;
    input.kind = Input::Kind::refuse;
    input.connection = std::move(callee);
    input.invocation = invocation;
    input.error = error;
    put(std::move(input));
}

void RealmHost::tell_dropped(std::shared_ptr<Connection> connection, std::uint64_t events) {
    run([connection = std::move(connection), events](Realm& realm, Effects& effects) {
        const Membership& membership = connection->session().membership();
        if (membership.is_in) realm.tell_dropped(membership.peer, events, effects);
    });
}

void RealmHost::confirm_alive(std::shared_ptr<Connection> connection) {
    run([connection = std::move(connection)](Realm& realm, Effects& effects) {
        const Membership& membership = connection->session().membership();
        if (membership.is_in) realm.confirm_alive(membership.peer, effects);
    });
}

void RealmHost::ask_oldest_invocation(std::shared_ptr<Connection> callee) {
    run([callee = std::move(callee)](const Realm& realm, Effects&) {
        const Membership& membership = callee->session().membership();
        if (!membership.is_in) return;
        callee->shard().post([callee, id = realm.oldest_invocation(membership.peer)] {
            callee->session().invocation_ids().fold_below(id);
        });
    });
}

void RealmHost::run(Task task) {
    if (is_single_ && !shards_.front()->is_current()) {
        shards_.front()->post([self = shared_from_this(), task = std::move(task)]() mutable {
            self->run(std::move(task));
        });
        return;
    }
    Input input;
    input.kind = Input::Kind::task;
    input.task = std::move(task);
    put(std::move(input));
}

void RealmHost::ask(Uri procedure, Payload payload, Duration timeout,
                    std::function<void(Message)> on_answer) {
    Shard* current = Shard::current();
    Asked asked{current != nullptr ? current : shards_.front(), std::move(on_answer)};
    run([this, asked = std::move(asked),
         question = Question{0, std::move(procedure), std::move(payload), timeout}](
            Realm& realm, Effects& effects) mutable {
        question.token = ++last_token_;
        asked_.emplace(question.token, std::move(asked));
        realm.ask(std::move(question), effects);
    });
}

void RealmHost::set_history(std::vector<HistoryRule> rules) {
    run([rules = std::move(rules)](Realm& realm, Effects&) { realm.set_history(rules); });
}

void RealmHost::set_access(std::uint64_t version, PermissionsPtr permissions,
                           const RealmLimits& limits) {
    run([this, version, permissions = std::move(permissions), limits](Realm& realm,
                                                                      Effects& effects) {
        access_version_ = version;
        realm.set_limits(limits);
        realm.set_permissions(permissions, effects);
    });
}

bool RealmHost::enter_or_queue(Input& input) {
    const auto guard = lock();
    if (is_busy_) {
        queue_.push_back(std::move(input));
        return false;
    }
    is_busy_ = true;
    return true;
}

void RealmHost::put(Input input) {
    if (!enter_or_queue(input)) return;
    tell_time();
    handle(input);
    drain();
}

bool RealmHost::next_batch() {
    if (batch_next_ < batch_.size()) return true;
    batch_.clear();
    batch_next_ = 0;
    const auto guard = lock();
    if (queue_.empty()) {
        is_busy_ = false;
        return false;
    }
    batch_.swap(queue_);
    if (!is_single_) tell_time();  // these inputs may be younger than the stay
    return true;
}

void RealmHost::drain() {
    // Hand over before the realm is free again: the next one's effects must come behind these.
    const TimePoint started = is_single_ ? TimePoint{} : steady_now();
    std::size_t inputs = 0;
    std::size_t effects = effects_.size();
    apply_effects(nullptr);
    arm_timer();
    while (next_batch()) {
        if (!is_single_ && (inputs >= inputs_per_stay || effects >= effects_per_stay ||
                            (inputs % 16 == 15 && steady_now() - started > time_per_stay))) {
            return pass_on();
        }
        Input input = std::move(batch_[batch_next_++]);
        handle(input);
        ++inputs;
        effects += effects_.size();
        apply_effects(input.connection.get());
        arm_timer();
    }
}

void RealmHost::tell_time() {
    // Shard::now() is too old to set deadlines by: they would come before their time.
    realm_.set_time({steady_now(), SystemClock{}.wall()});
}

void RealmHost::pass_on() {
    // Others' work on their shards comes first; the realm stays taken until then.
    shards_.front()->post([self = shared_from_this()] {
        self->tell_time();
        self->drain();
    });
}

void RealmHost::handle(Input& input) {
    switch (input.kind) {
        case Input::Kind::join:
            return handle_join(input);
        case Input::Kind::burst:
            handle_messages(*input.connection, input.messages, input.access_version);
            input.connection->shard().post(
                [connection = input.connection] { connection->on_burst_taken(); });
            return;
        case Input::Kind::leave: {
            Membership& membership = input.connection->session().membership();
            if (!membership.is_in) return;
            membership.is_in = false;
            members_[membership.peer.slot].connection.reset();
            return realm_.leave(membership.peer, effects_);
        }
        case Input::Kind::refuse: {
            const Membership& membership = input.connection->session().membership();
            if (!membership.is_in) return;
            return realm_.refuse_invocation(membership.peer, input.invocation, input.error,
                                            effects_);
        }
        case Input::Kind::task:
            return input.task(realm_, effects_);
    }
}

void RealmHost::handle_join(Input& input) {
    const auto peer = realm_.join(std::move(*input.info), effects_);
    if (!peer) {
        input.connection->shard().post([connection = input.connection, error = peer.error()] {
            connection->session().on_join_refused(error);
        });
        return;
    }
    if (members_.size() <= peer->slot) members_.resize(peer->slot + 1);
    members_[peer->slot] = {input.connection, &input.connection->shard(), peer->generation};
    Membership& membership = input.connection->session().membership();
    membership.peer = *peer;
    membership.is_in = true;
}

void RealmHost::handle_messages(Connection& connection, std::vector<Message>& messages,
                                std::uint64_t access_version) {
    const Membership& membership = connection.session().membership();
    for (auto& message : messages) {
        if (!membership.is_in) return;  // put out by an earlier message of the burst
        if (access_version == access_version_) {
            realm_.handle(membership.peer, std::move(message), effects_);
        } else {
            realm_.handle_again_judged(membership.peer, std::move(message), effects_);
        }
        if (effects_.size() >= effects_per_step) apply_effects(&connection);
    }
    apply_effects(&connection);
}

void RealmHost::apply_effects(Connection* source) {
    if (effects_.empty()) return;
    if (!is_single_) {
        // What another thread's stay handed to this shard goes before what this stay gives it.
        if (Shard* shard = Shard::current()) shard->absorb_mailbox();
    }
    for (const Effect& effect : effects_.list()) {
        for (const PeerRef receiver : effects_.receivers(effect)) apply(effect, receiver, source);
    }
    for (const PeerRef peer : effects_.probes()) probe(peer);
    for (const Answer& given : effects_.answers()) answer(given);
    effects_.clear();
    if (!is_single_) hand_over();
}

void RealmHost::probe(PeerRef peer) {
    if (peer.slot >= members_.size()) return;
    const Member& member = members_[peer.slot];
    if (!member.connection || member.generation != peer.generation) return;
    member.shard->post([connection = member.connection] { connection->probe(); });
}

void RealmHost::answer(const Answer& answer) {
    const auto found = asked_.find(answer.token);
    CHECK(found != asked_.end(), "a question is answered once");
    found->second.shard->post(
        [on_answer = std::move(found->second.on_answer), message = answer.message]() mutable {
            on_answer(std::move(message));
        });
    asked_.erase(found);
}

void RealmHost::apply(const Effect& effect, PeerRef receiver, Connection* source) {
    if (receiver.slot >= members_.size()) return;
    Member& member = members_[receiver.slot];
    if (!member.connection || member.generation != receiver.generation) return;
    auto kind = effect.is_event ? Delivery::Kind::event : Delivery::Kind::message;
    std::shared_ptr<Connection> last;
    if (effect.kind == Effect::Kind::close) {
        const bool is_abort = effect.close_kind == CloseKind::abort;
        kind = is_abort ? Delivery::Kind::last_abort : Delivery::Kind::last_goodbye;
        last = std::move(member.connection);
        last->session().membership().is_in = false;
    }
    const auto& connection = last ? last : member.connection;
    if (member.shard->is_current()) {
        connection->deliver(effect.parcel, kind, effect.is_event ? source : nullptr);
        return;
    }
    const bool is_held_back = effect.is_event && source != nullptr;
    outgoing_[member.shard->index()].push_back(
        {connection, effect.parcel, kind, is_held_back ? source->self() : nullptr});
}

void RealmHost::hand_over() {
    for (std::size_t i = 0; i < outgoing_.size(); ++i) {
        if (outgoing_[i].empty()) continue;
        shards_[i]->deliver(std::move(outgoing_[i]));
        outgoing_[i].clear();
    }
}

void RealmHost::arm_timer() {
    const auto deadline = realm_.next_deadline();
    if (!deadline || (armed_ != TimePoint{} && armed_ <= *deadline)) return;
    armed_ = *deadline;
    shards_.front()->post([self = shared_from_this(), when = *deadline] {
        self->timer_->timer.expires_at(
            std::chrono::time_point_cast<std::chrono::steady_clock::duration>(when));
        self->timer_->timer.async_wait([self](const boost::system::error_code& ec) {
            if (ec) return;
            self->run([host = self.get()](Realm& realm, Effects& effects) {
                host->armed_ = TimePoint{};
                realm.on_time(steady_now(), effects);
            });
        });
    });
}

}  // namespace kreisel
