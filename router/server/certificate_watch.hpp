#pragma once
// CertificateWatch: the TLS files of one listener, read again when they change. A broken new file
// is told in the log and the old one kept; a certificate that ends soon is told once a day.
//
// Control thread only; what context() gives is for all threads.

#include "common/tls/tls_context.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kreisel {

class CertificateWatch {
  public:
    /// Reads the files. `listener` names it in the log; the error is one sentence for the operator.
    [[nodiscard]] static tl::expected<std::shared_ptr<CertificateWatch>, std::string> open(
        std::string listener, TlsSettings settings, WallTime now);

    [[nodiscard]] const TlsContextPtr& context() const { return context_; }
    [[nodiscard]] const TlsSettings& settings() const { return settings_; }
    /// A file is no longer what was read.
    [[nodiscard]] bool is_outdated() const;
    /// Looks for changes, to be called every few seconds. True: context() is another one.
    [[nodiscard]] bool look(WallTime now);

  private:
    CertificateWatch(std::string listener, TlsSettings settings)
        : listener_(std::move(listener)), settings_(std::move(settings)) {}

    [[nodiscard]] std::vector<FileStamp> stamps_now() const;
    [[nodiscard]] bool read_again(WallTime now);
    void warn_of_ends(WallTime now);

    std::string listener_;
    TlsSettings settings_;
    TlsContextPtr context_;
    WallTime read_at_{};
    /// Of the last look: files are read once they have come to rest.
    std::vector<FileStamp> seen_;
    /// Of files that could not be used.
    std::vector<FileStamp> refused_;
    WallTime warned_at_{};
};

}  // namespace kreisel
