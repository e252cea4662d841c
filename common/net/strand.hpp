#pragma once
// Strand: what a session of the client library runs on. Any executor of the user's below it, one
// handler at a time above.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>

namespace kreisel {

using Strand = boost::asio::strand<boost::asio::any_io_executor>;

}  // namespace kreisel
