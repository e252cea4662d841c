#include "tests/interop/kreisel_peer/procedures.hpp"

#include "tests/interop/kreisel_peer/forms.hpp"

#include <memory>
#include <stop_token>
#include <utility>

namespace kreisel::interop {

namespace {

using client::Error;
using client::InvocationDetails;
using client::Kwargs;
using client::Progress;
using client::Reply;
using client::Responder;
using client::Rest;

using Done = std::function<void(client::Result<client::Registration>)>;

/// A call that ends when it is stopped.
class Waiting {
  public:
    Waiting(std::string session, Value call, Responder<Reply> responder,
            const std::stop_token& stop)
        : session_(std::move(session)),
          call_(std::move(call)),
          responder_(std::move(responder)),
          callback_(stop, [this] { on_stop(); }) {}

  private:
    void on_stop() {
        say({{"event", "interrupted"}, {"session", session_}, {"call", call_}});
        responder_.fail(Error(client::uris::canceled, {"interrupted"}));
    }

    std::string session_;
    Value call_;
    Responder<Reply> responder_;
    std::stop_callback<std::function<void()>> callback_;
};

/// Adds up the parts of its arguments and tells the sum so far after each but the last.
struct Summing : std::enable_shared_from_this<Summing> {
    Summing(client::Inputs<std::int64_t> parts, Progress<std::int64_t> sums,
            Responder<std::int64_t> by)
        : inputs(std::move(parts)), progress(std::move(sums)), responder(std::move(by)) {}

    void take(std::int64_t part) {
        sum += part;
        inputs.next([self = shared_from_this()](client::Result<std::optional<std::int64_t>> next) {
            if (!next) return self->responder.fail(next.error());
            if (!*next) return self->responder.answer(self->sum);
            self->progress.send(self->sum, [](client::Result<void>) {});
            self->take(**next);
        });
    }

    client::Inputs<std::int64_t> inputs;
    Progress<std::int64_t> progress;
    Responder<std::int64_t> responder;
    std::int64_t sum = 0;
};

void count_up(std::int64_t up_to, const Progress<std::int64_t>& progress,
              const Responder<std::int64_t>& responder) {
    for (std::int64_t part = 1; progress.is_wanted() && part < up_to; ++part) {
        progress.send(part, [](client::Result<void>) {});
    }
    responder.answer(up_to);
}

void sum_up(std::int64_t first, const client::Inputs<std::int64_t>& inputs,
            const Progress<std::int64_t>& progress, const Responder<std::int64_t>& responder) {
    std::make_shared<Summing>(inputs, progress, responder)->take(first);
}

/// An authorizer: what it says is in the name of what is asked for.
Value judge(const Dict& asking, const std::string& uri, const std::string& action, const Rest&) {
    say({{"event", "judged"},
         {"id", std::to_string(asking.find_uint("session").value_or(0))},
         {"authrole", asking.find_text("authrole").value_or("")},
         {"uri", uri},
         {"action", action}});
    const auto has = [&uri](const char* part) { return uri.find(part) != std::string::npos; };
    if (has(".broken.")) throw Error("com.interop.error.broken");
    if (has(".cached.")) return Dict{{"allow", true}, {"cache", true}};
    return has(".allowed.");
}

Reply count(const Rest& args, const Kwargs<Dict>& kwargs) {
    return {{std::uint64_t{args.values.size()}, std::uint64_t{kwargs->size()}}, {}};
}

Reply fail(const Rest& args, const Kwargs<Dict>& kwargs) {
    throw Error("com.interop.error.custom", args.values, *kwargs);
}

void answer_nothing(const Rest&, const Kwargs<Dict>&) {}

}  // namespace

void provide(const client::Session& session, const std::string& name, const std::string& procedure,
             const std::string& behaviour, Done done) {
    if (behaviour == "count") return session.provide(procedure, &count, std::move(done));
    if (behaviour == "none") return session.provide(procedure, &answer_nothing, std::move(done));
    if (behaviour == "fail") return session.provide(procedure, &fail, std::move(done));
    if (behaviour == "judge") return session.provide(procedure, &judge, std::move(done));
    if (behaviour == "progress") return session.provide(procedure, &count_up, std::move(done));
    if (behaviour == "sum") return session.provide(procedure, &sum_up, std::move(done));
    if (behaviour == "wait") {
        const auto wait =
            [name, procedure, kept = std::make_shared<std::vector<std::unique_ptr<Waiting>>>()](
                const Value& call, const std::stop_token& stop, const Responder<Reply>& responder) {
                say({{"event", "waiting"},
                     {"session", name},
                     {"procedure", procedure},
                     {"call", call}});
                kept->push_back(std::make_unique<Waiting>(name, call, responder, stop));
            };
        return session.provide(procedure, wait, std::move(done));
    }
    const auto echo = [name, procedure](const Rest& args, const Kwargs<Dict>& kwargs) {
        say({{"event", "invoked"},
             {"session", name},
             {"procedure", procedure},
             {"args", encode_form(args.values)},
             {"kwargs", encode_form(*kwargs)}});
        return Reply{args.values, *kwargs};
    };
    session.provide(procedure, echo, std::move(done));
}

}  // namespace kreisel::interop
