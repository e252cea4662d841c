#include "tests/sim/expected.hpp"

#include "common/codec/codec.hpp"

#include <algorithm>

namespace kreisel::sim {

namespace {

bool is_same(const Payload& left, const Payload& right) {
    return left.elements == right.elements && left.bytes.text() == right.bytes.text();
}

bool fits(const ErrorMessage& expected, const ErrorMessage& actual, bool is_forwarded) {
    if (expected.request_type != actual.request_type || expected.request != actual.request ||
        expected.error != actual.error) {
        return false;
    }
    return !is_forwarded ||
           (expected.details == actual.details && is_same(expected.payload, actual.payload));
}

/// Compares what the model knows of each message that a router sends.
class Comparer {
  public:
    Comparer(const Message& actual, const Expected& expected)
        : actual_(actual),
          is_forwarded_(expected.is_forwarded),
          has_free_payload_(expected.has_free_payload) {}

    bool operator()(const Welcome& m) const { return other(m).session == m.session; }
    bool operator()(const Challenge& m) const { return other(m).method == m.method; }
    bool operator()(const Abort& m) const { return other(m).reason == m.reason; }
    bool operator()(const Goodbye& m) const { return other(m).reason == m.reason; }
    bool operator()(const ErrorMessage& m) const { return fits(m, other(m), is_forwarded_); }
    bool operator()(const Published& m) const { return other(m).request == m.request; }
    bool operator()(const Subscribed& m) const { return other(m).request == m.request; }
    bool operator()(const Registered& m) const { return other(m).request == m.request; }
    bool operator()(const Unsubscribed& m) const { return is_same_end(m); }
    bool operator()(const Unregistered& m) const { return is_same_end(m); }
    bool operator()(const Event& m) const {
        // That of a retained event may be as new as the event's receiver; on_match judges it.
        return (!m.subscription || other(m).subscription == m.subscription) &&
               other(m).details == m.details && is_same(other(m).payload, m.payload);
    }
    /// Its details depend on the callee; on_match judges them.
    bool operator()(const Invocation& m) const {
        return other(m).registration == m.registration && is_same(other(m).payload, m.payload);
    }
    bool operator()(const Interrupt& m) const {
        return other(m).request == m.request && other(m).options == m.options;
    }
    bool operator()(const ResultMessage& m) const {
        return other(m).request == m.request && other(m).details == m.details &&
               (has_free_payload_ || is_same(other(m).payload, m.payload));
    }
    template <class NotFromRouter>
    bool operator()(const NotFromRouter&) const {
        return false;
    }

  private:
    template <class Type>
    const Type& other(const Type& /*like*/) const {
        return std::get<Type>(actual_);
    }
    /// An answer, or a revocation with what was revoked and why.
    template <class Type>
    bool is_same_end(const Type& m) const {
        return other(m).request == m.request && other(m).details == m.details;
    }

    const Message& actual_;
    bool is_forwarded_;
    bool has_free_payload_;
};

}  // namespace

bool is_as_expected(const Expected& expected, Actor to, const Message& actual) {
    if (expected.message.index() != actual.index()) return false;
    if (expected.candidates.empty()
            ? expected.to != to
            : std::find(expected.candidates.begin(), expected.candidates.end(), to) ==
                  expected.candidates.end()) {
        return false;
    }
    return std::visit(Comparer(actual, expected), expected.message);
}

std::string to_text(const Message& message) {
    ByteWriter writer;
    encode(message, Encoding::json, writer);
    return std::string(kreisel::to_text(type_of(message))) + " " + std::string(writer.text());
}

}  // namespace kreisel::sim
