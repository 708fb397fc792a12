#include "services/loader/domain/odoo_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace q2o::loader {
namespace {

constexpr std::size_t kWordsMax = 2000;

std::string reason_of(std::string_view name) {
  if (const auto dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
  std::string out = "ODOO";
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c))) out += '_';
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

bool is_conflict(std::string_view name, std::string_view message) {
  constexpr std::array<std::string_view, 4> kConflicts{"SerializationFailure", "DeadlockDetected", "LockNotAvailable", "OperationalError"};
  // Inside the action an error of the database arrives as ValueError with its own name in front.
  return std::ranges::any_of(kConflicts, [&](auto word) { return name.ends_with(word) || message.starts_with(word); });
}

/// Before the text of the action, which Odoo appends to what is not its own exception: it has the words in it that errors are told by.
std::string_view before_the_code(std::string_view message) {
  return message.substr(0, message.find(" while evaluating"));
}

}  // namespace

bool is_stored_by_another_call(std::string_view data_message) {
  return before_the_code(data_message).find("ir_model_data_module_name_uniq_index") != std::string_view::npos;
}

std::string odoo_words(std::string_view message) {
  message = before_the_code(message);
  // Postgres tells the whole row: nobody looks for the record in that, and it is nobody else's business.
  if (const auto row = message.find("DETAIL:  Failing row contains"); row != std::string_view::npos) {
    message = message.substr(0, row);
    if (message.ends_with("\\n")) message.remove_suffix(2);
  }
  while (!message.empty() && std::isspace(static_cast<unsigned char>(message.back()))) message.remove_suffix(1);
  std::size_t length = std::min(message.size(), kWordsMax);
  while (length > 0 && length < message.size() && (static_cast<unsigned char>(message[length]) & 0xC0) == 0x80) --length;
  return std::string(message.substr(0, length));
}

Error odoo_error(std::string_view name, std::string_view message) {
  Error error{Code::failed_precondition, odoo_words(message), Retry::never, Effect::none, reason_of(name), "", {}};
  if (error.message.empty()) {
    error.message = fmt::format("Odoo refuses without words ({})", name.empty() ? std::string_view("no name either") : name.substr(0, 100));
    error.hint = "Look at the log of Odoo: it has the traceback.";
  }
  message = before_the_code(message);
  const bool no_database = message.find("does not exist") != std::string_view::npos && message.find("database") != std::string_view::npos;
  if (name == "odoo.exceptions.AccessDenied") {
    error.code = Code::unauthenticated;
    error.hint = "Check user and password (or API key) of the target connection.";
  } else if (name == "odoo.exceptions.AccessError") {
    error.code = Code::permission_denied;
    error.hint = "Give the user of the target connection the rights that the message names.";
  } else if (is_stored_by_another_call(message)) {
    error.code = Code::aborted;
    error.retry = Retry::after_backoff;
    error.effect = Effect::unknown;
  } else if (message.find("CPU time limit exceeded") != std::string_view::npos) {
    error.code = Code::resource_exhausted;
    error.retry = Retry::after_backoff;
    error.reason = kTimeLimit;
    error.hint = "Raise limit_time_cpu of the Odoo server: it ended a call that was not done yet.";
  } else if (is_conflict(name, message) && !no_database) {
    error.code = Code::aborted;
    error.retry = Retry::after_backoff;
  } else if (no_database) {
    error.code = Code::not_found;
    error.hint = "Check the name of the database of the target connection.";
  }
  return error;
}

}  // namespace q2o::loader
