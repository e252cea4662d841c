#pragma once
// The head of one HTTP/1.x request or response, read strictly (RFC 9112): what two programs could
// read in two ways is refused: bare line feeds, folded lines, space before the colon, control
// characters, two lengths.
//
// HeadCollector gathers the octets up to the empty line within a limit; read_*_head() cuts them
// into views. Pure; confined to the connection's thread.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

/// What is wrong, as the status to answer with and a sentence; status 0: nothing.
struct HttpFault {
    unsigned status = 0;
    std::string_view why;
    [[nodiscard]] explicit operator bool() const { return status != 0; }
};

class HeadCollector {
  public:
    explicit HeadCollector(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// Takes octets until the head is whole and returns how many it took.
    [[nodiscard]] std::size_t feed(std::span<const std::uint8_t> octets);
    [[nodiscard]] bool is_whole() const { return is_whole_; }
    [[nodiscard]] HttpFault fault() const { return fault_; }
    /// With the empty line at its end once whole.
    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    [[nodiscard]] HttpFault fault_of_new(std::size_t start);

    std::size_t bytes_max_;
    std::string text_;
    std::size_t line_start_ = 0;
    HttpFault fault_;
    bool is_whole_ = false;
};

/// Views into the text it was read from.
struct HttpHead {
    struct Field {
        std::string_view name;
        std::string_view value;
    };
    std::string_view method;
    std::string_view target;
    unsigned status = 0;
    std::string_view reason;
    unsigned minor_version = 1;
    std::vector<Field> fields;

    /// Value of the first field of that name in any case; empty if there is none.
    [[nodiscard]] std::string_view value_of(std::string_view name) const;
    [[nodiscard]] std::size_t count_of(std::string_view name) const;
    /// True if one of the comma-separated elements of all fields of that name is `token`, in any
    /// case.
    [[nodiscard]] bool has_element(std::string_view name, std::string_view token) const;
    /// All elements of all fields of that name, in order, without empty ones.
    [[nodiscard]] std::vector<std::string_view> elements_of(std::string_view name) const;
};

struct HttpHeadResult {
    HttpHead head;
    HttpFault fault;
};
[[nodiscard]] HttpHeadResult read_request_head(std::string_view text);
[[nodiscard]] HttpHeadResult read_response_head(std::string_view text);

[[nodiscard]] bool is_token_character(char c);
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string_view reason_phrase(unsigned status);

}  // namespace kreisel
