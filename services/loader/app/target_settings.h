#pragma once

#include <string>
#include <vector>

#include "services/loader/app/books.h"
#include "services/loader/app/run_store.h"

namespace q2o::loader {

/// Names of settings under which they are written down.
inline constexpr std::string_view kActionSetting = "server action of the loader";
inline constexpr std::string_view kNumberCheck = "sequence.mixin.constraint_start_date";
inline constexpr std::string_view kBooksClosed = "company.fiscalyear_lock_date (books closed)";
/// A value of this model is a group that our own user was put into.
inline constexpr std::string_view kUsers = "res.users";

/// What the run needs in the target's settings (RunPlan.target_settings_json). Each change is written down before it is made.
class TargetSettings {
 public:
  TargetSettings(Books& books, RunStore& store, const RunInfo& run, const Hold& hold)
      : books_(books), store_(store), run_(run), hold_(hold) {}

  /// Makes the changes that are needed; nothing is written where the target has the value already. Safe to repeat.
  Status apply();
  /// Puts back what was only for the time of the load.
  /// What the target refuses is noted with the setting, not an error.
  Status restore();
  /// Closes the books where the source has closed them: only when the whole run is there.
  Status close_books();
  /// Closes the books until the ISO date, unless they are closed longer; what the target refuses is the error.
  Status lock_until(std::string_view date, std::string_view why);
  /// Puts back once more what this run changed for a time, although it was put back: somebody may have changed it after that.
  Status restore_again();
  /// Takes our own user out of the group that apply() has put it into.
  Status leave_group(const ChangedValue& membership);

 private:
  struct Company {
    std::int64_t id = 0;
    json::Document row;
    const json::Value& operator[](std::string_view field) const { return row.root()[field]; }
  };
  Result<Company> company();
  Status analytic_group();
  Status number_check();
  Status decimals(const json::Value& wanted);
  Status while_loading(const Company& company, bool no_default_taxes);
  Status company_data(const Company& company, const json::Value& wanted);
  void company_field(const Company& company, std::string_view field, std::string_view value, bool number, std::string& changes);
  Status place(const Company& company, const json::Value& wanted, std::string& changes);
  Status currency(const Company& company, const json::Value& wanted);
  Result<CallResult> call_back(const Setting& setting);
  Status lock_books(const json::Value& wanted);
  Status change(Setting setting, std::string_view model, std::string_view method, const std::string& args);
  /// A setting that stays until an undo: before and after as JSON.
  void remember_value(std::string_view model, std::int64_t id, std::string_view field, std::string before, std::string written);
  Result<CallResult> read(std::string_view model, const std::string& domain, std::string_view fields);

  Books& books_;
  RunStore& store_;
  const RunInfo& run_;
  const Hold& hold_;
};

}  // namespace q2o::loader
