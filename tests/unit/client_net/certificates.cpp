// The authority of certificates.hpp, on OpenSSL.
#include "certificates.hpp"

#include "common/tls/openssl.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>

namespace kreisel::client_test {

namespace {

CertificatePtr make_certificate(const Authority::Wanted& wanted, int serial, EVP_PKEY* key) {
    CertificatePtr made(X509_new());
    X509* certificate = made.get();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wanted.begins_in);
    X509_gmtime_adj(X509_getm_notAfter(certificate), wanted.ends_in);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(wanted.common_name.c_str()),
                               -1, -1, 0);
    return made;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    BOOST_REQUIRE(extension != nullptr);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

void write(const std::string& path, X509* certificate, EVP_PKEY* key) {
    std::FILE* out = std::fopen(path.c_str(), "w");
    BOOST_REQUIRE(out != nullptr);
    PEM_write_X509(out, certificate);
    if (key != nullptr) PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
}

}  // namespace

struct Authority::Keys {
    KeyPtr key{EVP_EC_gen("P-256")};
    CertificatePtr certificate;
};

Authority::Authority() : keys_(std::make_unique<Keys>()) {
    folder_ = (std::filesystem::temp_directory_path() / "kreisel-tls-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(folder_.data()) != nullptr);
    keys_->certificate = make_certificate({.common_name = "authority"}, 1, keys_->key.get());
    X509* certificate = keys_->certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate, keys_->key.get(), EVP_sha256());
    write(file(), certificate, nullptr);
}

Authority::~Authority() { std::filesystem::remove_all(folder_); }

std::string Authority::issue(const Wanted& wanted) {
    const int serial = ++count_ + 1;
    const KeyPtr key(EVP_EC_gen("P-256"));
    const CertificatePtr certificate = make_certificate(wanted, serial, key.get());
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(keys_->certificate.get()));
    std::string names;
    for (const std::string& name : wanted.names) names += (names.empty() ? "" : ",") + name;
    if (!names.empty()) add_extension(certificate.get(), NID_subject_alt_name, names);
    X509_sign(certificate.get(), keys_->key.get(), EVP_sha256());
    const std::string path = folder_ + "/" + std::to_string(serial) + ".pem";
    write(path, certificate.get(), key.get());
    return path;
}

}  // namespace kreisel::client_test
