// Listeners with TLS: which files, and what is asked of clients. The files are read to judge them.

#include "common/tls/tls_context.hpp"
#include "router/config/schema.hpp"

#include <filesystem>

namespace kreisel {

namespace {

const Choices<ClientCertificates>& client_certificates() {
    static const Choices<ClientCertificates> choices = {{"none", ClientCertificates::none},
                                                        {"optional", ClientCertificates::optional},
                                                        {"required", ClientCertificates::required}};
    return choices;
}

const Choices<TlsVersion>& versions() {
    static const Choices<TlsVersion> choices = {{"1.2", TlsVersion::tls_1_2},
                                                {"1.3", TlsVersion::tls_1_3}};
    return choices;
}

/// The path of a PEM file; a relative one starts where realms.yaml stands.
template <class T>
Setting<T> pem_file(const std::string& key, std::string T::*member) {
    return scalar<T>(
        key, "the path of a PEM file",
        [member](Reader& reader, const YamlNode&, const std::string& path, T& object) {
            const auto base = std::filesystem::path(reader.file()).parent_path();
            if (!path.empty()) object.*member = (base / path).lexically_normal().string();
            return !path.empty();
        },
        [member](const T& object) {
            return (object.*member).empty() ? std::string() : show_text(object.*member);
        });
}

Setting<TlsSettings> certificates_setting() {
    ListAccess<TlsSettings, TlsPair> access;
    access.make = [](Reader&) { return TlsPair{}; };
    access.get = [](const TlsSettings& settings) { return settings.others; };
    access.add = [](Reader&, const YamlNode&, TlsSettings& settings, TlsPair pair) {
        settings.others.push_back(std::move(pair));
    };
    access.name_key = "certificate";
    return list_of<TlsSettings, TlsPair>(
        "certificates",
        {required(pem_file("certificate", &TlsPair::certificate)), pem_file("key", &TlsPair::key)},
        std::move(access));
}

/// Where `certificates[1].key` stands below `node`; where the nearest thing above it stands, if it
/// is not set.
const YamlNode& find_place(const YamlNode& node, std::string_view path) {
    const std::size_t end = path.find_first_of(".[");
    const YamlNode& place = place_of(node, path.substr(0, end));
    if (&place == &node || end == std::string_view::npos) return place;
    if (path[end] == '.') return find_place(place, path.substr(end + 1));
    const std::size_t close = path.find(']', end);
    const auto index = parse_count(path.substr(end + 1, close - end - 1));
    if (!index || *index >= place.items.size()) return place;
    return find_place(place.items[*index], path.substr(close + 2));
}

}  // namespace

Table<TlsSettings> tls_table() {
    using Tls = TlsSettings;
    const auto main = [](const std::string& key, std::string TlsPair::*member) {
        return lifted(Table<TlsPair>{pem_file(key, member)}, &Tls::main).front();
    };
    return {main("certificate", &TlsPair::certificate),
            main("key", &TlsPair::key),
            certificates_setting(),
            pem_file("client_ca", &Tls::client_ca),
            choice("client_certificates", &Tls::client_certificates, client_certificates()),
            pem_file("crl", &Tls::crl),
            choice("min_version", &Tls::version_min, versions()),
            text("ciphers", "a list of ciphers of TLS 1.2 as OpenSSL writes it", &Tls::ciphers),
            text("ciphersuites", "a list of suites of TLS 1.3 as OpenSSL writes it",
                 &Tls::ciphersuites)};
}

void judge_tls(Reader& reader, const YamlNode& node, const TlsSettings& settings) {
    if (node.kind != YamlNode::Kind::map) return;
    if (!settings.is_on()) {
        return reader.fail(node, "the key 'certificate' is missing; write the path of a PEM file");
    }
    const auto loaded = TlsContext::load(settings, SystemClock{}.wall());
    for (const auto& [key, why] : loaded.errors) {
        const Reader::Step step(reader, key);
        reader.fail(find_place(node, key), why);
    }
    for (const auto& [key, why] : loaded.warnings) {
        const Reader::Step step(reader, key);
        reader.warn(find_place(node, key), why);
    }
}

}  // namespace kreisel
