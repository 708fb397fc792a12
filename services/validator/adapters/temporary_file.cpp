#include "services/validator/adapters/temporary_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace q2o::validator {
namespace {

[[noreturn]] void give_up(const std::string& what) {
  throw NoRoom(fmt::format("the proof's temporary file: {}: {}. Make room there or set TMPDIR to another folder.", what,
                           std::error_code(errno, std::generic_category()).message()));
}

}  // namespace

TemporaryFile::TemporaryFile() {
  const char* chosen = getenv("TMPDIR");
  std::string name = std::string(chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp") + "/q2o-proof-XXXXXX";
  file_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) give_up("cannot make " + name);
  ::unlink(name.c_str());
}

TemporaryFile::~TemporaryFile() {
  ::close(file_);
}

std::uint64_t TemporaryFile::put(std::string_view bytes) {
  const auto place = written_ + unwritten_.size();
  const auto size = static_cast<std::uint32_t>(bytes.size());
  unwritten_.append(reinterpret_cast<const char*>(&size), sizeof size).append(bytes);
  if (unwritten_.size() >= kBlock) write_out();
  return place;
}

void TemporaryFile::write_out() {
  for (std::size_t done = 0; done < unwritten_.size();) {
    const auto n = ::pwrite(file_, unwritten_.data() + done, unwritten_.size() - done, static_cast<off_t>(written_ + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) give_up("cannot write");
    done += static_cast<std::size_t>(n);
  }
  // A block that was read while its end was not there yet.
  for (auto& kept : cache_) {
    if (kept.bytes.size() < kBlock) kept = {};
  }
  written_ += unwritten_.size();
  unwritten_.clear();
}

const std::string& TemporaryFile::block(std::uint64_t number) const {
  auto& kept = cache_[number % kBlocks];
  if (kept.number == number) return kept.bytes;
  kept.number = number;
  kept.bytes.resize(kBlock);
  std::size_t have = 0;
  while (have < kBlock) {
    const auto n = ::pread(file_, kept.bytes.data() + have, kBlock - have, static_cast<off_t>(number * kBlock + have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) give_up("cannot read");
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  kept.bytes.resize(have);
  return kept.bytes;
}

void TemporaryFile::read(std::uint64_t from, char* to, std::size_t size) const {
  while (size > 0) {
    if (from >= written_) {
      const auto at = from - written_;
      if (at + size > unwritten_.size()) throw std::out_of_range("nothing was put at this place of the proof's temporary file");
      std::memcpy(to, unwritten_.data() + at, size);
      return;
    }
    const auto& bytes = block(from / kBlock);
    const auto at = from % kBlock;
    const auto part = std::min<std::uint64_t>({size, bytes.size() - at, written_ - from});
    std::memcpy(to, bytes.data() + at, part);
    from += part, to += part, size -= part;
  }
}

std::uint64_t TemporaryFile::get(std::uint64_t place, std::string& bytes) const {
  std::uint32_t size = 0;
  read(place, reinterpret_cast<char*>(&size), sizeof size);
  bytes.resize(size);
  read(place + sizeof size, bytes.data(), size);
  return place + sizeof size + size;
}

}  // namespace q2o::validator
