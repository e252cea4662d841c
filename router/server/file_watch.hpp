#pragma once
// FileWatch: which of a few files have changed since they were last read. Looks at them whenever it
// is asked; a file that is being written is left until it rests. Control thread only.

#include "common/base/file_stamp.hpp"

#include <map>
#include <string>
#include <vector>

namespace kreisel {

class FileWatch {
  public:
    /// Watches `paths` from now on; to be called before they are read.
    void begin(const std::vector<std::string>& paths);
    /// Watches `paths` instead; what is known of those that stay, stays.
    void keep(const std::vector<std::string>& paths);
    /// Those that have changed and have not changed any more since the last call. They are told
    /// once.
    [[nodiscard]] std::vector<std::string> take_changed();

  private:
    struct Watched {
        FileStamp read;
        FileStamp seen;
    };
    std::map<std::string, Watched> files_;
};

}  // namespace kreisel
