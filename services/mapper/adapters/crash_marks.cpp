#include "services/mapper/adapters/crash_marks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "common/failpoint/failpoint.h"
#include "common/log/log.h"

namespace q2o::mapper {
namespace {

const failpoint::Point kMapRecord{"map_record"};
constexpr std::string_view kSuffix = ".mark";
constexpr std::size_t kTextBytes = 4088;

struct File {
  int handle = -1;
  explicit File(const std::string& path, int flags) : handle(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (handle >= 0) close(handle);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
};

}  // namespace

/// The length is written last: a text counts only when it is whole.
struct CrashMarks::Page {
  std::atomic<std::uint64_t> length;
  char text[kTextBytes];
};

CrashMarks::CrashMarks(const std::string& folder, const std::string& name) {
  static_assert(sizeof(Page) == 4096 && std::atomic<std::uint64_t>::is_always_lock_free);
  std::filesystem::create_directories(folder);
  path_ = fmt::format("{}/{}{}", folder, name, kSuffix);
  file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0 || flock(file_, LOCK_EX | LOCK_NB) != 0 || ftruncate(file_, sizeof(Page)) != 0)
    throw std::runtime_error(fmt::format("crash_marks.dir: cannot use {}: {}", path_, std::strerror(errno)));
  void* const at = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (at == MAP_FAILED) throw std::runtime_error(fmt::format("crash_marks.dir: cannot map {}: {}", path_, std::strerror(errno)));
  page_ = static_cast<Page*>(at);
}

CrashMarks::~CrashMarks() {
  munmap(page_, sizeof(Page));
  unlink(path_.c_str());
  close(file_);
  rmdir(std::filesystem::path(path_).parent_path().c_str());  // when it is empty
}

void CrashMarks::work_on(const RunState& run) {
  ended();
  const auto scope = fmt::format("{}\n{}\n{}\n", run.tenant, run.migration, run.run);
  scope_ = std::min(scope.size(), kTextBytes);
  std::memcpy(page_->text, scope.data(), scope_);
}

void CrashMarks::begins(std::string_view entity, std::string_view source_id) {
  ended();
  // A name that does not fit is not watched: half of it would accuse another record.
  if (scope_ + entity.size() + 1 + source_id.size() <= kTextBytes) {
    char* at = page_->text + scope_;
    at = std::copy(entity.begin(), entity.end(), at);
    *at++ = '\n';
    at = std::copy(source_id.begin(), source_id.end(), at);
    page_->length.store(static_cast<std::uint64_t>(at - page_->text), std::memory_order_release);
  }
  if (failpoint::active()) kMapRecord.hit(fmt::format("{}/{}", entity, source_id));
}

void CrashMarks::ended() {
  page_->length.store(0, std::memory_order_release);
}

namespace {

void count_one(pg::Pool& pool, const std::string& text) {
  std::istringstream lines(text);
  std::string tenant, migration, run, entity, source_id;
  std::getline(lines, tenant);
  std::getline(lines, migration);
  std::getline(lines, run);
  std::getline(lines, entity);
  std::getline(lines, source_id, '\0');
  const auto crashes = pool.transact([&](pg::Tx& tx) {
    return tx
        .one(
            "INSERT INTO crash (tenant_id, migration_id, run, entity, source_id) VALUES ($1, $2, $3::integer, $4, $5) "
            "ON CONFLICT (migration_id, run, entity, source_id) DO UPDATE SET crashes = crash.crashes + 1, last_at = now() "
            "RETURNING crashes",
            {tenant, migration, run, entity, source_id})
        .integer("crashes");
  });
  log::error("a record ended the mapper",
             {{"migration", migration}, {"run", run}, {"entity", entity}, {"source_id", source_id}, {"crashes", crashes}});
}

}  // namespace

void CrashMarks::count(pg::Pool& pool, const std::string& folder) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const auto path = entry.path().string();
    if (!path.ends_with(kSuffix)) continue;
    const File file(path, O_RDWR);
    if (file.handle < 0 || flock(file.handle, LOCK_EX | LOCK_NB) != 0) continue;  // its process lives
    std::uint64_t length = 0;
    std::string text(kTextBytes, '\0');
    const bool whole = pread(file.handle, &length, sizeof length, 0) == sizeof length &&
                       pread(file.handle, text.data(), kTextBytes, sizeof length) == static_cast<ssize_t>(kTextBytes);
    // First away, then counted: a crash in between forgets one, which is better than counting one twice.
    unlink(path.c_str());
    if (!whole || length == 0 || length > kTextBytes) continue;
    text.resize(length);
    count_one(pool, text);
  }
}

}  // namespace q2o::mapper
