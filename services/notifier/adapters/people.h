#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/pg/pg.h"

namespace q2o::notifier {

/// Somebody of a tenant, as identity told last.
struct Person {
  std::string id, address, name, role;
  bool active = false;
};

/// Keeps the newest of a person and tenant; an older event changes nothing. `occurred_at`: RFC 3339.
void remember(pg::Tx& tx, const std::string& tenant, const Person& person, const std::string& occurred_at);
/// The active ones.
std::vector<Person> people_with(pg::Tx& tx, const std::string& tenant, const std::set<std::string>& roles);

}  // namespace q2o::notifier
