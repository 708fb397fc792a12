#pragma once

#include <functional>
#include <map>
#include <string>

namespace q2o::sandbox::generator {

/// What happens on which day. Work may plan more work (an invoice plans its payment); days after the end never come.
class Agenda {
 public:
  using Work = std::function<void(const std::string& day)>;

  void at(const std::string& day, Work work) { work_.emplace(day, std::move(work)); }
  void run(const std::string& last_day) {
    while (!work_.empty() && work_.begin()->first <= last_day) {
      auto entry = work_.extract(work_.begin());
      entry.mapped()(entry.key());
    }
  }

 private:
  std::multimap<std::string, Work> work_;  // equal days keep the order of planning
};

}  // namespace q2o::sandbox::generator
