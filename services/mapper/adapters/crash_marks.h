#pragma once

#include <string>

#include "common/pg/pg.h"
#include "services/mapper/app/run_store.h"
#include "services/mapper/domain/record_watch.h"

namespace q2o::mapper {

/// A small file mapped into memory names the record under work. When the process dies in the middle (kill -9, out of memory, a fault of
/// ours), the file stays behind, and the next process that starts counts a crash for that record. The file is locked while its process
/// lives, whatever machine or container that is. One thread at a time.
class CrashMarks final : public RecordWatch {
 public:
  /// `folder` is made when it is missing; `name` must be unique among processes.
  CrashMarks(const std::string& folder, const std::string& name);
  ~CrashMarks() override;  ///< takes the file away
  CrashMarks(const CrashMarks&) = delete;
  CrashMarks& operator=(const CrashMarks&) = delete;

  /// What the following records belong to.
  void work_on(const RunState& run);
  void begins(std::string_view entity, std::string_view source_id) override;
  void ended() override;

  /// Counts what dead processes left in the folder and takes their files away. Called once at the start.
  static void count(pg::Pool& pool, const std::string& folder);

 private:
  struct Page;
  std::string path_;
  int file_ = -1;
  Page* page_ = nullptr;
  std::size_t scope_ = 0;  ///< bytes of the text that name the run
};

}  // namespace q2o::mapper
