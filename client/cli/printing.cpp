#include "client/cli/printing.hpp"

#include "client/cli/json.hpp"

namespace kreisel::client {

std::string result_line(const Reply& reply, Shape shape) {
    const bool is_simple = reply.args.size() < 2 && reply.kwargs.empty();
    if (shape == Shape::full || !is_simple) {
        return to_json(with_arguments({}, reply.args, reply.kwargs));
    }
    return reply.args.empty() ? "null" : to_json(reply.args.front());
}

Dict with_arguments(Dict line, List args, Dict kwargs) {
    line.append("args", std::move(args));
    if (!kwargs.empty()) line.append("kwargs", std::move(kwargs));
    return line;
}

}  // namespace kreisel::client
