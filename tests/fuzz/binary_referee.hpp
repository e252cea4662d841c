#pragma once
// What the fuzz targets of MessagePack and CBOR share: the rules of a WAMP message, told over again
// upon what a library decodes, and a transcript of values to compare two readers.

#include "common/codec/scan.hpp"
#include "common/codec/sink.hpp"
#include "common/codec/utf8.hpp"

#include <cmath>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

namespace kreisel {

#define FUZZ_CHECK(condition)                                                    \
    do {                                                                         \
        if (!(condition)) {                                                      \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            __builtin_trap();                                                    \
        }                                                                        \
    } while (false)

/// Follows a document head by head and knows whether it is a message that a scanner may take.
class Referee {
  public:
    explicit Referee(unsigned depth_max) : depth_max_(depth_max) {}

    void on_scalar() {
        begin_value();
        if (open_.empty()) is_fine_ = false;  // the message itself is a list
        end_value();
    }
    void on_text(std::string_view text) {
        if (!is_valid_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})) {
            is_fine_ = false;
        }
        if (!is_at_key()) return on_scalar();
        if (pending_tags_ != 0) is_fine_ = false;
        Open& dict = open_.back();
        if (dict.rule != KeyRule::free && !dict.keys.emplace(text).second) is_fine_ = false;
        dict.is_at_key = false;
        pending_tags_ = 0;
    }
    /// A scalar that is no text, here perhaps as a key.
    void on_other() {
        if (!is_at_key()) return on_scalar();
        if (open_.back().rule != KeyRule::free || pending_tags_ != 0) is_fine_ = false;
        open_.back().is_at_key = false;
        pending_tags_ = 0;
    }
    void on_tag() {
        if (open_.empty() || is_at_key()) is_fine_ = false;
        ++pending_tags_;
        if (level() > depth_max_) is_fine_ = false;
    }
    void on_begin(bool is_dict) {
        if (is_at_key()) is_fine_ = false;
        begin_value();
        KeyRule rule = KeyRule::free;
        if (open_.empty()) {
            if (is_dict) is_fine_ = false;
        } else if (open_.size() == 1) {
            if (is_dict) rule = has_dict_ ? KeyRule::unique_here : KeyRule::unique_whole;
            has_dict_ = has_dict_ || is_dict;
        } else if (open_.back().rule == KeyRule::unique_whole) {
            rule = KeyRule::unique_whole;
        }
        const unsigned here = level() + 1;
        if (here > depth_max_) is_fine_ = false;
        pending_tags_ = 0;
        open_.push_back({is_dict, is_dict, rule, here, {}});
    }
    void on_end() {
        open_.pop_back();
        end_value();
    }

    [[nodiscard]] bool is_at_key() const { return !open_.empty() && open_.back().is_at_key; }
    [[nodiscard]] bool is_fine() const { return is_fine_; }
    void refuse() { is_fine_ = false; }

  private:
    struct Open {
        bool is_dict;
        bool is_at_key;
        KeyRule rule;
        unsigned level;
        std::set<std::string, std::less<>> keys;
    };

    [[nodiscard]] unsigned level() const {
        return (open_.empty() ? 0 : open_.back().level) + pending_tags_;
    }
    void begin_value() {
        if (open_.size() == 1 && ++count_ > ScannedMessage::elements_max) is_fine_ = false;
    }
    void end_value() {
        pending_tags_ = 0;
        if (!open_.empty()) open_.back().is_at_key = open_.back().is_dict;
    }

    unsigned depth_max_;
    unsigned pending_tags_ = 0;
    std::size_t count_ = 0;
    bool has_dict_ = false;
    bool is_fine_ = true;
    std::vector<Open> open_;
};

/// Everything told, as one string; sizes announced are left out, since readers need not know them.
class Transcript final : public ValueSink {
  public:
    void on_null() override { text += "null "; }
    void on_bool(bool value) override { text += value ? "true " : "false "; }
    void on_int(std::int64_t value) override { text += std::to_string(value) + ' '; }
    void on_uint(std::uint64_t value) override {
        FUZZ_CHECK(value > static_cast<std::uint64_t>(INT64_MAX));
        text += std::to_string(value) + ' ';
    }
    void on_double(double value) override {
        char digits[64];
        std::snprintf(digits, sizeof digits, "%a ", value);
        text += std::isnan(value) ? "nan " : digits;
    }
    void on_text(std::string_view value) override { add('t', value); }
    void on_binary(std::span<const std::uint8_t> value) override {
        add('b', {reinterpret_cast<const char*>(value.data()), value.size()});
    }
    void on_list_begin(std::size_t) override { text += "[ "; }
    void on_list_end() override { text += "] "; }
    void on_dict_begin(std::size_t) override { text += "{ "; }
    void on_key(std::string_view key) override { add('k', key); }
    void on_dict_end() override { text += "} "; }

    std::string text;

  private:
    void add(char kind, std::string_view content) {
        text += kind + std::to_string(content.size()) + ':';
        text += content;
        text += ' ';
    }
};

}  // namespace kreisel
