// What octets cost before and after the realm, by encoding and by size of the payload: checking a
// message whole (scan), making a struct of it (decode), the same with options, and turning a
// payload from each encoding into each other. Payloads are one long text (packed by its sender) or
// rows of numbers, texts and dictionaries, as applications send them.
//
//     build/bench/bin/bench_codec --benchmark_filter=transcode
#include "common/codec/cbor.hpp"
#include "common/codec/codec.hpp"
#include "common/codec/json.hpp"
#include "common/codec/msgpack.hpp"

#include <benchmark/benchmark.h>
#include <string>
#include <utility>

using namespace kreisel;

namespace {

constexpr unsigned depth_max = 64;

enum class Shape { text, rows };

/// Of about `size` octets in JSON.
Payload payload_of_size(Shape shape, std::int64_t size, Encoding encoding) {
    const auto octets = static_cast<std::size_t>(size);
    if (shape == Shape::text) return make_payload({std::string(octets - 4, 'x')}, {}, encoding);
    constexpr std::size_t row_octets = 48;
    List rows;
    for (std::size_t i = 0; i < octets / row_octets; ++i) {
        rows.push_back(Value(Dict{{"id", Value(std::int64_t{1'234'567})},
                                  {"x", Value(-12.25)},
                                  {"label", Value("caf\u00e9 \"a\"")}}));
    }
    return make_payload({Value(std::move(rows))}, {}, encoding);
}

SharedBytes publish_octets(const Dict& options, const Payload& payload, Encoding encoding) {
    ByteWriter writer;
    encode(Publish{RequestId{7}, options, "com.example.tick", payload}, encoding, writer);
    return std::move(writer).take();
}

void count_octets(benchmark::State& state, std::size_t octets) {
    state.SetBytesProcessed(static_cast<std::int64_t>(octets) *
                            static_cast<std::int64_t>(state.iterations()));
}

Result<ScannedMessage> scan_message(Encoding encoding, std::span<const std::uint8_t> bytes) {
    switch (encoding) {
        case Encoding::json:
            return json_scan(bytes, depth_max);
        case Encoding::msgpack:
            return msgpack_scan(bytes, depth_max);
        case Encoding::cbor:
            break;
    }
    return cbor_scan(bytes, depth_max);
}

template <Encoding encoding, Shape shape>
void scan(benchmark::State& state) {
    const SharedBytes octets =
        publish_octets({}, payload_of_size(shape, state.range(0), encoding), encoding);
    for (auto _ : state) benchmark::DoNotOptimize(scan_message(encoding, octets.span()));
    count_octets(state, octets.size());
}

template <Encoding encoding, Shape shape>
void decode_publish(benchmark::State& state) {
    const SharedBytes octets =
        publish_octets({}, payload_of_size(shape, state.range(0), encoding), encoding);
    for (auto _ : state) benchmark::DoNotOptimize(decode(encoding, octets, {depth_max}));
    count_octets(state, octets.size());
}

template <Encoding encoding>
void decode_options(benchmark::State& state) {
    const Dict options{{"acknowledge", Value(true)},
                       {"exclude_me", Value(false)},
                       {"exclude", Value(List{Value(std::int64_t{1'234'567'890})})},
                       {"eligible_authrole", Value(List{Value("reader"), Value("operator")})}};
    const SharedBytes octets =
        publish_octets(options, payload_of_size(Shape::text, state.range(0), encoding), encoding);
    for (auto _ : state) benchmark::DoNotOptimize(decode(encoding, octets, {depth_max}));
    count_octets(state, octets.size());
}

template <Encoding from, Encoding to, Shape shape>
void transcode(benchmark::State& state) {
    const Payload payload = payload_of_size(shape, state.range(0), from);
    for (auto _ : state) benchmark::DoNotOptimize(payload_bytes(payload, to));
    count_octets(state, payload.bytes.size());
}

void sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->Arg(128)->Arg(4096)->Arg(65536);
}

constexpr Encoding json = Encoding::json;
constexpr Encoding msgpack = Encoding::msgpack;
constexpr Encoding cbor = Encoding::cbor;
constexpr Shape text = Shape::text;
constexpr Shape rows = Shape::rows;

}  // namespace

BENCHMARK(scan<json, text>)->Apply(sizes);
BENCHMARK(scan<json, rows>)->Apply(sizes);
BENCHMARK(scan<msgpack, text>)->Apply(sizes);
BENCHMARK(scan<msgpack, rows>)->Apply(sizes);
BENCHMARK(scan<cbor, text>)->Apply(sizes);
BENCHMARK(scan<cbor, rows>)->Apply(sizes);

BENCHMARK(decode_publish<json, text>)->Apply(sizes);
BENCHMARK(decode_publish<json, rows>)->Apply(sizes);
BENCHMARK(decode_publish<msgpack, text>)->Apply(sizes);
BENCHMARK(decode_publish<msgpack, rows>)->Apply(sizes);
BENCHMARK(decode_publish<cbor, text>)->Apply(sizes);
BENCHMARK(decode_publish<cbor, rows>)->Apply(sizes);

BENCHMARK(decode_options<json>)->Arg(128);
BENCHMARK(decode_options<msgpack>)->Arg(128);
BENCHMARK(decode_options<cbor>)->Arg(128);

BENCHMARK(transcode<json, msgpack, text>)->Apply(sizes);
BENCHMARK(transcode<json, msgpack, rows>)->Apply(sizes);
BENCHMARK(transcode<json, cbor, text>)->Apply(sizes);
BENCHMARK(transcode<json, cbor, rows>)->Apply(sizes);
BENCHMARK(transcode<msgpack, json, text>)->Apply(sizes);
BENCHMARK(transcode<msgpack, json, rows>)->Apply(sizes);
BENCHMARK(transcode<msgpack, cbor, text>)->Apply(sizes);
BENCHMARK(transcode<msgpack, cbor, rows>)->Apply(sizes);
BENCHMARK(transcode<cbor, json, text>)->Apply(sizes);
BENCHMARK(transcode<cbor, json, rows>)->Apply(sizes);
BENCHMARK(transcode<cbor, msgpack, text>)->Apply(sizes);
BENCHMARK(transcode<cbor, msgpack, rows>)->Apply(sizes);
