// What a reload changes in the files beside realms.yaml: users and keys of tokens, in words.

#include "router/config/compare_users.hpp"

#include "router/config/schema.hpp"

#include <map>

namespace kreisel {

namespace {

constexpr std::size_t names_shown = 10;

/// All that a user's settings say, to be compared.
class Digest final : public Visitor {
  public:
    [[nodiscard]] std::string take() { return std::move(text_); }

    void on_value(std::string_view key, const std::string& value, bool, Secret) override {
        text_ += std::string(key) + "=" + value + "\n";
    }
    void on_section_begin(std::string_view key) override { text_ += std::string(key) + "{"; }
    void on_section_end() override { text_ += "}"; }
    void on_list_begin(std::string_view, std::size_t) override { text_ += "["; }
    void on_item_begin() override { text_ += "-"; }
    void on_item_end() override { text_ += ";"; }
    void on_list_end() override { text_ += "]"; }

  private:
    std::string text_;
};

std::string digest_of(const std::string& authid, const UserCredentials& credentials) {
    static const Setting<RealmConfig> users = users_setting();
    RealmConfig realm;
    realm.users.emplace(authid, credentials);
    Digest digest;
    users.tell(realm, nullptr, digest);
    return digest.take();
}

class Names {
  public:
    void add(const std::string& name) {
        if (count_ < names_shown) text_ += (text_.empty() ? "" : ", ") + name;
        ++count_;
    }
    /// `2 added (ann, joe)`, or nothing.
    [[nodiscard]] std::string told(const std::string& what) const {
        if (count_ == 0) return "";
        const std::string more = count_ > names_shown ? "..." : "";
        return (" " + std::to_string(count_) + " " + what + " (") + text_ + more + ")";
    }

  private:
    std::size_t count_ = 0;
    std::string text_;
};

std::vector<std::string> fingerprints_of(const RealmConfig& realm) {
    std::vector<std::string> fingerprints;
    if (!realm.jwt) return fingerprints;
    for (const JwtKey& key : realm.jwt->rules.keys) {
        fingerprints.push_back(key.id + " " + key.key.fingerprint());
    }
    return fingerprints;
}

}  // namespace

std::vector<std::string> compare_files(const RealmConfig& before, const RealmConfig& after) {
    std::vector<std::string> words;
    const std::string place = "realms[" + after.name + "].authentication.";
    Names added;
    Names removed;
    Names changed;
    for (const auto& [authid, credentials] : before.file_users) {
        const auto now = after.file_users.find(authid);
        if (now == after.file_users.end()) {
            removed.add(authid);
        } else if (digest_of(authid, credentials) != digest_of(authid, now->second)) {
            changed.add(authid);
        }
    }
    for (const auto& [authid, credentials] : after.file_users) {
        if (before.file_users.count(authid) == 0) added.add(authid);
    }
    const std::string users =
        added.told("added") + removed.told("removed") + changed.told("changed");
    if (!users.empty()) words.push_back(place + "users_file:" + users);
    if (before.jwt && after.jwt && fingerprints_of(before) != fingerprints_of(after)) {
        words.push_back(place + "jwt: other keys");
    }
    return words;
}

}  // namespace kreisel
