#pragma once
// CHECK(condition, "why"): an invariant of our own. Always on; a broken one stops the process with
// file, line and reason on standard error. DCHECK is the same in debug builds and nothing
// otherwise. Never use either for what a peer or an operator may do wrong.

namespace kreisel::detail {

[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);

}  // namespace kreisel::detail

#define CHECK(condition, why)     \
    (static_cast<bool>(condition) \
         ? static_cast<void>(0)   \
         : ::kreisel::detail::check_failed(#condition, why, __FILE__, __LINE__))

#ifdef NDEBUG
#define DCHECK(condition, why) static_cast<void>(0)
#else
#define DCHECK(condition, why) CHECK(condition, why)
#endif
