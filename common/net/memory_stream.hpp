#pragma once
// Memory streams: two streams that are each other's peer within one process. What one side writes
// is there for the other to read, without a descriptor or a system call in between.
//
// Each end is confined to its own executor like any stream; the two may belong to different
// threads. As much as a socket would hold lies between them: then a writer waits.

#include "common/net/local_facts.hpp"
#include "common/net/strand.hpp"
#include "common/net/stream.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace kreisel {

/// What may lie between the ends, each way.
inline constexpr std::size_t memory_stream_bytes_max = 256U << 10U;
/// What both ends call their peer.
inline constexpr std::string_view in_process_peer = "in-process";

struct MemoryStreams {
    std::unique_ptr<Stream> client;
    std::unique_ptr<Stream> router;  ///< tells `facts` of its peer
};

/// Any thread. An end that is destroyed is closed.
[[nodiscard]] MemoryStreams make_memory_streams(const Strand& client,
                                                boost::asio::io_context& router, LocalFacts facts);

}  // namespace kreisel
