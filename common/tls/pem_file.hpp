#pragma once
// PEM files read whole, with faults in words for the operator. Start-up, reload and control thread
// only.

#include "common/base/clock.hpp"
#include "common/tls/openssl.hpp"

#include <tl/expected.hpp>

#include <string>
#include <vector>

struct asn1_string_st;  // ASN1_TIME of OpenSSL

namespace kreisel {

template <class T>
using PemResult = tl::expected<T, std::string>;

/// All certificates of the file, at least one.
[[nodiscard]] PemResult<std::vector<CertificatePtr>> read_certificates(const std::string& path);
[[nodiscard]] PemResult<KeyPtr> read_private_key(const std::string& path);
/// All revocation lists of the file, at least one.
[[nodiscard]] PemResult<std::vector<RevocationsPtr>> read_revocations(const std::string& path);

/// Whether people other than owner and group may read the file.
[[nodiscard]] bool is_readable_by_others(const std::string& path);

/// Hosts of a certificate's subjectAltName, in lower case.
[[nodiscard]] std::vector<std::string> names_of(x509_st* certificate);

[[nodiscard]] WallTime to_wall_time(const asn1_string_st* time);

}  // namespace kreisel
