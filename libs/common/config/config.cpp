#include "common/config/config.h"

#include <sodium.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

namespace q2o::config {
namespace {

constexpr std::string_view kPrefix = "Q2O_";
constexpr std::string_view kHidden = "***";

std::string environment_name(std::string_view key) {
  std::string out(kPrefix);
  for (const char c : key) out += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string scalar(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  std::ostringstream out;
  node.visit([&](const auto& concrete) { out << concrete; });
  return out.str();
}

/// Lists become one text, separated by commas, as they are written in the environment.
std::string joined(const toml::array& array) {
  std::string out;
  for (const auto& item : array) out += (out.empty() ? "" : ",") + scalar(item);
  return out;
}

void flatten(const toml::table& table, const std::string& prefix, std::map<std::string, std::string>& out) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const auto* inner = node.as_table()) {
      flatten(*inner, key + ".", out);
    } else if (const auto* array = node.as_array()) {
      out[key] = joined(*array);
    } else {
      out[key] = scalar(node);
    }
  }
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto part = text.substr(0, comma);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) out.emplace_back(part);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return out;
}

}  // namespace

Secret::~Secret() {
  if (!value_.empty()) sodium_memzero(value_.data(), value_.size());
}

Result<Reader> Reader::open(const std::string& path, Environment environment) {
  Reader out;
  out.environment_ = std::move(environment);
  if (path.empty()) return out;
  if (::access(path.c_str(), R_OK) != 0) return fail(Code::not_found, "configuration file " + path + " cannot be read", "CONFIG_FILE");
  try {
    flatten(toml::parse_file(path), "", out.file_);
  } catch (const toml::parse_error& problem) {
    const auto at = problem.source().begin;
    return fail(Code::invalid_argument,
                path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + std::string(problem.description()),
                "CONFIG_SYNTAX");
  }
  return out;
}

Reader::Environment Reader::process_environment() {
  Environment out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (text.starts_with(kPrefix) && equals != std::string_view::npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

std::optional<std::string> Reader::find(std::string_view key) {
  known_.insert(std::string(key));
  if (const auto found = environment_.find(environment_name(key)); found != environment_.end()) return found->second;
  if (const auto found = file_.find(std::string(key)); found != file_.end()) return found->second;
  return std::nullopt;
}

void Reader::complain(std::string_view key, std::string_view what) {
  complaints_.push_back(std::string(key) + ": " + std::string(what));
}

std::string Reader::text(std::string_view key) {
  auto found = find(key);
  if (!found) complain(key, "is missing (or set " + environment_name(key) + ")");
  return read_[std::string(key)] = found.value_or("");
}

std::string Reader::text(std::string_view key, std::string_view fallback) {
  return read_[std::string(key)] = find(key).value_or(std::string(fallback));
}

std::int64_t Reader::integer(std::string_view key, std::int64_t fallback, std::int64_t min, std::int64_t max) {
  std::int64_t value = fallback;
  if (const auto found = find(key)) {
    const auto [end, problem] = std::from_chars(found->data(), found->data() + found->size(), value);
    if (problem != std::errc{} || end != found->data() + found->size()) {
      complain(key, "is not a whole number: \"" + *found + "\"");
      value = fallback;
    } else if (value < min || value > max) {
      complain(key, "must be from " + std::to_string(min) + " to " + std::to_string(max) + ", not " + *found);
      value = fallback;
    }
  }
  read_[std::string(key)] = std::to_string(value);
  return value;
}

bool Reader::boolean(std::string_view key, bool fallback) {
  bool value = fallback;
  if (const auto found = find(key)) {
    if (*found != "true" && *found != "false")
      complain(key, "must be true or false, not \"" + *found + "\"");
    else
      value = *found == "true";
  }
  read_[std::string(key)] = value ? "true" : "false";
  return value;
}

std::vector<std::string> Reader::list(std::string_view key, std::vector<std::string> fallback) {
  if (const auto found = find(key)) fallback = split(*found);
  auto& printed = read_[std::string(key)];
  printed.clear();
  for (const auto& item : fallback) printed += (printed.empty() ? "" : ",") + item;
  return fallback;
}

Secret Reader::secret(std::string_view key) {
  const std::string name(key);
  read_[name] = kHidden;
  known_.insert(name);
  if (file_.contains(name)) {
    complain(key, "a secret must not stand in the configuration file; name a file with " + name + "_file");
    return {};
  }
  if (const auto found = environment_.find(environment_name(key)); found != environment_.end()) return Secret(found->second);
  const auto path = find(name + "_file");
  if (!path) {
    complain(key, "is missing (set " + name + "_file or " + environment_name(key) + ")");
    return {};
  }
  read_[name + "_file"] = *path;
  std::ifstream file(*path, std::ios::binary);
  std::string value((std::istreambuf_iterator<char>(file)), {});
  if (!file) complain(key, "file " + *path + " cannot be read");
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  if (value.empty()) complain(key, "file " + *path + " is empty");
  return Secret(std::move(value));
}

std::vector<std::string> Reader::complaints() const {
  auto out = complaints_;
  for (const auto& [key, value] : file_) {
    if (!known_.contains(key)) out.push_back(key + ": unknown key");
  }
  return out;
}

std::string Reader::printable() const {
  std::string out;
  for (const auto& [key, value] : read_) out += key + " = " + value + "\n";
  return out;
}

}  // namespace q2o::config
