#pragma once
// Certificates of a test: an authority and what it signs, each with its key in one PEM file of a
// folder that goes away with the test.

#include <memory>
#include <string>
#include <vector>

namespace kreisel::client_test {

class Authority {
  public:
    struct Wanted {
        std::string common_name = "router";
        std::vector<std::string> names{};  ///< as OpenSSL writes them: `DNS:a`, `IP:127.0.0.1`
        long begins_in = -3600;            ///< seconds from now
        long ends_in = 86400;
    };

    Authority();
    ~Authority();
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    /// Its own certificate: for ca_file.
    [[nodiscard]] std::string file() const { return folder_ + "/ca.pem"; }
    /// Path of a certificate it signed, with its key.
    [[nodiscard]] std::string issue(const Wanted& wanted);

  private:
    struct Keys;
    std::unique_ptr<Keys> keys_;
    std::string folder_;
    int count_ = 0;
};

}  // namespace kreisel::client_test
