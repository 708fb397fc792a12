#pragma once

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

struct Search {
  std::string order;                  ///< "date desc, id"; empty = by id
  std::size_t offset = 0, limit = 0;  ///< limit 0 = all
  bool active_test = true;            ///< leave archived records out unless the domain speaks of them
};

Ids search(Env& env, std::string_view model, const Any& domain, const Search& how);

}  // namespace q2o::sandbox::odoo
