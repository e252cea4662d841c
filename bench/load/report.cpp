#include "bench/load/report.hpp"

#include <cstdio>

namespace kreisel::load {

namespace {

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string kind_text(Target::Kind kind) {
    switch (kind) {
        case Target::Kind::websocket:
            return "websocket";
        case Target::Kind::rawsocket:
            return "rawsocket";
        case Target::Kind::raw:
            break;
    }
    return "raw";
}

class JsonObject {
  public:
    void add(const std::string& key, double value) { add_bare(key, number(value)); }
    /// Only for text that needs no escaping.
    void add(const std::string& key, const std::string& text) { add_bare(key, '"' + text + '"'); }
    [[nodiscard]] std::string text() const { return "{" + body_ + "}"; }

  private:
    void add_bare(const std::string& key, const std::string& value) {
        if (!body_.empty()) body_ += ", ";
        body_ += '"' + key + "\": " + value;
    }
    std::string body_;
};

}  // namespace

std::string to_lines(const LoadReport& report) {
    char text[256];
    std::snprintf(text, sizeof text, "%llu %s in %.2f s: %.0f/s\n",
                  static_cast<unsigned long long>(report.count), report.unit.c_str(),
                  report.seconds, report.rate());
    std::string lines = text;
    std::snprintf(text, sizeof text, "latency us: p50 %.0f  p90 %.0f  p99 %.0f  max %.0f\n",
                  report.latency.percentile_us(0.5), report.latency.percentile_us(0.9),
                  report.latency.percentile_us(0.99), report.latency.max_us());
    lines += text;
    if (report.cpu_seconds > 0.0) {
        std::snprintf(text, sizeof text, "cpu: %.2f s, %.3f s per million %s\n", report.cpu_seconds,
                      report.cpu_seconds_per_million(), report.unit.c_str());
        lines += text;
    }
    for (const auto& [name, value] : report.figures) lines += name + ": " + number(value) + "\n";
    return lines;
}

std::string to_json(const LoadReport& report, const std::string& scenario,
                    const LoadOptions& options) {
    JsonObject object;
    object.add("scenario", scenario);
    object.add("wire", kind_text(options.target.kind));
    if (options.target.kind == Target::Kind::raw) object.add("like", kind_text(options.like));
    object.add("encoding", std::string(to_text(options.encoding)));
    object.add("payload_bytes", static_cast<double>(options.payload_bytes));
    object.add("in_flight", static_cast<double>(options.in_flight));
    if (report.unit == "events") {
        object.add("topics", static_cast<double>(options.topics));
        object.add("subscribers", static_cast<double>(options.subscribers));
        if (options.patterns != 0) object.add("patterns", static_cast<double>(options.patterns));
    } else if (report.unit == "calls") {
        object.add("callers", static_cast<double>(options.callers));
        object.add("callees", static_cast<double>(options.callees));
    }
    object.add("unit", report.unit);
    object.add("count", static_cast<double>(report.count));
    object.add("seconds", report.seconds);
    object.add("rate", report.rate());
    object.add("p50_us", report.latency.percentile_us(0.5));
    object.add("p90_us", report.latency.percentile_us(0.9));
    object.add("p99_us", report.latency.percentile_us(0.99));
    object.add("p99_9_us", report.latency.percentile_us(0.999));
    object.add("max_us", report.latency.max_us());
    object.add("cpu_seconds", report.cpu_seconds);
    object.add("cpu_seconds_per_million", report.cpu_seconds_per_million());
    for (const auto& [name, value] : report.figures) object.add(name, value);
    return object.text();
}

}  // namespace kreisel::load
