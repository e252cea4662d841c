#pragma once
// What a server process asks of its system: descriptors, signals to the service manager. Start-up
// and control thread only.

#include <cstddef>
#include <string_view>

namespace kreisel {

/// Raises the soft limit of open files to the hard one; returns the limit in force.
[[nodiscard]] std::size_t raise_file_limit();

/// Descriptors that connections must leave free: logs, configuration, listeners, refusals.
inline constexpr std::size_t reserved_descriptors = 32;

/// From now on an allocation that fails ends the process, with a line in the log and exit code 1: a
/// realm may be in the middle of a step then, so going on would be a guess (ADR 21).
void stop_when_memory_runs_out();

/// Tells systemd (`READY=1`, `STOPPING=1`, `RELOADING=1`...) if it asked for it by NOTIFY_SOCKET.
void notify_service_manager(std::string_view state);

/// `RELOADING=1` with the time stamp that systemd wants.
void notify_reloading();

/// What the process uses, as Prometheus' process_* want it.
struct ProcessReading {
    double cpu_seconds = 0;
    double resident_bytes = 0;
    double virtual_bytes = 0;
    double open_files = 0;
    double open_files_max = 0;
    double start_seconds = 0;  ///< since 1970
};
/// Reads files below /proc.
[[nodiscard]] ProcessReading read_process();

}  // namespace kreisel
