#pragma once
// TlsContext: certificates, keys and rules of one TLS listener, read from their files and ready for
// handshakes.
//
// Immutable and shared by all shards; who re-reads the files makes a new one, and sessions keep the
// one they began with. load() touches files: start-up, reload and control thread only.

#include "common/base/clock.hpp"
#include "common/base/file_stamp.hpp"
#include "common/tls/tls_settings.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;  // SSL_CTX of OpenSSL

namespace kreisel {

/// What is wrong with one setting, for the operator. `key` as below `tls`: `others[0].key`.
struct TlsRemark {
    std::string key;
    std::string text;
};

class TlsContext {
  public:
    struct Certificate {
        std::string file;
        std::vector<std::string> names;  ///< hosts it is for, wildcards as `*.example.com`
        WallTime not_after{};
    };
    struct Loaded {
        std::shared_ptr<const TlsContext> context;  ///< nothing if there are errors
        std::vector<TlsRemark> errors;
        std::vector<TlsRemark> warnings;
    };

    [[nodiscard]] static Loaded load(const TlsSettings& settings, WallTime now);

    TlsContext();
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    [[nodiscard]] const std::vector<Certificate>& certificates() const { return certificates_; }
    /// Of all files as they were when they were read.
    [[nodiscard]] const std::vector<FileStamp>& stamps() const { return stamps_; }
    /// For new connections; the context must outlive them.
    [[nodiscard]] ssl_ctx_st* native() const;
    /// The context with the certificate for a host; the first one if there is none for it.
    [[nodiscard]] ssl_ctx_st* native_for(std::string_view host) const;

  private:
    friend class TlsLoader;
    struct Natives;

    std::unique_ptr<Natives> natives_;
    std::vector<Certificate> certificates_;
    std::vector<FileStamp> stamps_;
};

using TlsContextPtr = std::shared_ptr<const TlsContext>;

/// How long before its end a certificate is warned about.
inline constexpr std::chrono::hours certificate_warning_time{14 * 24};

}  // namespace kreisel
