#include "client/cli/shell.hpp"

#include "client/cli/secrets.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kreisel::client {

namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

/// Both ends of a pipe, closed unless they are taken.
struct Pipe {
    Pipe() {
        std::array<int, 2> ends{-1, -1};
        if (::pipe2(ends.data(), O_CLOEXEC) == 0) {
            read_end = ends[0];
            write_end = ends[1];
        }
    }
    ~Pipe() {
        if (read_end >= 0) ::close(read_end);
        if (write_end >= 0) ::close(write_end);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    int read_end = -1;
    int write_end = -1;
};

std::vector<std::string> environment_of(const ShellTask& task) {
    std::vector<std::string> entries;
    const auto& secrets = secret_variables();
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string text = *entry;
        const std::string name = text.substr(0, text.find('='));
        if (std::find(secrets.begin(), secrets.end(), name) == secrets.end()) {
            entries.push_back(std::move(text));
        }
    }
    for (const auto& [name, value] : task.environment) {
        entries.emplace_back(name).append("=").append(value);
    }
    return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// The id of the process, or -1.
pid_t spawn(const ShellTask& task, const Pipe& input, const Pipe& output) {
    std::vector<std::string> words{"/bin/sh", "-c", task.command, "kreisel"};
    words.insert(words.end(), task.words.begin(), task.words.end());
    std::vector<std::string> environment = environment_of(task);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input.read_end, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output.write_end, STDOUT_FILENO);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t process = -1;
    const int fault = ::posix_spawn(&process, words[0].c_str(), &actions, &attributes,
                                    pointers_to(words).data(), pointers_to(environment).data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    return fault == 0 ? process : -1;
}

}  // namespace

struct Shell::Parts {
    Parts(const boost::asio::any_io_executor& executor, OnEnd told)
        : input(executor),
          output(executor),
          process(executor),
          timer(executor),
          on_end(std::move(told)) {}

    Descriptor input;
    Descriptor output;
    Descriptor process;  ///< can be read when it has ended
    boost::asio::steady_timer timer;
    OnEnd on_end;
    ShellTask task;
    ShellOutcome outcome;
    pid_t id = -1;
    bool is_killed = false;
    std::array<char, 16384> buffer{};
};

Shell::Shell(const boost::asio::any_io_executor& executor, OnEnd on_end)
    : parts_(std::make_unique<Parts>(executor, std::move(on_end))) {}

Shell::~Shell() {
    if (parts_->id < 0) return;
    ::kill(-parts_->id, SIGKILL);
    ::waitpid(parts_->id, nullptr, 0);
}

void Shell::start(ShellTask task) {
    parts_->task = std::move(task);
    Pipe input;
    Pipe output;
    if (!parts_->is_killed && input.read_end >= 0 && output.read_end >= 0) {
        parts_->id = spawn(parts_->task, input, output);
    }
    const int process =
        parts_->id < 0 ? -1 : static_cast<int>(::syscall(SYS_pidfd_open, parts_->id, 0));
    if (process < 0) {
        if (!parts_->is_killed) parts_->outcome.end = ShellOutcome::End::not_started;
        boost::asio::post(parts_->timer.get_executor(), [self = shared_from_this()] {
            self->parts_->on_end(std::move(self->parts_->outcome));
        });
        return;
    }
    parts_->process.assign(process);
    parts_->input.assign(std::exchange(input.write_end, -1));
    parts_->output.assign(std::exchange(output.read_end, -1));
    parts_->output.native_non_blocking(true);
    if (parts_->task.time_max.count() > 0) {
        parts_->timer.expires_after(parts_->task.time_max);
        parts_->timer.async_wait([self = shared_from_this()](const auto& ec) {
            if (!ec) self->kill_all(ShellOutcome::End::out_of_time);
        });
    }
    read_output();
    write_input();
    wait_for_end();
}

void Shell::stop() { kill_all(ShellOutcome::End::stopped); }

void Shell::read_output() {
    // Waits only: what the loop had read for a handler that comes behind on_exit() would be lost.
    parts_->output.async_wait(
        Descriptor::wait_read, [self = shared_from_this()](boost::system::error_code ec) {
            Parts& parts = *self->parts_;
            if (ec || !parts.output.is_open()) return;
            const auto count = parts.output.read_some(boost::asio::buffer(parts.buffer), ec);
            const bool is_over = ec && ec != boost::asio::error::would_block;
            if (!is_over && self->take_output(count)) self->read_output();
        });
}

void Shell::write_input() {
    boost::asio::async_write(parts_->input, boost::asio::buffer(parts_->task.input),
                             [self = shared_from_this()](const auto&, std::size_t) {
                                 // The command need not read it; when it does, it needs an end.
                                 boost::system::error_code ignored;
                                 self->parts_->input.close(ignored);
                             });
}

void Shell::wait_for_end() {
    parts_->process.async_wait(Descriptor::wait_read,
                               [self = shared_from_this()](const boost::system::error_code& ec) {
                                   if (!ec) self->on_exit();
                               });
}

bool Shell::take_output(std::size_t count) {
    if (parts_->is_killed) return false;
    if (parts_->outcome.output.size() + count > parts_->task.output_bytes_max) {
        kill_all(ShellOutcome::End::too_much_output);
        return false;
    }
    parts_->outcome.output.append(parts_->buffer.data(), count);
    return true;
}

void Shell::on_exit() {
    // What it left running could hold the pipe open for ever. The group's name is ours until the
    // process is waited for.
    ::kill(-parts_->id, SIGKILL);
    int status = 0;
    ::waitpid(parts_->id, &status, 0);
    parts_->id = -1;
    boost::system::error_code ec;
    for (;;) {
        const std::size_t count = parts_->output.read_some(boost::asio::buffer(parts_->buffer), ec);
        if (ec || !take_output(count)) break;
    }
    parts_->output.close(ec);
    parts_->input.close(ec);
    parts_->process.close(ec);
    parts_->timer.cancel();
    ShellOutcome& outcome = parts_->outcome;
    if (!parts_->is_killed && WIFSIGNALED(status)) {
        outcome.end = ShellOutcome::End::killed;
        outcome.code = WTERMSIG(status);
    } else if (!parts_->is_killed && WEXITSTATUS(status) != 0) {
        outcome.end = ShellOutcome::End::failed;
        outcome.code = WEXITSTATUS(status);
    }
    parts_->on_end(std::move(outcome));
}

void Shell::kill_all(ShellOutcome::End why) {
    if (parts_->is_killed) return;
    parts_->is_killed = true;
    parts_->outcome.end = why;
    if (parts_->id >= 0) ::kill(-parts_->id, SIGKILL);
}

}  // namespace kreisel::client
