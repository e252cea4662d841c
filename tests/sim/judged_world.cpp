#include "tests/sim/judged_world.hpp"

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"

#include <algorithm>

namespace kreisel::sim {

namespace {

PermissionRule rule(std::string uri, bool is_allowed) {
    PermissionRule made;
    made.uri = std::move(uri);
    made.match = MatchPolicy::prefix;
    std::fill(std::begin(made.allow), std::end(made.allow), is_allowed);
    return made;
}

RealmLimits limits_of(std::uint64_t seed) {
    RealmLimits limits;
    limits.authorizer_timeout = std::chrono::seconds{1};
    if (seed % 2 == 0) limits.held_requests_per_session = 3;
    if (seed % 3 == 0) limits.kept_rulings_per_session = 2;
    return limits;
}

const Dict all_roles{
    {"publisher", Dict{}}, {"subscriber", Dict{}}, {"caller", Dict{}}, {"callee", Dict{}}};

std::optional<Action> action_of(std::string_view text) {
    for (const Action action :
         {Action::publish, Action::subscribe, Action::call, Action::register_}) {
        if (to_text(action) == text) return action;
    }
    return std::nullopt;
}

/// What is asked for; UNSUBSCRIBE and UNREGISTER need no permission.
std::optional<JudgedRequest> request_in(const Message& message) {
    const auto match_of = [](const Dict& options) {
        return match_policy_of(options.find_text("match").value_or("exact")).value();
    };
    using About = Rulings::About;
    if (const auto* one = std::get_if<Publish>(&message)) {
        return JudgedRequest{one->request, About{Action::publish, MatchPolicy::exact, one->topic},
                             one->options.is_true("acknowledge")};
    }
    if (const auto* one = std::get_if<Subscribe>(&message)) {
        return JudgedRequest{one->request,
                             About{Action::subscribe, match_of(one->options), one->topic}};
    }
    if (const auto* one = std::get_if<Call>(&message)) {
        return JudgedRequest{one->request, About{Action::call, MatchPolicy::exact, one->procedure}};
    }
    if (const auto* one = std::get_if<Register>(&message)) {
        return JudgedRequest{one->request,
                             About{Action::register_, match_of(one->options), one->procedure}};
    }
    if (const auto* one = std::get_if<Unsubscribe>(&message)) {
        return JudgedRequest{one->request, std::nullopt};
    }
    if (const auto* one = std::get_if<Unregister>(&message)) {
        return JudgedRequest{one->request, std::nullopt};
    }
    return std::nullopt;
}

}  // namespace

RealmAccessPtr make_judged_access(std::uint32_t version) {
    std::vector<PermissionRule> rules = {rule("open.", true), rule("shut.", false)};
    if (version > 0) rules.push_back(rule("turn.", version == 2));
    Permissions::Roles roles;
    roles.emplace("asking",
                  RolePermissions(std::move(rules), {std::nullopt, Uri(judge_procedure), {}}));
    roles.emplace("free", RolePermissions({rule("", true)}));
    RealmAccess access;
    access.name = "judged";
    access.permissions = std::make_shared<const Permissions>(std::move(roles));
    return std::make_shared<const RealmAccess>(std::move(access));
}

JudgedWorld::JudgedWorld(std::uint64_t seed, std::function<void(const std::string&)> trace)
    : dice_(seed),
      random_(seed ^ 0x5157'5157'5157'5157U),
      trace_(std::move(trace)),
      limits_(limits_of(seed)),
      access_(make_judged_access(version_)),
      oracle_(limits_.authorizer_timeout, limits_.held_requests_per_session,
              limits_.kept_rulings_per_session) {
    RealmOptions options;
    options.name = access_->name;
    options.limits = limits_;
    options.permissions = access_->permissions;
    realm_ = std::make_unique<Realm>(std::move(options), random_);
    Member& watcher = *members_[join(Part::watcher)];
    const Dict prefix{{"match", "prefix"}};
    say(watcher, Subscribe{next_request(watcher), prefix, ""});
    Member& server = *members_[join(Part::server)];
    say(server, Register{next_request(server), prefix, ""});
    join(Part::asker);
}

Actor JudgedWorld::join(Part part) {
    const Actor actor = members_.size();
    SessionInfo info;
    info.id = SessionId{actor + 1};
    info.authid = "user" + std::to_string(actor);
    info.authrole = part == Part::asker ? "asking" : "free";
    info.roles = ClientRoles::read(all_roles);
    info.welcome.session = info.id;
    auto member = std::make_unique<Member>();
    member->actor = actor;
    member->part = part;
    member->ingress = std::make_unique<Ingress>(access_, info);
    const auto ref = realm_->join(std::move(info), effects_);
    if (!ref) throw Fault("the realm refuses to let a session join");
    member->ref = *ref;
    actors_[{ref->slot, ref->generation}] = actor;
    members_.push_back(std::move(member));
    drain();
    return actor;
}

void JudgedWorld::drop(Member& member) {
    tell(std::to_string(member.actor) + " is gone");
    member.is_here = false;
    actors_.erase({member.ref.slot, member.ref.generation});
    member.registrations.clear();
    oracle_.on_gone(member.actor);
    if (member.part == Part::judge) {
        oracle_.on_judge_gone(member.actor);
        note_providers();
    }
    realm_->leave(member.ref, effects_);
    drain();
}

/// Who is registered for the judgement, of all that are here.
void JudgedWorld::note_providers() {
    RegistrationId id;
    for (const auto& member : members_) {
        if (member->part != Part::judge || member->registrations.empty()) continue;
        id = member->registrations.front();
    }
    oracle_.on_registration(id);
}

void JudgedWorld::say(Member& member, Message message) {
    if (trace_) tell(std::to_string(member.actor) + " -> " + to_text(message));
    if (member.part == Part::asker) {
        if (auto request = request_in(message)) oracle_.on_request(member.actor, *request);
    }
    Admission admission = member.ingress->admit(message);
    switch (admission.verdict) {
        case Admission::Verdict::admitted:
            return handle(member, std::move(message));
        case Admission::Verdict::answered:
            take(member, *admission.answer);
            return oracle_.end_step();
        case Admission::Verdict::dropped:
            return;
        case Admission::Verdict::violation:
        case Admission::Verdict::goodbye:
        case Admission::Verdict::ended:
            throw Fault("the gate ends a session: " + admission.why);
    }
}

void JudgedWorld::handle(Member& member, Message message) {
    realm_->handle(member.ref, std::move(message), effects_);
    drain();
}

void JudgedWorld::drain() {
    if (!effects_.answers().empty()) throw Fault("an answer to a question of nobody");
    for (const Effect& effect : effects_.list()) {
        for (const PeerRef ref : effects_.receivers(effect)) {
            const auto actor = actors_.find({ref.slot, ref.generation});
            if (actor == actors_.end()) throw Fault("a message to nobody");
            if (effect.kind == Effect::Kind::close) throw Fault("a session is closed");
            take(*members_[actor->second], effect.parcel->message());
        }
    }
    effects_.clear();
    oracle_.end_step();
    while (!reactions_.empty()) {
        auto [actor, message] = std::move(reactions_.front());
        reactions_.pop_front();
        if (members_[actor]->is_here) say(*members_[actor], std::move(message));
    }
}

void JudgedWorld::take(Member& member, const Message& message) {
    if (trace_) tell(std::to_string(member.actor) + " <- " + to_text(message));
    const auto through = [&](RequestId request) {
        if (member.part != Part::asker) return;
        oracle_.on_outcome(member.actor, request, JudgedOracle::Outcome::through);
    };
    if (const auto* subscribed = std::get_if<Subscribed>(&message)) {
        member.subscriptions.push_back(subscribed->subscription);
        through(subscribed->request);
    } else if (const auto* registered = std::get_if<Registered>(&message)) {
        member.registrations.push_back(registered->registration);
        through(registered->request);
        if (member.part == Part::judge) note_providers();
    } else if (const auto* published = std::get_if<Published>(&message)) {
        through(published->request);
    } else if (const auto* gone = std::get_if<Unsubscribed>(&message)) {
        if (gone->request) through(gone->request);
    } else if (const auto* out = std::get_if<Unregistered>(&message)) {
        if (out->request) through(out->request);
    } else if (const auto* error = std::get_if<ErrorMessage>(&message)) {
        if (member.part == Part::asker) take_error(member, *error);
    } else if (const auto* invocation = std::get_if<Invocation>(&message)) {
        take_invocation(member, *invocation);
    } else if (const auto* event = std::get_if<Event>(&message)) {
        if (member.part != Part::watcher || is_reserved_uri(*event->details.find_text("topic"))) {
            return;
        }
        const List args = read_payload(event->payload).args;
        oracle_.on_outcome(args[0].to_uint().value(), RequestId{args[1].to_uint().value()},
                           JudgedOracle::Outcome::through);
    }
}

void JudgedWorld::take_error(Member& asker, const ErrorMessage& error) {
    using Outcome = JudgedOracle::Outcome;
    count("refused with " + error.error);
    Outcome outcome = Outcome::through;  // to broker or dealer, who have reasons of their own
    if (error.request_type == MessageType::cancel) return;
    if (error.error == uris::not_authorized) outcome = Outcome::denied;
    if (error.error == uris::authorization_failed) outcome = Outcome::failed;
    if (error.error == uris::limit_exceeded) outcome = Outcome::no_room;
    if (error.error == uris::canceled) outcome = Outcome::canceled;
    oracle_.on_outcome(asker.actor, error.request, outcome);
}

void JudgedWorld::take_invocation(Member& member, const Invocation& invocation) {
    const List args = read_payload(invocation.payload).args;
    if (args.at(0).get_if<Dict>() != nullptr) return take_question(member, invocation, args);
    count("call gets through");
    oracle_.on_outcome(args[0].to_uint().value(), RequestId{args.at(1).to_uint().value()},
                       JudgedOracle::Outcome::through);
    // One of four is never answered.
    if (die(4) != 0) reactions_.emplace_back(member.actor, Yield{invocation.request, {}, {}});
}

void JudgedWorld::take_question(Member& judge, const Invocation& invocation, const List& args) {
    if (judge.part != Part::judge) throw Fault("somebody else is asked");
    const auto session = args[0].get_if<Dict>()->find("session")->to_uint().value();
    const Rulings::About asked{
        action_of(*args.at(2).get_if<std::string>()).value(),
        match_policy_of(args.at(3).get_if<Dict>()->find_text("match").value_or("exact")).value(),
        *args.at(1).get_if<std::string>()};
    oracle_.on_question(session - 1, asked, judge.actor, invocation.request);
    judge.questions.push_back({invocation.request, asked.uri == judge_procedure});
}

}  // namespace kreisel::sim
