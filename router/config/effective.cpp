// `kreisel config --effective`: the settings in force as YAML.

#include "router/config/schema.hpp"

namespace kreisel {

namespace {

class YamlPrinter final : public Visitor {
  public:
    [[nodiscard]] std::string take() { return std::move(out_); }

    void on_value(std::string_view key, const std::string& value, bool is_default,
                  Secret secret) override {
        if (value.empty()) {
            // Behind a dash stands a key that is always set.
            comment(key);
            return;
        }
        begin_line();
        out_ += std::string(key) + ": " + (secret == Secret::yes ? "\"***\"" : value);
        out_ += is_default ? "  # default\n" : "\n";
    }
    void on_section_begin(std::string_view key) override {
        begin_line();
        out_ += std::string(key) + ":\n";
        ++level_;
    }
    void on_section_end() override { --level_; }
    void on_list_begin(std::string_view key, std::size_t size) override {
        begin_line();
        out_ += std::string(key) + (size == 0 ? ": []\n" : ":\n");
        ++level_;
    }
    void on_item_begin() override {
        ++level_;
        is_dash_due_ = true;
    }
    void on_item_end() override { --level_; }
    void on_list_end() override { --level_; }

  private:
    void begin_line() {
        if (is_dash_due_) {
            out_.append(2 * (level_ - 1), ' ');
            out_ += "- ";
            is_dash_due_ = false;
            return;
        }
        out_.append(2 * level_, ' ');
    }
    void comment(std::string_view key) {
        out_.append(2 * level_, ' ');
        out_ += "# " + std::string(key) + ": not set\n";
    }

    std::string out_;
    std::size_t level_ = 0;
    bool is_dash_due_ = false;
};

}  // namespace

std::string effective_text(const RouterConfig& config) {
    YamlPrinter printer;
    const RouterConfig defaults;
    tell_table(router_table(), config, &defaults, printer);
    return printer.take();
}

}  // namespace kreisel
