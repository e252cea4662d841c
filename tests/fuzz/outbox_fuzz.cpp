// The outbox under any order of queueing and any cut of writes: what comes out are whole frames in
// the order in which they went in, and control frames between them, each at the next boundary.
//
// Each octet is a step: what to do, and how much. A frame of the model is its kind, its number and
// its length, then that many octets, so that the output can be read again.
#include "common/base/check.hpp"
#include "router/server/outbox.hpp"

#include <array>
#include <deque>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;

constexpr std::size_t steps_max = 600;
constexpr char data_kind = 'd';
constexpr char control_kind = 'c';

class Play {
  public:
    void step(std::uint8_t octet) {
        const std::size_t size = octet >> 3U;
        switch (octet & 7U) {
            case 0:
                return push_plain(size);
            case 1:
                return push_fragments(size);
            case 2:
                return push_control(size);
            case 7:
                return size == 31 ? drop_unsent() : write(size);
            default:
                return write(size * 3);
        }
    }

    void finish() {
        while (!outbox_.empty()) write(7);
        CHECK(outbox_.bytes() == 0 && outbox_.pieces() == 0 && outbox_.control_bytes() == 0,
              "nothing is left");
        CHECK(output_.empty() && data_.empty() && control_.empty(), "everything came out");
    }

  private:
    static std::string frame_of(char kind, std::uint8_t number, std::size_t size) {
        return std::string{kind, static_cast<char>(number), static_cast<char>(size)} +
               std::string(size, kind);
    }

    void push_plain(std::size_t size) {
        data_.push_back(frame_of(data_kind, number_++, size));
        outbox_.push(SharedBytes::copy_of(std::string_view(data_.back())));
        bytes_ += data_.back().size();
    }

    /// A message as two frames of two pieces each, with a place for control frames between them.
    void push_fragments(std::size_t size) {
        Frame frame;
        std::vector<SharedBytes> pieces;
        for (int i = 0; i < 2; ++i) {
            data_.push_back(frame_of(data_kind, number_++, size));
            const std::string_view text = data_.back();
            pieces.push_back(SharedBytes::copy_of(text.substr(0, 2)));
            pieces.push_back(SharedBytes::copy_of(text.substr(2)));
            frame.size += text.size();
        }
        frame.first = pieces[0];
        frame.more.assign(pieces.begin() + 1, pieces.end());
        frame.fragment_pieces = {2};
        bytes_ += frame.size;
        outbox_.push(frame);
    }

    void push_control(std::size_t size) {
        control_.push_back(frame_of(control_kind, number_++, size));
        const std::string& text = control_.back();
        outbox_.push_control({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }

    void write(std::size_t count) {
        std::array<iovec, 4> buffers;
        const std::size_t filled = outbox_.gather(buffers, 64);
        CHECK((filled == 0) == outbox_.empty(), "there is something to write unless it is empty");
        std::string offered;
        for (std::size_t i = 0; i < filled; ++i) {
            CHECK(buffers[i].iov_len > 0, "no empty buffer is offered");
            offered.append(static_cast<const char*>(buffers[i].iov_base), buffers[i].iov_len);
        }
        count = std::min(count, offered.size());
        outbox_.consume(count);
        output_ += offered.substr(0, count);
        read_frames();
        CHECK(outbox_.bytes() == bytes_ - partly_written(), "the outbox knows its size");
    }

    /// Octets of the unfinished frame of data in output_.
    [[nodiscard]] std::size_t partly_written() const {
        return !output_.empty() && output_.front() == data_kind ? output_.size() : 0;
    }

    void read_frames() {
        while (!output_.empty()) {
            const bool is_data = output_.front() == data_kind;
            CHECK(is_data || output_.front() == control_kind, "frames begin with their kind");
            std::deque<std::string>& queue = is_data ? data_ : control_;
            CHECK(!queue.empty(), "only what was queued comes out");
            const std::string& wanted = queue.front();
            const std::size_t size = std::min(wanted.size(), output_.size());
            CHECK(output_.compare(0, size, wanted, 0, size) == 0, "in order, and unbroken");
            if (size < wanted.size()) return;
            if (is_data) bytes_ -= size;
            output_.erase(0, size);
            queue.pop_front();
        }
    }

    /// What a connection does that ends: only the frames that are under way are still worth
    /// anything. Control frames are from the moment on when gather() has offered them.
    void drop_unsent() {
        outbox_.drop_unsent();
        data_.resize(partly_written() > 0 ? 1 : 0);
        bytes_ = data_.empty() ? 0 : data_.front().size();
        while (!outbox_.empty()) write(7);
        CHECK(output_.empty() && data_.empty() && outbox_.bytes() == 0, "nothing is left");
        control_.clear();
    }

    Outbox outbox_;
    std::deque<std::string> data_;
    std::deque<std::string> control_;
    std::string output_;
    std::size_t bytes_ = 0;  ///< of frames of data whose end did not come out yet
    std::uint8_t number_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Play play;
    for (std::size_t i = 0; i < std::min(size, steps_max); ++i) play.step(data[i]);
    play.finish();
    return 0;
}
