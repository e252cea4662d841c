// TLS on a stream of the test's own: what a slow or hostile peer makes it keep, and how it ends.
#include "common/net/tls_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>

using namespace kreisel;

namespace {

/// Both directions of a connection, in memory; the peer may stop reading.
struct Link {
    std::string to_router;
    std::string to_peer;
    bool is_stalled = false;
    bool has_peer_ended = false;
    bool is_send_over = false;
    std::shared_ptr<StreamOwner> writer;
};

class LinkStream final : public Stream {
  public:
    explicit LinkStream(Link& link) : link_(link) {}
    IoResult read(std::span<std::uint8_t> buffer) override {
        if (link_.to_router.empty()) {
            return {link_.has_peer_ended ? IoResult::State::ended : IoResult::State::would_block,
                    0,
                    {}};
        }
        const std::size_t count = std::min(buffer.size(), link_.to_router.size());
        std::copy_n(link_.to_router.begin(), count, buffer.begin());
        link_.to_router.erase(0, count);
        return {IoResult::State::done, count, {}};
    }
    IoResult write(std::span<const iovec> buffers) override {
        if (link_.is_stalled) return {IoResult::State::would_block, 0, {}};
        std::size_t total = 0;
        for (const iovec& piece : buffers) {
            link_.to_peer.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
            total += piece.iov_len;
        }
        return {IoResult::State::done, total, {}};
    }
    void wait_readable(std::shared_ptr<StreamOwner>) override {}
    void wait_writable(std::shared_ptr<StreamOwner> owner) override {
        link_.writer = std::move(owner);
    }
    std::size_t unacknowledged_bytes() override { return 0; }
    void shutdown_send() override { link_.is_send_over = true; }
    void close(bool) override { link_.writer.reset(); }
    const std::string& peer() const override { return peer_; }

  private:
    Link& link_;
    std::string peer_ = "192.0.2.1:1";
};

/// A certificate and its key in one file, made once.
const std::string& pem_file() {
    static const std::string path = [] {
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * 100);
        X509_set_pubkey(certificate, key);
        X509_NAME* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        X509_sign(certificate, key, EVP_sha256());
        std::string file = (std::filesystem::temp_directory_path() / "kreisel-tls-XXXXXX").string();
        const int descriptor = ::mkstemp(file.data());
        std::FILE* out = ::fdopen(descriptor, "w");
        PEM_write_X509(out, certificate);
        PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(out);
        X509_free(certificate);
        EVP_PKEY_free(key);
        return file;
    }();
    return path;
}

