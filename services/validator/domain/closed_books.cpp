#include "services/validator/domain/closed_books.h"

#include <algorithm>

namespace q2o::validator {

std::string locked_until(const RunNotes& notes) {
  std::string latest;
  for (const auto& setting : notes.settings) {
    const bool lock = setting.name.starts_with("company.") && setting.name.ends_with("_lock_date");
    if (lock) latest = std::max(latest, setting.before);  // ISO dates compare as text
  }
  return latest;
}

bool reaches_into(std::string_view locked_until, std::string_view before_date, std::string_view after_date) {
  const auto locked = [&](std::string_view date) { return !date.empty() && date <= locked_until; };
  return locked(before_date) || locked(after_date);
}

}  // namespace q2o::validator
