#pragma once
// Caretaker: what a running router needs now and then: its certificates and the files of its users
// looked at, and taken over when they have changed.
//
// Control thread only.

#include "router/config/config.hpp"

#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace kreisel {

class Router;

class Caretaker {
  public:
    /// Both must outlive it.
    Caretaker(boost::asio::io_context& context, Router& router);
    ~Caretaker();
    Caretaker(const Caretaker&) = delete;
    Caretaker& operator=(const Caretaker&) = delete;

    /// The router has started.
    void start();
    /// The configuration is about to be read: what changes meanwhile is noticed afterwards.
    void before_reload();
    /// The router has taken it over.
    void after_reload(const std::vector<std::string>& changes);
    void stop();

  private:
    struct State;

    void look_at_certificates();
    void look_at_files();
    void reread_files();

    Router& router_;
    std::unique_ptr<State> state_;
};

/// To the log.
void tell_warnings(const RouterConfig& config);

}  // namespace kreisel