class Pair {
  public:
    Pair() {
        TlsSettings settings;
        settings.main.certificate = pem_file();
        auto loaded = TlsContext::load(settings, SystemClock{}.wall());
        BOOST_REQUIRE(loaded.errors.empty());
        stream = make_tls_stream(context, std::make_unique<LinkStream>(link), loaded.context);
        client_context_ = SSL_CTX_new(TLS_client_method());
        client = SSL_new(client_context_);
        SSL_set_bio(client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(client);
    }
    ~Pair() {
        SSL_free(client);
        SSL_CTX_free(client_context_);
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    /// What the client has written goes to the router, and the other way round.
    void carry() {
        char* data = nullptr;
        BIO* out = SSL_get_wbio(client);
        const long size = BIO_get_mem_data(out, &data);
        link.to_router.append(data, static_cast<std::size_t>(size));
        static_cast<void>(BIO_reset(out));
        BIO_write(SSL_get_rbio(client), link.to_peer.data(), static_cast<int>(link.to_peer.size()));
        link.to_peer.clear();
    }
    IoResult read() { return stream->read(buffer); }
    void shake_hands() {
        for (int i = 0; i < 10 && stream->tls() == nullptr; ++i) {
            SSL_do_handshake(client);
            carry();
            BOOST_TEST((read().state == IoResult::State::would_block));
            carry();
        }
        SSL_do_handshake(client);
        BOOST_REQUIRE(stream->tls() != nullptr);
    }
    IoResult write(std::string_view text) {
        const iovec piece{const_cast<char*>(text.data()), text.size()};
        return stream->write({&piece, 1});
    }

    boost::asio::io_context context;
    Link link;
    std::unique_ptr<Stream> stream;
    SSL* client = nullptr;
    std::vector<std::uint8_t> buffer = std::vector<std::uint8_t>(65536);

  private:
    SSL_CTX* client_context_ = nullptr;
};

struct Writer final : StreamOwner {
    void on_readable(const boost::system::error_code&) override {}
    void on_writable(const boost::system::error_code& ec) override {
        ++count;
        last = ec;
    }
    int count = 0;
    boost::system::error_code last;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_stream)

BOOST_AUTO_TEST_CASE(facts_are_there_once_the_hands_are_shaken) {
    Pair pair;
    BOOST_TEST(pair.stream->tls() == nullptr);

    pair.shake_hands();

    const TlsFacts& facts = *pair.stream->tls();
    std::array<unsigned char, 32> exporter{};
    const std::string label = "EXPORTER-Channel-Binding";
    SSL_export_keying_material(pair.client, exporter.data(), exporter.size(), label.data(),
                               label.size(), exporter.data(), 0, 1);
    BOOST_TEST(facts.version == "TLSv1.3");
    BOOST_TEST((facts.exporter == std::string(exporter.begin(), exporter.end())));
    BOOST_TEST(facts.unique.empty());
    BOOST_TEST(!facts.certificate.has_value());
}

BOOST_AUTO_TEST_CASE(tls_1_2_has_both_channel_bindings) {
    Pair pair;
    SSL_set_max_proto_version(pair.client, TLS1_2_VERSION);

    pair.shake_hands();

    std::array<unsigned char, 64> finished{};
    const std::size_t size = SSL_get_finished(pair.client, finished.data(), finished.size());
    std::array<unsigned char, 32> digest{};
    EVP_Digest(finished.data(), size, digest.data(), nullptr, EVP_sha256(), nullptr);
    BOOST_TEST(pair.stream->tls()->version == "TLSv1.2");
    BOOST_TEST(pair.stream->tls()->exporter.size() == 32U);
    BOOST_TEST((pair.stream->tls()->unique == std::string(digest.begin(), digest.end())));
}

BOOST_AUTO_TEST_CASE(stalled_reader_costs_one_batch_and_gets_all_later) {
    Pair pair;
    pair.shake_hands();
    pair.link.is_stalled = true;
    const std::string text(1'000'000, 'x');

    const IoResult first = pair.write(text);
    const IoResult second = pair.write(text);

    BOOST_TEST((first.state == IoResult::State::done));
    BOOST_TEST(first.count <= 65536U);
    BOOST_TEST((second.state == IoResult::State::would_block));
    BOOST_TEST(pair.stream->has_unsent());
    BOOST_TEST(pair.stream->unacknowledged_bytes() < first.count + 1000);
    const auto writer = std::make_shared<Writer>();
    pair.stream->wait_writable(writer);
    pair.stream->shutdown_send();
    BOOST_TEST(!pair.link.is_send_over);
    pair.link.is_stalled = false;
    const auto waiting = std::exchange(pair.link.writer, nullptr);
    waiting->on_writable({});
    BOOST_TEST(writer->count == 1);
    BOOST_TEST(!pair.stream->has_unsent());
    BOOST_TEST(pair.link.is_send_over);
    pair.carry();
    std::vector<char> got(2'000'000);
    std::size_t total = 0;
    for (int size = 0; (size = SSL_read(pair.client, got.data(), 65536)) > 0;) {
        total += static_cast<std::size_t>(size);
    }
    BOOST_TEST(total == first.count);
    BOOST_TEST((SSL_get_shutdown(pair.client) & SSL_RECEIVED_SHUTDOWN) != 0);
}

BOOST_AUTO_TEST_CASE(peer_that_makes_tls_answer_and_does_not_read_is_given_up) {
    Pair pair;
    pair.shake_hands();
    pair.link.is_stalled = true;
    IoResult last;
    int rounds = 0;

    // Each key update asks for one in return; octets between them keep OpenSSL from objecting.
    do {
        SSL_key_update(pair.client, SSL_KEY_UPDATE_REQUESTED);
        SSL_write(pair.client, "x", 1);
        pair.carry();
        last = pair.read();
        ++rounds;
    } while (last.state == IoResult::State::done && rounds < 100'000);

    BOOST_TEST((last.state == IoResult::State::failed));
    BOOST_TEST(pair.stream->unacknowledged_bytes() < 300'000U);
}

BOOST_AUTO_TEST_CASE(end_behind_data_is_told_after_it) {
    Pair pair;
    pair.shake_hands();
    SSL_write(pair.client, "last", 4);
    SSL_shutdown(pair.client);
    pair.carry();

    const IoResult data = pair.read();
    const IoResult end = pair.read();

    BOOST_TEST(data.count == 4U);
    BOOST_TEST((end.state == IoResult::State::ended));
}

BOOST_AUTO_TEST_CASE(what_comes_after_a_fault_is_thrown_away) {
    Pair pair;
    pair.link.to_router = "\x7f\xf1 is RawSocket without TLS";

    const IoResult first = pair.read();
    pair.link.to_router = "more";
    const IoResult second = pair.read();

    BOOST_TEST((first.state == IoResult::State::failed));
    BOOST_TEST(!pair.stream->fault().empty());
    BOOST_TEST((second.state == IoResult::State::done));
    BOOST_TEST(pair.link.to_router.empty());
}

BOOST_AUTO_TEST_CASE(changed_octet_within_the_session_is_a_fault) {
    Pair pair;
    pair.shake_hands();
    SSL_write(pair.client, "hello", 5);
    pair.carry();
    pair.link.to_router.back() = static_cast<char>(pair.link.to_router.back() ^ 1);

    BOOST_TEST((pair.read().state == IoResult::State::failed));
    BOOST_TEST(pair.stream->fault().rfind("TLS: ", 0) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
