#include "router/server/certificate_watch.hpp"

#include "common/base/log.hpp"

#include <chrono>

namespace kreisel {

namespace {

constexpr std::chrono::hours day{24};

}  // namespace

tl::expected<std::shared_ptr<CertificateWatch>, std::string> CertificateWatch::open(
    std::string listener, TlsSettings settings, WallTime now) {
    const std::shared_ptr<CertificateWatch> watch(
        new CertificateWatch(std::move(listener), std::move(settings)));
    auto loaded = TlsContext::load(watch->settings_, now);
    if (!loaded.errors.empty()) {
        return tl::unexpected("cannot use TLS on " + watch->listener_ + ": " +
                              loaded.errors.front().text);
    }
    watch->context_ = std::move(loaded.context);
    watch->read_at_ = now;
    // Whoever starts or reloads is told by the check of the configuration.
    for (const auto& certificate : watch->context_->certificates()) {
        if (certificate.not_after <= now + certificate_warning_time) watch->warned_at_ = now;
    }
    return watch;
}

std::vector<FileStamp> CertificateWatch::stamps_now() const {
    std::vector<FileStamp> stamps;
    for (const FileStamp& stamp : context_->stamps()) stamps.push_back(FileStamp::of(stamp.path));
    return stamps;
}

bool CertificateWatch::is_outdated() const { return stamps_now() != context_->stamps(); }

bool CertificateWatch::look(WallTime now) {
    warn_of_ends(now);
    auto stamps = stamps_now();
    // Certificate and key are written one after the other: what still changes is left alone.
    const bool is_at_rest = stamps == seen_;
    seen_ = std::move(stamps);
    if (!is_at_rest || seen_ == refused_) return false;
    if (seen_ != context_->stamps()) return read_again(now);
    // Keys of tickets are drawn anew each day, as they would open what was recorded before.
    return now - read_at_ >= day && read_again(now);
}

bool CertificateWatch::read_again(WallTime now) {
    auto loaded = TlsContext::load(settings_, now);
    if (!loaded.errors.empty()) {
        refused_ = seen_;
        for (const auto& [key, why] : loaded.errors) {
            KREISEL_LOG(error, "certificates not taken over, the old ones stay",
                        {"listener", listener_}, {"key", "tls." + key}, {"why", why});
        }
        return false;
    }
    for (const auto& [key, why] : loaded.warnings) {
        KREISEL_LOG(warning, "certificates", {"listener", listener_}, {"key", "tls." + key},
                    {"why", why});
    }
    if (loaded.context->stamps() != context_->stamps()) {
        KREISEL_LOG(info, "certificates taken over", {"listener", listener_});
    }
    context_ = std::move(loaded.context);
    read_at_ = now;
    refused_.clear();
    return true;
}

void CertificateWatch::warn_of_ends(WallTime now) {
    if (now - warned_at_ < day) return;
    for (const auto& certificate : context_->certificates()) {
        if (certificate.not_after > now + certificate_warning_time) continue;
        warned_at_ = now;
        KREISEL_LOG(warning, "a certificate ends soon", {"listener", listener_},
                    {"file", certificate.file}, {"end", iso8601(certificate.not_after)});
    }
}

}  // namespace kreisel
