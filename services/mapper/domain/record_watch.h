#pragma once

#include <string_view>

namespace q2o::mapper {

/// Is told which record is worked on, so that one that ends the process can be named afterwards. Called for every record: cheap.
class RecordWatch {
 public:
  virtual ~RecordWatch() = default;
  virtual void begins(std::string_view entity, std::string_view source_id) = 0;
  virtual void ended() = 0;
};

/// Tells a watch (or nobody) and makes sure that the last record ends with the work on its batch.
class Watched {
 public:
  explicit Watched(RecordWatch* watch) : watch_(watch) {}
  ~Watched() {
    if (watch_ != nullptr) watch_->ended();
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  void begins(std::string_view entity, std::string_view source_id) {
    if (watch_ != nullptr) watch_->begins(entity, source_id);
  }

 private:
  RecordWatch* watch_;
};

}  // namespace q2o::mapper
