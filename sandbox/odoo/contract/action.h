#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "sandbox/odoo/contract/target.h"

namespace q2o::sandbox::odoo::contract {

/// The numbered parts in their order, as the build joins them.
inline std::string code_of_the_action(const std::string& folder) {
  std::set<std::filesystem::path> parts;
  for (const auto& file : std::filesystem::directory_iterator(std::string(Q2O_SOURCE_DIR) + "/services/loader/action" + folder))
    if (std::isdigit(static_cast<unsigned char>(file.path().filename().string().front()))) parts.insert(file.path());
  std::stringstream code;
  for (const auto& part : parts) code << std::ifstream(part).rdbuf();
  return code.str();
}

class Action : public OdooContract {
 protected:
  void SetUp() override {
    OdooContract::SetUp();
    if (IsSkipped()) return;
    action_ = install("");
    module_ = fresh("qt");
  }
  void TearDown() override {
    if (action_ != 0) books().call("ir.actions.server", "unlink", fill("[[$1]]", {std::to_string(action_)}));
  }
  Id install(const std::string& folder) const {
    const std::string code = code_of_the_action(folder);
    EXPECT_FALSE(code.empty());
    json::Writer values;
    const Id model = books().find("ir.model", R"([["model","=","res.partner"]])");
    values.begin_object()
        .field("name", "Quick2Odoo loader contract")
        .field("model_id", model)
        .field("state", "code")
        .field("code", code)
        .end_object();
    return books().create("ir.actions.server", values.text());
  }
  Answer run(const std::string& records, bool isolate = false, const std::string& mode = "create") const {
    return books().call("ir.actions.server", "run", fill("[[$1]]", {std::to_string(action_)}),
                        fill(R"({"context":{"records":[$1],"mode":"$2","isolate":$3,"module":"$4","lang":"en_US"}})",
                             {records, mode, isolate ? "true" : "false", module_}));
  }
  /// "created,waits": the outcomes in order; or the error.
  static std::string outcomes(const Answer& answer) {
    if (!answer.ok()) return answer.error() + ": " + answer.message();
    std::string text;
    for (const auto& one : answer.result()["results"].items()) text += (text.empty() ? "" : ",") + std::string(one["outcome"].text());
    return text;
  }
  static Id made(const Answer& answer, int at) {
    return static_cast<Id>(answer.result()["results"].at(std::to_string(at) + ".id").decimal()->unscaled());
  }
  static std::string record(const std::string& name, const std::string& model, const std::string& body, bool post = false,
                            const std::string& operation = "create") {
    return fill(R"({"external_id":"$1","model":"$2","operation":"$5","values":$3,"post":$4})",
                {name, model, body, post ? "true" : "false", operation});
  }
  std::string entry(const std::string& name, const std::string& account, const std::string& debit, const std::string& credit) const {
    return record(name, "account.move",
                  fill(R"({"values":{"move_type":"entry","date":"2023-01-01","line_ids":{"lines":[
        {"account_id":$1,"balance":$2,"amount_currency":$2},{"account_id":$1,"balance":-$3,"amount_currency":-$3}]}},"context":{"skip_invoice_sync":true}})",
                       {account, debit, credit}),
                  true);
  }

  Id action_ = 0;
  std::string module_;
};

}  // namespace q2o::sandbox::odoo::contract
