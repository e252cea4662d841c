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

void Questions::ask(Question question, Effects& effects) {
    Session& router = router_session();
    const RequestId request{++last_request_};
    tokens_.insert(request.value, question.token);
    const auto called =
        dealer_.call(router,
                     Call{request, Dict{{"timeout", to_milliseconds(question.timeout)}},
                          std::move(question.procedure), std::move(question.payload)},
                     effects);
    CHECK(called.has_value(), "the router breaks no protocol of its own");
}

void Questions::settle(Effects& effects) {
    for (Dealer::Reply& reply : dealer_.take_replies()) {
        const std::uint64_t* token = tokens_.find(reply.request.value);
        CHECK(token != nullptr, "a question is answered once");
        effects.answer({*token, std::move(reply.message)});
        tokens_.erase(reply.request.value);
    }
}

void Questions::close(Effects& effects) {
    for (const std::uint64_t request : tokens_.keys()) {
        effects.answer(
            {*tokens_.find(request), make_error(MessageType::call, RequestId{request},
                                                uris::canceled, "the realm was closed")});
    }
    tokens_.clear();
}

}  // namespace kreisel
