#pragma once
// Secrets of a command line: as they are, from a file or from the environment.

#include <string>
#include <vector>

namespace kreisel::client {

/// `@FILE` is the first line of the file, `@-` that of standard input, `@@x` the text `@x`;
/// anything else is the secret. Throws UsageFault.
[[nodiscard]] std::string read_secret(const std::string& text, const std::string& option);

/// The whole of a file, without white space at its end. Throws UsageFault.
[[nodiscard]] std::string read_small_file(const std::string& path);

/// Names of environment variables that hold secrets, which no process of ours is to inherit.
[[nodiscard]] const std::vector<std::string>& secret_variables();

}  // namespace kreisel::client
