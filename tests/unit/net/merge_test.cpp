// Pieces of a write that are copied together.
#include "common/net/merge.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace kreisel {

namespace {

/// Octets to write, in pieces of the given sizes, and what merge_small() makes of them.
class Merged {
  public:
    explicit Merged(const std::vector<std::size_t>& sizes)
        : octets_(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}), '.') {
        std::iota(octets_.begin(), octets_.end(), '\0');
        std::size_t at = 0;
        for (const std::size_t size : sizes) {
            buffers_.push_back({octets_.data() + at, size});
            at += size;
        }
        merged_ = merge_small(buffers_, *room_, pieces_);
    }

    std::vector<std::size_t> sizes() const {
        std::vector<std::size_t> result;
        for (const iovec& piece : merged_) result.push_back(piece.iov_len);
        return result;
    }
    bool is_start_of_all() const {
        std::string text;
        for (const iovec& piece : merged_) {
            text.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
        }
        return octets_.compare(0, text.size(), text) == 0;
    }
    bool is_left_in_place(std::size_t piece) const {
        const auto* begin = static_cast<const char*>(merged_[piece].iov_base);
        return begin >= octets_.data() && begin < octets_.data() + octets_.size();
    }

  private:
    std::string octets_;
    std::vector<iovec> buffers_;
    std::unique_ptr<CopyRoom> room_ = std::make_unique<CopyRoom>();
    std::array<iovec, pieces_at_once> pieces_{};
    std::span<iovec> merged_;
};

using Sizes = std::vector<std::size_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(merge)

BOOST_AUTO_TEST_CASE(small_neighbours_become_one) {
    const Merged merged({20, 130, 1024, 1});
    BOOST_TEST(merged.sizes() == Sizes({1175}));
    BOOST_TEST(merged.is_start_of_all());
    BOOST_TEST(!merged.is_left_in_place(0));
}

BOOST_AUTO_TEST_CASE(large_ones_stay_where_they_are) {
    const Merged merged({4, 65'536, 4, 4, 1025, 2});
    BOOST_TEST(merged.sizes() == Sizes({4, 65'536, 8, 1025, 2}));
    BOOST_TEST(merged.is_start_of_all());
    BOOST_TEST(merged.is_left_in_place(1));
    BOOST_TEST(merged.is_left_in_place(3));
}

BOOST_AUTO_TEST_CASE(one_piece_is_not_copied) {
    const Merged merged({100});
    BOOST_TEST(merged.sizes() == Sizes({100}));
    BOOST_TEST(merged.is_left_in_place(0));
}

BOOST_AUTO_TEST_CASE(ends_where_the_room_does) {
    const Merged merged(Sizes(64, 1000));
    BOOST_TEST(merged.sizes() == Sizes({32'000}));
    BOOST_TEST(merged.is_start_of_all());
}

BOOST_AUTO_TEST_CASE(ends_where_the_pieces_do) {
    Sizes sizes;
    for (int pair = 0; pair < 10; ++pair) sizes.insert(sizes.end(), {10, 5000});
    const Merged merged(sizes);
    BOOST_TEST(merged.sizes() == Sizes({10, 5000, 10, 5000, 10, 5000, 10, 5000}));
    BOOST_TEST(merged.is_start_of_all());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel
