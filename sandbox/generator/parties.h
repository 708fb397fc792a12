#pragma once

#include <string>

#include "sandbox/generator/workshop.h"

namespace q2o::sandbox::generator {

struct CustomerRow {
  std::string name;
  std::string parent = {};  ///< DisplayName
  std::string street = {};
  std::string term = {};
  bool taxable = true;
  bool project = false;
  std::string currency = {};  ///< empty = home
};
void put_customer(Workshop& shop, const CustomerRow& row, const std::string& id);

struct VendorRow {
  std::string name;
  std::string street = {};
  std::string term = {};
  bool files_1099 = false;
  std::string currency = {};
};
void put_vendor(Workshop& shop, const VendorRow& row, const std::string& id);

/// An address in the company's own town; `number` 0..99 tells its part.
Node local_address(const Workshop& shop, int id, const std::string& street, int number);

}  // namespace q2o::sandbox::generator
