#pragma once
// Tenancy: tells objects of a session that the execution context they live in is being destroyed.
//
// What waits often holds, by way of a handler or the frame of a coroutine, the very session that
// holds it. Asio destroys the handlers that wait in a context with it, but knows nothing of those
// that wait in our tables. So each session and link is a tenant of its context (an io_context or
// thread pool), and is told to let go of them when it ends.
//
//     tenancy_ = Tenancy(executor, weak_from_this());  // until this member goes
//
// Any thread (ADR 25).

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>

namespace kreisel::client {

class Tenant {
  public:
    Tenant() = default;
    Tenant(const Tenant&) = delete;
    Tenant& operator=(const Tenant&) = delete;
    /// The context ends. Nothing runs in it any more, and what is posted to it is destroyed. Lets
    /// go of all who wait, and tells them nothing, as Asio does.
    virtual void on_context_end() = 0;

  protected:
    ~Tenant() = default;
};

class Tenancy {
  public:
    Tenancy() = default;
    Tenancy(const boost::asio::any_io_executor& executor, std::weak_ptr<Tenant> tenant);
    Tenancy(Tenancy&& other) noexcept = default;
    Tenancy& operator=(Tenancy&& other) noexcept = default;
    ~Tenancy();

  private:
    class Book;
    class Landlord;

    /// Outlives the context, if the tenant does.
    std::shared_ptr<Book> book_;
    std::uint64_t entry_ = 0;
};

}  // namespace kreisel::client
