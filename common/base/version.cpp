// KREISEL_VERSION is defined for this file alone by common/base/CMakeLists.txt.

#include "common/base/version.hpp"

namespace kreisel {

std::string_view version() { return KREISEL_VERSION; }

std::string_view agent() { return "Kreisel/" KREISEL_VERSION; }

}  // namespace kreisel
