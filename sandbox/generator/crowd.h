#pragma once

#include <string>
#include <string_view>

#include "sandbox/generator/workshop.h"

/// Ids of the nth contact, item and account of the larger companies; they exist up to the counts of `Size`.
namespace q2o::sandbox::generator::crowd {

std::string customer(int i);
std::string vendor(int i);
std::string employee(int i);
std::string item(int i);
/// Full name of an account that branches sell to ("Income") or cost centers spend on ("Expense").
std::string account(Workshop& shop, std::string_view type, int i);

}  // namespace q2o::sandbox::generator::crowd
