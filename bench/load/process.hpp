#pragma once
// What a process costs, as the kernel tells: CPU time of all its threads and resident memory.

#include <cstdint>
#include <sys/types.h>

namespace kreisel::load {

/// User and system time of all threads, dead ones too, since the start of the process. Throws if
/// there is no such process.
[[nodiscard]] double cpu_seconds(pid_t pid);

/// Resident memory. Throws if there is no such process.
[[nodiscard]] std::uint64_t resident_bytes(pid_t pid);

}  // namespace kreisel::load
