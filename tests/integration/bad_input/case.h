#pragma once

#include <functional>
#include <string>
#include <vector>

/// The table of bad input: what is fed to a part of the product, what it must say, and what must still be there afterwards.
namespace q2o::bad_input {

/// What a part of the product made of the input, read from where a person would read it.
struct Seen {
  std::string code;      ///< stable reason; empty: nothing was refused
  std::string message;   ///< names the field, the record or the place
  std::string hint;      ///< what to do
  std::string unharmed;  ///< the good neighbours that came through
};

using Words = std::vector<std::string>;

struct Case {
  std::string name;         ///< shown by the test runner: letters and digits
  std::string code;         ///< expected reason
  Words message, hint;      ///< words that must occur
  std::string still_there;  ///< expected neighbours
  std::function<Seen()> feed;
};

std::vector<Case> connector_cases();
std::vector<Case> manifest_cases();
std::vector<Case> sign_in_cases();
std::vector<Case> record_cases();
std::vector<Case> document_cases();
std::vector<Case> ledger_cases();
std::vector<Case> mapping_file_cases();
std::vector<Case> odoo_answer_cases();
std::vector<Case> batch_cases();
std::vector<Case> readiness_cases();
std::vector<Case> action_cases();
std::vector<Case> configuration_cases();
std::vector<Case> command_line_cases();

/// All of them.
std::vector<Case> all_cases();

}  // namespace q2o::bad_input
