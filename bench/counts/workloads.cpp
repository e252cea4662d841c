// Fixed pieces of work whose instructions are counted (check.py): what one message costs on the
// ways that every message takes. A workload prepares, warms up, and then does its work inside
// measured_part(), which is all that counts. The same on every run: ids are seeded.
//
//     bench_counts NAME        does the work of NAME once
//     bench_counts             prints the names, and how many times each does its work
#include "bench/core/bench_realm.hpp"
#include "common/codec/codec.hpp"
#include "router/server/outbox.hpp"

#include <array>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The function whose instructions are collected; its name is what check.py asks for.
extern "C" [[gnu::noinline]] void measured_part(const std::function<void()>& work) { work(); }

namespace kreisel::bench {
namespace {

constexpr int rounds = 200;

SharedBytes bytes_of(const std::string& text) { return SharedBytes::copy_of(text); }

SharedBytes encoded(const Message& message, Encoding encoding) {
    ByteWriter writer;
    encode(message, encoding, writer);
    return std::move(writer).take();
}

Message decoded(Encoding encoding, const SharedBytes& bytes) {
    return decode(encoding, bytes, DecodeLimits{}).value();
}

/// Arguments as applications send them: numbers, texts with escapes, lists and dictionaries.
Payload rich_payload() {
    const Dict point{
        {"x", Value(12.25)}, {"y", Value(-0.001)}, {"label", Value("caf\u00e9 \"a\"")}};
    List points;
    for (int i = 0; i < 16; ++i) points.push_back(Value(point));
    return make_payload({Value(1'234'567), Value(true), Value(points)},
                        {{"unit", Value("mm")}, {"seen", Value(false)}}, Encoding::json);
}

/// PUBLISH as octets of JSON in, 100 EVENTs written out of 100 outboxes.
void fan_out_100() {
    BenchRealm bench;
    const PeerRef publisher = bench.join();
    std::vector<Outbox> outboxes(200);
    for (int i = 0; i < 100; ++i) {
        bench.handle(bench.join(), Subscribe{RequestId{1}, {}, "com.example.tick"});
    }
    bench.effects.clear();
    const SharedBytes octets =
        bytes_of(R"([16,7,{},"com.example.tick",[")" + std::string(124, 'x') + "\"]]");
    const auto publish = [&] {
        bench.handle(publisher, decoded(Encoding::json, octets));
        for (const Effect& effect : bench.effects.list()) {
            for (const PeerRef receiver : bench.effects.receivers(effect)) {
                Outbox& outbox = outboxes[receiver.slot];
                outbox.push(effect.parcel->frame(Encoding::json, Framing::websocket));
                std::array<iovec, 16> buffers{};
                static_cast<void>(outbox.gather(buffers, 1U << 20U));
                outbox.consume(outbox.bytes());
            }
        }
        bench.effects.clear();
    };
    publish();
    measured_part([&] {
        for (int i = 0; i < rounds; ++i) publish();
    });
}

/// CALL and YIELD as octets in, INVOCATION and RESULT as frames out.
void call_and_yield() {
    BenchRealm bench;
    const PeerRef callee = bench.join();
    const PeerRef caller = bench.join();
    bench.handle(callee, Register{RequestId{1}, {}, "com.example.add2"});
    bench.effects.clear();
    std::uint64_t request = 0;
    const auto send_frames = [&bench] {
        for (const Effect& effect : bench.effects.list()) {
            static_cast<void>(effect.parcel->frame(Encoding::msgpack, Framing::websocket));
        }
        bench.effects.clear();
    };
    std::vector<std::array<SharedBytes, 2>> octets;
    for (int i = 0; i < rounds + 1; ++i) {
        ++request;
        octets.push_back(
            {encoded(Call{RequestId{request}, {}, "com.example.add2", sample_payload()},
                     Encoding::msgpack),
             encoded(Yield{RequestId{request}, {}, sample_payload()}, Encoding::msgpack)});
    }
    const auto call = [&](const std::array<SharedBytes, 2>& messages) {
        bench.handle(caller, decoded(Encoding::msgpack, messages[0]));
        send_frames();
        bench.handle(callee, decoded(Encoding::msgpack, messages[1]));
        send_frames();
    };
    call(octets[0]);
    measured_part([&] {
        for (int i = 1; i <= rounds; ++i) call(octets[static_cast<std::size_t>(i)]);
    });
}

void read_rich(Encoding encoding) {
    const SharedBytes octets = encoded(
        Publish{RequestId{7}, {{"acknowledge", Value(true)}}, "com.example.tick", rich_payload()},
        encoding);
    static_cast<void>(decoded(encoding, octets));
    measured_part([&] {
        for (int i = 0; i < rounds; ++i) static_cast<void>(decoded(encoding, octets));
    });
}

/// JSON to MessagePack to CBOR and back.
void transcode_rich() {
    const Payload json = rich_payload();
    const auto turn = [](const Payload& payload, Encoding encoding) {
        Payload copy = payload;
        copy.bytes = payload_bytes(payload, encoding);
        copy.encoding = encoding;
        return copy;
    };
    const auto work = [&] {
        static_cast<void>(
            turn(turn(turn(json, Encoding::msgpack), Encoding::cbor), Encoding::json));
    };
    work();
    measured_part([&] {
        for (int i = 0; i < rounds; ++i) work();
    });
}

/// A publication that three of 30,000 patterns take.
void match_patterns() {
    TopicIndex index(42);
    index.insert("com.example.unit.tick", MatchPolicy::exact, 0);
    index.insert("com.example.", MatchPolicy::prefix, 1);
    index.insert("com..unit.tick", MatchPolicy::wildcard, 2);
    for (TopicIndex::Entry i = 3; i < 30'000; ++i) {
        const std::string number = std::to_string(i);
        if (i % 3 == 0) {
            index.insert("com.example.unit.tick" + number, MatchPolicy::exact, i);
        } else if (i % 3 == 1) {
            index.insert("com.example.unit" + number + ".", MatchPolicy::prefix, i);
        } else {
            index.insert("com..unit.tick" + number, MatchPolicy::wildcard, i);
        }
    }
    std::size_t matches = 0;
    measured_part([&] {
        for (int i = 0; i < rounds; ++i) {
            index.match("com.example.unit.tick", [&matches](TopicIndex::Entry) { ++matches; });
        }
    });
}

struct Workload {
    std::string_view name;
    void (*run)();
};
constexpr std::array<Workload, 6> workloads{{
    {"fan_out_100", fan_out_100},
    {"call_and_yield", call_and_yield},
    {"read_json", [] { read_rich(Encoding::json); }},
    {"read_msgpack", [] { read_rich(Encoding::msgpack); }},
    {"transcode", transcode_rich},
    {"match_patterns", match_patterns},
}};

}  // namespace
}  // namespace kreisel::bench

int main(int count, char** arguments) {
    using namespace kreisel::bench;
    for (const Workload& workload : workloads) {
        if (count == 1) {
            std::printf("%.*s %d\n", static_cast<int>(workload.name.size()), workload.name.data(),
                        rounds);
        } else if (workload.name == arguments[1]) {
            workload.run();
            return 0;
        }
    }
    return count == 1 ? 0 : 2;
}
