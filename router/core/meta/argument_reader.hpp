#pragma once
// ArgumentReader: the arguments of a meta procedure, by type. The first fault is kept; what is read
// after it is worthless, so a procedure reads all it wants and then asks once.
//
//     ArgumentReader given(call, 1);
//     const SessionId id{given.id(0, "session")};
//     if (given.has_fault()) return given.fault();

#include "router/core/meta/meta_procedure.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

class ArgumentReader {
  public:
    /// More than `count_max` positional arguments are a fault; unknown keywords are not. `call`
    /// must outlive this.
    ArgumentReader(const MetaCall& call, std::size_t count_max);

    // Positional arguments that must be there. `what` names them in the fault.
    [[nodiscard]] std::uint64_t id(std::size_t place, std::string_view what);
    [[nodiscard]] std::string_view text(std::size_t place, std::string_view what);
    [[nodiscard]] Dict dict(std::size_t place, std::string_view what);

    // Arguments that may be missing or null.
    [[nodiscard]] Dict dict_or_empty(std::size_t place, std::string_view what);
    [[nodiscard]] List list_or_empty(std::size_t place, std::string_view what);
    [[nodiscard]] std::optional<std::vector<std::string_view>> find_texts(std::size_t place,
                                                                          std::string_view what);
    /// Keyword `key`, or what stands at `place`.
    [[nodiscard]] std::optional<std::string_view> find_text(std::string_view key,
                                                            std::size_t place = nowhere);
    [[nodiscard]] Dict find_dict(std::string_view key, std::size_t place = nowhere);
    /// Keyword `reason`: anything but a valid URI is wamp.error.invalid_uri.
    [[nodiscard]] std::optional<std::string_view> find_reason();
    /// Positional options with `match`; exact if there are none.
    [[nodiscard]] MatchPolicy match(std::size_t place);

    void refuse(std::string_view uri, std::string text);
    [[nodiscard]] bool has_fault() const { return fault_.has_value(); }
    [[nodiscard]] tl::unexpected<Error> fault() { return tl::unexpected<Error>(*fault_); }

    static constexpr std::size_t nowhere = SIZE_MAX;

  private:
    /// nullptr if it is missing or null.
    [[nodiscard]] const Value* at(std::size_t place) const;
    [[nodiscard]] const Value* at(std::string_view key, std::size_t place) const;
    void refuse_type(std::string_view what, std::string_view wanted);

    const MetaCall& call_;
    std::optional<Error> fault_;
};

}  // namespace kreisel
