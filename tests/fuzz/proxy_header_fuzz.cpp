// PROXY headers: any cut comes to the same, and no more is taken than the header.
#include "common/base/check.hpp"
#include "common/wire/proxy_header.hpp"

#include <cstddef>
#include <cstdint>

using namespace kreisel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span octets(data, size);
    ProxyHeaderReader at_once;
    const std::size_t taken = at_once.feed(octets);
    ProxyHeaderReader in_pieces;
    std::size_t sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += in_pieces.feed(octets.subspan(i, 1));

    using State = ProxyHeaderReader::State;
    CHECK(taken == sum, "cuts do not change how much is taken");
    CHECK(at_once.state() == in_pieces.state(), "cuts do not change the outcome");
    CHECK(at_once.fault() == in_pieces.fault(), "cuts do not change the fault");
    CHECK(taken <= ProxyHeaderReader::bytes_max, "a header is bounded");
    CHECK(at_once.buffered().size() == taken, "what is taken is kept");
    CHECK((at_once.state() == State::faulty) == !at_once.fault().empty(), "a fault has words");
    CHECK(at_once.state() != State::undecided || taken == size, "an undecided reader takes all");
    const auto& ours = at_once.header();
    const auto& theirs = in_pieces.header();
    CHECK(ours.source.has_value() == theirs.source.has_value(), "cuts do not change the source");
    if (ours.source) CHECK(ours.source->address == theirs.source->address, "nor its address");
    return 0;
}
