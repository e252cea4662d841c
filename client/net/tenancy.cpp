// Knows that threads exist: those on which sessions begin and end.
#include "client/net/tenancy.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <map>
#include <mutex>
#include <utility>

namespace kreisel::client {

/// Who lives in one context.
class Tenancy::Book {
  public:
    std::uint64_t enter(std::weak_ptr<Tenant> tenant) {
        const std::lock_guard guard(mutex_);
        tenants_.emplace(++last_, std::move(tenant));
        return last_;
    }
    void strike(std::uint64_t entry) {
        const std::lock_guard guard(mutex_);
        tenants_.erase(entry);
    }
    void tell_all() {
        std::map<std::uint64_t, std::weak_ptr<Tenant>> tenants;
        {
            const std::lock_guard guard(mutex_);
            tenants.swap(tenants_);
        }
        // One that lets go may be the end of another.
        for (const auto& [entry, weak] : tenants) {
            if (const auto tenant = weak.lock()) tenant->on_context_end();
        }
    }

  private:
    std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, std::weak_ptr<Tenant>> tenants_;
};

/// The context's service, which is shut down with it.
class Tenancy::Landlord final : public boost::asio::execution_context::service {
  public:
    using key_type = Landlord;
    static inline boost::asio::execution_context::id id;

    explicit Landlord(boost::asio::execution_context& context) : service(context) {}

    [[nodiscard]] const std::shared_ptr<Book>& book() const { return book_; }

  private:
    void shutdown() override { book_->tell_all(); }

    std::shared_ptr<Book> book_ = std::make_shared<Book>();
};

Tenancy::Tenancy(const boost::asio::any_io_executor& executor, std::weak_ptr<Tenant> tenant) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    book_ = boost::asio::use_service<Landlord>(context).book();
    entry_ = book_->enter(std::move(tenant));
}

Tenancy::~Tenancy() {
    if (book_ != nullptr) book_->strike(entry_);
}

}  // namespace kreisel::client
