#include "common/tls/pem_file.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sys/stat.h>

namespace kreisel {

namespace {

constexpr std::size_t file_bytes_max = std::size_t{4} << 20;

PemResult<std::string> read_text(const std::string& path) {
    const auto fault = [&](const std::string& what) {
        return tl::unexpected<std::string>("the file " + path + " " + what);
    };
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return tl::unexpected<std::string>("there is no file " + path);
        return fault(std::string("cannot be read: ") + std::strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) return fault("is no regular file");
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return fault(std::string("cannot be read: ") + std::strerror(errno));
    std::string text(file_bytes_max + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad()) return fault("cannot be read");
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > file_bytes_max) return fault("is over 4 MiB");
    return text;
}

BioPtr bio_of(const std::string& text) {
    return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// All objects that `read_one` finds in the file. `what` names them, `mark` as PEM does.
template <class Pointer, class ReadOne>
PemResult<std::vector<Pointer>> read_all(const std::string& path, const std::string& what,
                                         const std::string& mark, ReadOne read_one) {
    const auto text = read_text(path);
    if (!text) return tl::unexpected(text.error());
    const BioPtr bio = bio_of(*text);
    std::vector<Pointer> found;
    ERR_clear_error();
    while (auto* object = read_one(bio.get())) found.emplace_back(object);
    // The reader ends by an error in any case; only this one means "no more".
    const bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const std::string why = take_openssl_error();
    if (!is_at_end) {
        return tl::unexpected("the file " + path + " has a broken " + what + ": " + why);
    }
    if (found.empty()) {
        return tl::unexpected("the file " + path + " has no " + what + " in PEM form (-----BEGIN " +
                              mark + "-----)");
    }
    return found;
}

/// Keys with a passphrase cannot be used by a program that starts by itself.
int refuse_passphrase(char*, int, int, void* was_asked) {
    *static_cast<bool*>(was_asked) = true;
    return -1;
}

}  // namespace

PemResult<std::vector<CertificatePtr>> read_certificates(const std::string& path) {
    return read_all<CertificatePtr>(path, "certificate", "CERTIFICATE", [](BIO* bio) {
        return PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    });
}

PemResult<std::vector<RevocationsPtr>> read_revocations(const std::string& path) {
    return read_all<RevocationsPtr>(path, "revocation list", "X509 CRL", [](BIO* bio) {
        return PEM_read_bio_X509_CRL(bio, nullptr, nullptr, nullptr);
    });
}

PemResult<KeyPtr> read_private_key(const std::string& path) {
    auto text = read_text(path);
    if (!text) return tl::unexpected(text.error());
    const BioPtr bio = bio_of(*text);
    bool has_passphrase = false;
    KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &has_passphrase));
    const std::string why = take_openssl_error();
    std::string& secret = *text;
    OPENSSL_cleanse(secret.data(), secret.size());
    if (has_passphrase) {
        return tl::unexpected("the key in " + path +
                              " needs a passphrase; write it without one (openssl pkey -in ... "
                              "-out ...) and protect it by the mode of the file");
    }
    if (!key) {
        return tl::unexpected(
            "the file " + path +
            " has no private key in PEM form (-----BEGIN PRIVATE KEY-----): " + why);
    }
    return key;
}

bool is_readable_by_others(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

std::vector<std::string> names_of(x509_st* certificate) {
    std::vector<std::string> names;
    auto* found = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(found, i);
        if (name->type != GEN_DNS) continue;
        const ASN1_IA5STRING* host = name->d.dNSName;
        std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(host)),
                         static_cast<std::size_t>(ASN1_STRING_length(host)));
        std::transform(text.begin(), text.end(), text.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        });
        names.push_back(std::move(text));
    }
    GENERAL_NAMES_free(found);
    return names;
}

WallTime to_wall_time(const asn1_string_st* time) {
    std::tm broken_down{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &broken_down) != 1) return {};
    return WallTime{std::chrono::seconds{::timegm(&broken_down)}};
}

}  // namespace kreisel
