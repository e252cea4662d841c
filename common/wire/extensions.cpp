// Sec-WebSocket-Extensions: grammar (RFC 6455 9.1) and the terms of permessage-deflate (RFC 7692
// 7.1). Own, because websocketpp's list parser hides repeated parameters and trailing garbage.
#include "common/wire/deflate.hpp"
#include "common/wire/http_head.hpp"

#include <algorithm>

namespace kreisel {

namespace {

/// A cursor over one header value.
class ListReader {
  public:
    explicit ListReader(std::string_view text) : rest_(text) { skip_space(); }

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        skip_space();
        return true;
    }
    /// Empty if there is no token here.
    [[nodiscard]] std::string_view token() {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
        const auto result = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(result.size());
        skip_space();
        return result;
    }
    /// A token, or a quoted string whose content is a token (RFC 6455 9.1). Empty if neither.
    [[nodiscard]] std::string value() {
        if (rest_.empty() || rest_.front() != '"') return std::string(token());
        std::string content;
        std::size_t i = 1;
        while (i < rest_.size() && rest_[i] != '"') {
            if (rest_[i] == '\\' && ++i == rest_.size()) return {};
            if (!is_token_character(rest_[i])) return {};
            content += rest_[i++];
        }
        if (i >= rest_.size()) return {};
        rest_.remove_prefix(i + 1);
        skip_space();
        return content;
    }

  private:
    void skip_space() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
            rest_.remove_prefix(1);
        }
    }
    std::string_view rest_;
};

std::optional<ExtensionOffer> read_offer(ListReader& reader) {
    ExtensionOffer offer;
    offer.name = reader.token();
    if (offer.name.empty()) return std::nullopt;
    while (reader.take(';')) {
        ExtensionOffer::Parameter parameter;
        parameter.name = reader.token();
        if (parameter.name.empty()) return std::nullopt;
        if (reader.take('=')) {
            parameter.value = reader.value();
            parameter.has_value = true;
            if (parameter.value.empty()) return std::nullopt;
        }
        offer.parameters.push_back(std::move(parameter));
    }
    return offer;
}

/// 8 to 15 without leading zero, else nothing (RFC 7692 7.1.2).
std::optional<std::uint8_t> window_bits(std::string_view value) {
    if (value == "8" || value == "9") return static_cast<std::uint8_t>(value[0] - '0');
    if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5') {
        return static_cast<std::uint8_t>(10 + value[1] - '0');
    }
    return std::nullopt;
}

struct DeflateParameters {
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    std::optional<std::uint8_t> server_window_bits;
    std::optional<std::uint8_t> client_window_bits;
    bool has_client_window_bits = false;
};

/// Nothing for an unknown, repeated or malformed parameter: the offer is declined then.
std::optional<DeflateParameters> read_parameters(const ExtensionOffer& offer) {
    DeflateParameters result;
    for (const auto& [name, value, has_value] : offer.parameters) {
        if (name == "server_no_context_takeover") {
            if (has_value || result.server_no_context_takeover) return std::nullopt;
            result.server_no_context_takeover = true;
        } else if (name == "client_no_context_takeover") {
            if (has_value || result.client_no_context_takeover) return std::nullopt;
            result.client_no_context_takeover = true;
        } else if (name == "server_max_window_bits") {
            if (result.server_window_bits) return std::nullopt;
            result.server_window_bits = window_bits(value);
            if (!result.server_window_bits) return std::nullopt;
        } else if (name == "client_max_window_bits") {
            if (result.has_client_window_bits) return std::nullopt;
            result.has_client_window_bits = true;
            if (has_value) result.client_window_bits = window_bits(value);
            if (has_value && !result.client_window_bits) return std::nullopt;
        } else {
            return std::nullopt;
        }
    }
    return result;
}

}  // namespace

std::optional<std::vector<ExtensionOffer>> read_extensions(std::string_view value) {
    std::vector<ExtensionOffer> offers;
    ListReader reader(value);
    while (!reader.at_end()) {
        if (reader.take(',')) continue;
        auto offer = read_offer(reader);
        if (!offer) return std::nullopt;
        offers.push_back(std::move(*offer));
        if (!reader.at_end() && !reader.take(',')) return std::nullopt;
    }
    return offers;
}

std::optional<DeflateAnswer> accept_deflate(const std::vector<ExtensionOffer>& offers) {
    for (const auto& offer : offers) {
        if (offer.name != "permessage-deflate") continue;
        const auto parameters = read_parameters(offer);
        if (!parameters) continue;
        DeflateAnswer answer;
        answer.header =
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        if (parameters->server_window_bits) {
            answer.terms.server_window_bits = *parameters->server_window_bits;
            answer.header +=
                "; server_max_window_bits=" + std::to_string(*parameters->server_window_bits);
        }
        return answer;
    }
    return std::nullopt;
}

std::optional<DeflateTerms> check_deflate_answer(const std::vector<ExtensionOffer>& answer) {
    if (answer.size() != 1 || answer.front().name != "permessage-deflate") return std::nullopt;
    const auto parameters = read_parameters(answer.front());
    // A server that took the offer must say so for what was asked of itself (RFC 7692 7.1.1.1), and
    // may limit the client's window only by a number.
    if (!parameters || !parameters->server_no_context_takeover) return std::nullopt;
    if (parameters->has_client_window_bits && !parameters->client_window_bits) return std::nullopt;
    DeflateTerms terms;
    terms.server_window_bits = parameters->server_window_bits.value_or(terms.server_window_bits);
    terms.client_window_bits = parameters->client_window_bits.value_or(terms.client_window_bits);
    return terms;
}

}  // namespace kreisel
