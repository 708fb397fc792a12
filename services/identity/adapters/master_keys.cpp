#include "services/identity/adapters/master_keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>

#include "common/log/log.h"

namespace q2o::identity {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPrefix = "master.";
constexpr std::string_view kSuffix = ".key";

/// The N of master.N.key; 0: another file.
int number_of(const std::string& name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix) || name.size() <= kPrefix.size() + kSuffix.size()) return 0;
  int number = 0;
  const char* end = name.data() + name.size() - kSuffix.size();
  const auto [at, problem] = std::from_chars(name.data() + kPrefix.size(), end, number);
  return problem == std::errc() && at == end ? number : 0;
}

/// The file is whole and on disk, or it is not there.
void write_key(const std::string& path) {
  unsigned char key[32];
  randombytes_buf(key, sizeof key);
  char hex[65];
  sodium_bin2hex(hex, sizeof hex, key, sizeof key);
  const std::string half = path + ".new";
  ::unlink(half.c_str());
  const int file = ::open(half.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600);
  const bool good = file >= 0 && ::write(file, hex, 64) == 64 && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  sodium_memzero(key, sizeof key);
  sodium_memzero(hex, sizeof hex);
  // A link does not replace what another replica made meanwhile.
  const bool linked = good && ::link(half.c_str(), path.c_str()) == 0;
  ::unlink(half.c_str());
  if (!linked) throw std::runtime_error("cannot write the master key " + path);
  const int folder = ::open(fs::path(path).parent_path().c_str(), O_RDONLY);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

}  // namespace

MasterKeys::MasterKeys(std::string folder) : folder_(std::move(folder)) {
  read();
  if (keys_.empty()) throw std::runtime_error("no master key in " + folder_ + ": scripts/stack up makes master.1.key");
}

std::string MasterKeys::path(int version) const {
  return fmt::format("{}/{}{}{}", folder_, kPrefix, version, kSuffix);
}

void MasterKeys::read() {
  std::map<int, crypto::Sealer> keys;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const int number = number_of(entry.path().filename().string());
    if (number == 0) continue;
    auto key = crypto::Sealer::from_file(entry.path().string());
    if (!key && !fs::exists(entry.path())) continue;  // a rotation of another thread or replica has just deleted it
    if (!key) throw std::runtime_error(key.error().message);
    keys.emplace(number, std::move(*key));
  }
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
}

int MasterKeys::newest() const {
  const std::lock_guard lock(mutex_);
  return keys_.rbegin()->first;
}

std::string MasterKeys::wrap(int version, const config::Secret& key, const std::string& context) const {
  const std::lock_guard lock(mutex_);
  return keys_.at(version).seal(key, context);
}

Result<config::Secret> MasterKeys::unwrap(int version, const std::string& wrapped, const std::string& context) {
  const auto there = [&] {
    const std::lock_guard lock(mutex_);
    return keys_.contains(version);
  };
  if (!there()) read();
  if (!there())
    return fail(Code::failed_precondition, fmt::format("master key {} is not in {}", version, folder_), "NO_MASTER_KEY",
                "Put the file back; without it what it protects is lost.");
  const std::lock_guard lock(mutex_);
  return keys_.at(version).open(wrapped, context);
}

int MasterKeys::newest_there() {
  read();
  return newest();
}

int MasterKeys::add() {
  const int next = newest_there() + 1;
  write_key(path(next));
  read();
  return next;
}

void MasterKeys::remove_before(int version) {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const int number = number_of(entry.path().filename().string());
    if (number == 0 || number >= version) continue;
    fs::remove(entry.path());
    log::info("master key deleted", {{"version", number}});
  }
  read();
}

}  // namespace q2o::identity
