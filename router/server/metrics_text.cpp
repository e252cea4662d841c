#include "router/server/metrics_text.hpp"

#include "common/base/version.hpp"
#include "common/codec/parcel.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace kreisel {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// The families of one answer, in the order in which they are told.
class Families {
  public:
    void begin(MetricType type, std::string name, std::string help) {
        MetricFamily& family = list_.emplace_back();
        family.name = std::move(name);
        family.help = std::move(help);
        family.type = type;
    }
    void add(double value, Labels labels = {}) {
        MetricFamily& family = list_.back();
        ClientMetric& metric = family.metric.emplace_back();
        metric.label = std::move(labels);
        if (family.type == MetricType::Counter) metric.counter.value = value;
        if (family.type == MetricType::Gauge) metric.gauge.value = value;
    }
    void counter(std::string name, std::string help, double value) {
        begin(MetricType::Counter, std::move(name), std::move(help));
        add(value);
    }
    void gauge(std::string name, std::string help, double value) {
        begin(MetricType::Gauge, std::move(name), std::move(help));
        add(value);
    }
    [[nodiscard]] std::string text() const { return prometheus::TextSerializer().Serialize(list_); }

  private:
    std::vector<MetricFamily> list_;
};

/// The sum over all shards of what `pick(shard)` gives.
template <class Pick>
double sum_of(const RouterReading& router, Pick pick) {
    std::uint64_t sum = 0;
    for (const ShardMetrics* shard : router.shards) sum += pick(*shard).value();
    return static_cast<double>(sum);
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

void add_traffic(Families& families, const RouterReading& router) {
    using Messages = std::array<Counter, message_type_count> ShardMetrics::*;
    const auto add_messages = [&](Messages member, const std::string& name,
                                  const std::string& help) {
        families.begin(MetricType::Counter, name, help);
        for (std::size_t i = 0; i < message_type_count; ++i) {
            const double count = sum_of(router, [&](const ShardMetrics& shard) -> const Counter& {
                return (shard.*member)[i];
            });
            families.add(count, {{"type", lower(to_text(type_at(i)))}});
        }
    };
    add_messages(&ShardMetrics::messages_received, "kreisel_messages_received_total",
                 "WAMP messages that clients sent.");
    add_messages(&ShardMetrics::messages_sent, "kreisel_messages_sent_total",
                 "WAMP messages queued for clients.");
    families.counter("kreisel_bytes_received_total", "Octets read from clients.",
                     sum_of(
                         router, [](const auto& s) -> auto& { return s.bytes_received; }));
    families.counter("kreisel_bytes_sent_total", "Octets written to clients.",
                     sum_of(
                         router, [](const auto& s) -> auto& { return s.bytes_sent; }));
    families.counter("kreisel_events_dropped_total", "Events that a slow reader did not get.",
                     sum_of(
                         router, [](const auto& s) -> auto& { return s.events_dropped; }));
    families.gauge("kreisel_outbox_bytes", "Octets that wait to be written to clients.",
                   sum_of(
                       router, [](const auto& s) -> auto& { return s.outbox_bytes; }));
    families.counter("kreisel_transcodes_total", "Payloads turned into another serialization.",
                     static_cast<double>(parcel_counters().transcodes));
}

void add_connections(Families& families, const RouterReading& router) {
    families.gauge("kreisel_connections", "Open connections.",
                   static_cast<double>(router.connections));
    families.gauge("kreisel_connections_max", "Connections that are let in.",
                   static_cast<double>(router.connections_max));
    families.gauge("kreisel_handshakes", "Connections that have not logged in yet.",
                   static_cast<double>(router.handshakes));
    families.counter("kreisel_connections_accepted_total", "Connections that were accepted.",
                     sum_of(
                         router, [](const auto& s) -> auto& { return s.connections_accepted; }));
    families.counter("kreisel_sessions_opened_total", "Sessions that logged in.",
                     sum_of(
                         router, [](const auto& s) -> auto& { return s.sessions_opened; }));
    families.begin(MetricType::Counter, "kreisel_sessions_closed_total", "Sessions that ended.");
    for (std::size_t i = 0; i < session_end_count; ++i) {
        families.add(sum_of(
                         router, [i](const auto& s) -> auto& { return s.sessions_closed[i]; }),
                     {{"why", std::string(to_text(static_cast<SessionEnd>(i)))}});
    }
    families.begin(MetricType::Counter, "kreisel_logins_failed_total",
                   "Log-ins that were refused.");
    std::map<std::string_view, std::uint64_t> failures;
    for (const ShardMetrics* shard : router.shards) {
        for (std::size_t i = 0; i < LoginFailures::names_max; ++i) {
            const auto row = shard->logins_failed.row(i);
            if (!row.method.empty()) failures[row.method] += row.count;
        }
    }
    for (const auto& [method, count] : failures) {
        families.add(static_cast<double>(count), {{"method", std::string(method)}});
    }
}

void add_limits(Families& families, const RouterReading& router) {
    families.begin(MetricType::Counter, "kreisel_limit_reached_total",
                   "How often a limit refused, closed or slowed somebody.");
    for (std::size_t i = 0; i < limit_count; ++i) {
        families.add(sum_of(
                         router, [i](const auto& s) -> auto& { return s.limits_reached[i]; }),
                     {{"limit", std::string(to_text(static_cast<Limit>(i)))}});
    }
    for (const RealmReading& realm : router.realms) {
        for (std::size_t i = 0; i < realm_limit_count; ++i) {
            families.add(static_cast<double>(realm.limits_reached[i]),
                         {{"limit", std::string(to_text(static_cast<RealmLimit>(i)))},
                          {"realm", realm.name}});
        }
    }
}

void add_realms(Families& families, const RouterReading& router) {
    const auto add = [&](const char* name, const char* help, std::size_t RealmCounts::*member) {
        families.begin(MetricType::Gauge, name, help);
        for (const RealmReading& realm : router.realms) {
            families.add(static_cast<double>(realm.counts.*member), {{"realm", realm.name}});
        }
    };
    add("kreisel_sessions", "Sessions in the realm.", &RealmCounts::sessions);
    add("kreisel_subscriptions", "Topics and patterns that somebody is subscribed to.",
        &RealmCounts::subscriptions);
    add("kreisel_subscribers", "Subscriptions of all sessions.", &RealmCounts::subscribers);
    add("kreisel_registrations", "Procedures and patterns that are registered.",
        &RealmCounts::registrations);
    add("kreisel_callees", "Registrations of all sessions.", &RealmCounts::callees);
    add("kreisel_pending_calls", "Calls without a final answer.", &RealmCounts::pending_calls);
    families.gauge("kreisel_silent", "Realms and shards that did not answer in time.",
                   static_cast<double>(router.silent.size()));
    families.gauge("kreisel_ready", "1 if /readyz says so.", router.is_ready ? 1 : 0);
}

void add_background(Families& families, const RouterReading& router) {
    const auto add = [&](MetricType type, const char* name, const char* help,
                         auto PoolFigures::*member) {
        families.begin(type, name, help);
        families.add(static_cast<double>(router.password_checks.*member),
                     {{"pool", "password_checks"}});
        for (const UserDatabaseReading& database : router.user_databases) {
            families.add(static_cast<double>(database.pool.*member),
                         {{"pool", "user_database"}, {"realm", database.realm}});
        }
    };
    add(MetricType::Gauge, "kreisel_background_waiting", "Log-ins that wait for a thread.",
        &PoolFigures::waiting);
    add(MetricType::Counter, "kreisel_background_done_total", "Checks and questions that are over.",
        &PoolFigures::done);
    add(MetricType::Counter, "kreisel_background_refused_total",
        "Checks and questions that were one too many.", &PoolFigures::refused);
    families.begin(MetricType::Counter, "kreisel_user_database_errors_total",
                   "Questions that the database did not answer.");
    for (const UserDatabaseReading& database : router.user_databases) {
        families.add(static_cast<double>(database.errors), {{"realm", database.realm}});
    }
}

void add_certificates(Families& families, const RouterReading& router) {
    if (router.certificates.empty()) return;
    families.begin(MetricType::Gauge, "kreisel_tls_certificate_not_after_seconds",
                   "When a certificate ends, seconds since 1970.");
    for (const CertificateReading& certificate : router.certificates) {
        const auto end = std::chrono::duration_cast<std::chrono::seconds>(
            certificate.not_after.time_since_epoch());
        families.add(static_cast<double>(end.count()),
                     {{"listener", certificate.listener}, {"file", certificate.file}});
    }
}

void add_process(Families& families, const ProcessReading& process) {
    families.begin(MetricType::Gauge, "kreisel_build_info", "1; the label tells the version.");
    families.add(1, {{"version", std::string(version())}});
    families.counter("process_cpu_seconds_total", "User and system time.", process.cpu_seconds);
    families.gauge("process_resident_memory_bytes", "Resident memory.", process.resident_bytes);
    families.gauge("process_virtual_memory_bytes", "Virtual memory.", process.virtual_bytes);
    families.gauge("process_open_fds", "Open file descriptors.", process.open_files);
    families.gauge("process_max_fds", "File descriptors that may be open.", process.open_files_max);
    families.gauge("process_start_time_seconds", "Start of the process, seconds since 1970.",
                   process.start_seconds);
}

}  // namespace

std::string metrics_text(const RouterReading& router, const ProcessReading& process) {
    Families families;
    add_connections(families, router);
    add_traffic(families, router);
    add_limits(families, router);
    add_realms(families, router);
    add_background(families, router);
    add_certificates(families, router);
    add_process(families, process);
    return families.text();
}

}  // namespace kreisel
