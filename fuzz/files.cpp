#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "common/bus/bus.h"
#include "common/config/config.h"
#include "fuzz/targets.h"
#include "sandbox/company/company.h"

/// Files that people write: configuration, topics, companies of the sandbox.
namespace q2o::fuzz {
namespace {

/// A file that has a name as long as it lives, and no place on a disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : handle_(memfd_create("fuzz", 0)) {
    expect(handle_ >= 0 && write(handle_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "a file in memory");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(handle_); }
  std::string path() const { return fmt::format("/proc/self/fd/{}", handle_); }

 private:
  int handle_;
};

void put(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// A company of this process, gone at its end.
class Folder {
 public:
  Folder() {
    std::filesystem::create_directories(path_ / "entities");
    for (const auto& [name, bytes] : kWhole) put(path_ / name, bytes);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  /// Loads it with other bytes in one file.
  void load_with(std::string_view name, std::string_view bytes) const {
    put(path_ / name, bytes);
    if (const auto loaded = sandbox::load_company(path_); !loaded) expect(!loaded.error().message.empty(), "a refusal says why");
    put(path_ / name, kWhole.at(name));
  }
  static bool has(std::string_view name) { return kWhole.contains(name); }

 private:
  static const std::map<std::string_view, std::string_view> kWhole;
  std::filesystem::path path_ = std::filesystem::temp_directory_path() / fmt::format("q2o-fuzz-{}", getpid());
};
const std::map<std::string_view, std::string_view> Folder::kWhole{
    {"entities/all.json", R"({"Account": [{}], "CompanyInfo": [{}], "Preferences": [{}]})"}, {"ledger.json", "[]"}, {"cases.json", "{}"}};

}  // namespace

void config_file(std::string_view bytes) {
  const MemoryFile file(bytes);
  auto reader = config::Reader::open(file.path(), {});
  if (reader) {
    static_cast<void>(reader->text("database.host"));
    static_cast<void>(reader->integer("database.port", 5432, 1, 65535));
    static_cast<void>(reader->boolean("kafka.tls", false));
    static_cast<void>(reader->list("peers.names", {}));
    static_cast<void>(reader->complaints());
    static_cast<void>(reader->printable());
  } else {
    expect(!reader.error().message.empty(), "a refusal says why");
  }
  static_cast<void>(bus::read_topics(file.path()));
}

/// The first line: the file of the folder.
void company(std::string_view bytes) {
  static const Folder kFolder;
  const auto line = bytes.find('\n');
  if (line != std::string_view::npos && Folder::has(bytes.substr(0, line)))
    kFolder.load_with(bytes.substr(0, line), bytes.substr(line + 1));
}

}  // namespace q2o::fuzz
