#include "router/core/questions.hpp"

#include "common/base/check.hpp"
#include "router/core/answers.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace kreisel {

namespace {

PermissionRule nobody_learns_the_caller() {
    PermissionRule rule;
    rule.match = MatchPolicy::prefix;
    rule.allow[static_cast<unsigned>(Action::call)] = true;
    rule.disclose = Disclose::never;
    return rule;
}

std::uint64_t to_milliseconds(Duration timeout) {
    const auto time = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
    return static_cast<std::uint64_t>(std::max<decltype(time)>(time, 1));
}

}  // namespace

Questions::Questions(Sessions& sessions, Dealer& dealer)
    : sessions_(sessions), dealer_(dealer), permissions_({nobody_learns_the_caller()}) {}

Session& Questions::router_session() {
    if (Session* known = sessions_.find(router_)) return *known;
    Session& added = sessions_.add_router({}, &permissions_);
    router_ = added.ref;
    return added;
}

void Questions::ask(Question question, Asker asker, Effects& effects) {
    Session& router = router_session();
    const RequestId request{++last_request_};
    asked_.insert(request.value, {question.token, asker});
    const auto called =
        dealer_.call(router,
                     Call{request, Dict{{"timeout", to_milliseconds(question.timeout)}},
                          std::move(question.procedure), std::move(question.payload)},
                     effects);
    CHECK(called.has_value(), "the router breaks no protocol of its own");
}

std::vector<Answer> Questions::settle(Effects& effects) {
    std::vector<Answer> own;
    for (Dealer::Reply& reply : dealer_.take_replies()) {
        const Asked* asked = asked_.find(reply.request.value);
        CHECK(asked != nullptr, "a question is answered once");
        Answer answer{asked->token, std::move(reply.message)};
        if (asked->asker == Asker::host) {
            effects.answer(std::move(answer));
        } else {
            own.push_back(std::move(answer));
        }
        asked_.erase(reply.request.value);
    }
    return own;
}

void Questions::close(Effects& effects) {
    for (const std::uint64_t request : asked_.keys()) {
        const Asked& asked = *asked_.find(request);
        if (asked.asker != Asker::host) continue;
        effects.answer({asked.token, make_error(MessageType::call, RequestId{request},
                                                uris::canceled, "the realm was closed")});
    }
    asked_.clear();
}

}  // namespace kreisel
