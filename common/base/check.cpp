#include "common/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace kreisel::detail {

void check_failed(const char* condition, const char* why, const char* file, int line) {
    std::fprintf(stderr, "kreisel: internal error at %s:%d: %s (%s). Please report this.\n", file,
                 line, why, condition);
    std::abort();
}

}  // namespace kreisel::detail
