#include "tests/unit/client_matrix/procedures.hpp"

#include "tests/unit/client/testing.hpp"

#include <numeric>
#include <utility>

namespace kreisel::client::matrix {

namespace {

/// Goes on with each part that comes.
struct Doubling : std::enable_shared_from_this<Doubling> {
    Doubling(Inputs<int> parts, Progress<int> results, Responder<int> by)
        : inputs(std::move(parts)), progress(std::move(results)), responder(std::move(by)) {}

    void take(int part) {
        sum += part;
        progress.send(2 * part, [](Result<void>) {});
        inputs.next([self = shared_from_this()](Result<std::optional<int>> next) {
            if (!next || !*next) return self->responder.answer(self->sum);
            self->take(**next);
        });
    }

    Inputs<int> inputs;
    Progress<int> progress;
    Responder<int> responder;
    int sum = 0;
};

}  // namespace

Reply echo(const Rest& args, const Kwargs<Dict>& kwargs) { return {args.values, *kwargs}; }

void count(int to, const Progress<int>& progress, const Responder<int>& responder) {
    int sum = 0;
    for (int i = 1; i <= to; ++i) {
        progress.send(i, [](Result<void>) {});
        sum += i;
    }
    responder.answer(sum);
}

void double_each(int first, const Inputs<int>& inputs, const Progress<int>& progress,
                 const Responder<int>& responder) {
    std::make_shared<Doubling>(inputs, progress, responder)->take(first);
}

std::string procedure_name(const InvocationDetails& details) { return details.procedure; }

Error odd_error() {
    return Error("com.example.error.odd", {"three", 3, Blob{{0, 1}}},
                 {{"number", 3}, {"why", Dict{{"nested", true}}}});
}

int throw_odd_error(int) { throw odd_error(); }

std::tuple<std::string, std::string, Blob> open_sealed(const Blob& sealed,
                                                       const InvocationDetails& details) {
    const auto text = [&details](std::string_view key) {
        return std::string(details.details.find_text(key).value_or("none"));
    };
    return {text("ppt_scheme"), text("ppt_serializer"), sealed};
}

void ignore(const Rest&) {}

Blob large_blob() {
    Blob blob;
    blob.bytes.resize(1'500'000);
    std::uint32_t state = 1;
    for (std::uint8_t& octet : blob.bytes) {
        state = state * 1664525U + 1013904223U;
        octet = static_cast<std::uint8_t>(state >> 24U);
    }
    return blob;
}

std::function<void(EventDetails, Kwargs<Dict>, Rest)> Inbox::handler() const {
    return [state = state_](const EventDetails& details, const Kwargs<Dict>& kwargs,
                            const Rest& args) {
        const std::lock_guard guard(state->mutex);
        state->heard.push_back(
            {details.topic, details.publication, details.publisher, {args.values, *kwargs}});
    };
}

std::vector<Heard> Inbox::take() {
    const std::lock_guard guard(state_->mutex);
    return std::exchange(state_->heard, {});
}

std::vector<std::string> Inbox::texts() {
    std::vector<std::string> texts;
    for (const Heard& heard : take()) {
        const auto* text = heard.payload.args.at(0).get_if<std::string>();
        texts.push_back(text == nullptr ? "no text" : *text);
    }
    return texts;
}

struct Slow::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Responder<int>> responder;
    std::stop_token stop;
};

std::shared_ptr<Slow::State> Slow::make_state() { return std::make_shared<State>(); }

std::function<void(std::stop_token, Responder<int>)> Slow::handler() const {
    return [state = state_](std::stop_token stop, const Responder<int>& responder) {
        const std::lock_guard guard(state->mutex);
        state->responder.emplace(responder);
        state->stop = std::move(stop);
        state->changed.notify_all();
    };
}

void Slow::wait_until_called() {
    std::unique_lock lock(state_->mutex);
    BOOST_REQUIRE(
        state_->changed.wait_for(lock, patience, [this] { return state_->responder.has_value(); }));
}

void Slow::wait_until_stopped() {
    wait_until_called();
    wait_until([this] {
        const std::lock_guard guard(state_->mutex);
        return state_->stop.stop_requested();
    });
}

Responder<int> Slow::responder() {
    wait_until_called();
    const std::lock_guard guard(state_->mutex);
    Responder<int> responder = *state_->responder;
    state_->responder.reset();
    return responder;
}

void Slow::answer(int result) {
    const std::lock_guard guard(state_->mutex);
    if (auto responder = std::exchange(state_->responder, std::nullopt)) responder->answer(result);
}

void Slow::fail(const Error& error) { responder().fail(error); }

}  // namespace kreisel::client::matrix
