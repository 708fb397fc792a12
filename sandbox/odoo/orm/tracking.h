#pragma once

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

/// The message that Odoo leaves at a record when a tracked field of it changes, unless the context says `tracking_disable`.
/// Made before the write, tell() after it.
class Tracking {
 public:
  Tracking(Env& env, const Record& record, const Dict& changes);
  void tell() const;

 private:
  Env& env_;
  const Record& record_;
  std::vector<std::pair<const Field*, Value>> before_;
};

}  // namespace q2o::sandbox::odoo
