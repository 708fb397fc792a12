#include "services/loader/app/setting_remedy.h"

#include <fmt/format.h>

#include "services/loader/app/target_settings.h"

namespace q2o::loader {

std::string remedy_of(const std::string& name, const std::string& before, const std::string& during) {
  const std::string back = before.empty() ? "empty it" : fmt::format("set it to {}", before);
  if (name == kBooksClosed) return fmt::format("In Odoo: Accounting, Lock Dates: set the lock date to {}, as in the source.", during);
  std::string by_hand = fmt::format("{}: {}", name, back);
  if (name == kActionSetting) by_hand = "Settings, Technical, Server Actions: delete those named Quick2Odoo loader";
  if (name == kNumberCheck)
    by_hand = fmt::format("Settings, Technical, System Parameters, {}: {}", kNumberCheck, before.empty() ? "delete it" : back);
  if (name.ends_with("_lock_date")) by_hand = fmt::format("Accounting, Lock Dates, {}: {}", name, back);
  if (name.ends_with("_tax_id"))
    by_hand = fmt::format("Accounting, Configuration, Settings, Default Taxes: choose the tax with the id {} ({})", before, name);
  return fmt::format(
      "The next run that writes to this Odoo puts it back (q2o migrate), a paused one when it goes on (q2o resume). By hand in Odoo: {}.",
      by_hand);
}

}  // namespace q2o::loader
