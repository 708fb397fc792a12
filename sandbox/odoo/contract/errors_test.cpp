#include <gmock/gmock.h>

#include "sandbox/odoo/contract/target.h"

// Errors to the letter: class and the part of the message that does not change between versions and languages.
namespace q2o::sandbox::odoo::contract {

namespace {

using ::testing::HasSubstr;

struct Refusal {
  const char *model, *method, *args, *error, *message;
};

const Refusal kRefusals[]{
    {"res.partner", "_compute_display_name", "[[1]]", "odoo.exceptions.AccessError", "Private methods"},
    {"res.nope", "search", "[[]]", "odoo.exceptions.UserError", "Object res.nope doesn't exist"},
    {"res.partner", "nope", "[]", "builtins.AttributeError", "The method 'res.partner.nope' does not exist"},
    {"res.partner", "create", R"([[{"name":"A","nope":1}]])", "builtins.ValueError", "Invalid field 'nope' on model 'res.partner'"},
    {"res.partner", "search_read", R"([[],["nope"]])", "builtins.ValueError", "Invalid field 'nope' on model 'res.partner'"},
    {"res.partner", "search", R"([[["nope","=",1]]])", "builtins.ValueError", "Invalid field res.partner.nope in leaf ('nope', '=', 1)"},
    {"account.payment.term", "create", R"([[{"note":"x"}]])", "odoo.exceptions.ValidationError", "(name)"},
    {"account.account", "create", R"([[{"code":"ZZZZ","name":"X","account_type":"zzz"}]])", "builtins.ValueError",
     "Wrong value for account.account.internal_group: 'zzz'"},
    {"res.partner", "create", R"([[{"email":"x"}]])", "odoo.exceptions.ValidationError", "Contacts require a name"},
    {"hr.employee", "create", R"([[{"work_email":"x"}]])", "builtins.KeyError", "name"},
    {"res.partner", "create", R"([[{"name":"a\u0000b"}]])", "builtins.ValueError",
     "A string literal cannot contain NUL (0x00) characters."},
    {"res.partner", "create", R"([[{"name":"A","country_id":99999999}]])", "odoo.exceptions.ValidationError",
     "res_partner_country_id_fkey"},
    {"res.partner", "create", R"([[{"name":"A","parent_id":99999999}]])", "odoo.exceptions.MissingError", "res.partner(99999999,)"},
    {"res.partner", "create", R"([[{"name":"A","country_id":"abc"}]])", "psycopg2.errors.InvalidTextRepresentation",
     "invalid input syntax for type integer: \"abc\""},
    {"res.partner", "create", R"([[{"name":"A","type":"zzz"}]])", "builtins.ValueError", "Wrong value for res.partner.type: 'zzz'"},
    {"account.move", "create", R"([[{"date":"2020-13-45"}]])", "builtins.ValueError",
     "time data '2020-13-45' does not match format '%Y-%m-%d'"},
    {"product.category", "write", R"([[99999999],{"name":"x"}])", "odoo.exceptions.MissingError",
     "Record does not exist or has been deleted."},
    {"res.currency", "create", R"([[{"name":"USD","symbol":"$"}]])", "odoo.exceptions.ValidationError",
     "The currency code must be unique!"},
    {"account.account", "create", R"([[{"code":"101402","name":"X","account_type":"income"}]])", "odoo.exceptions.ValidationError",
     "Account codes must be unique. You can't create accounts with these duplicate codes: 101402"},
    {"account.account", "create", R"([[{"code":"a-b","name":"X","account_type":"income"}]])", "odoo.exceptions.ValidationError",
     "alphanumeric"},
    {"account.account", "create", R"([[{"name":"X","account_type":"income"}]])", "odoo.exceptions.ValidationError", "The code must be set"},
    {"account.account", "create", R"([[{"code":"QEQU","name":"X","account_type":"equity_unaffected"}]])", "odoo.exceptions.ValidationError",
     ""},
    {"ir.model.data", "create", R"([[{"module":"base","name":"main_company","model":"res.company","res_id":1}]])",
     "odoo.exceptions.ValidationError", "ir_model_data_module_name_uniq_index"},
    {"account.move", "create", R"([[{"move_type":"entry","state":"posted"}]])", "odoo.exceptions.UserError",
     "You cannot create a move already in the posted state"},
    {"account.analytic.plan", "search_read", R"([[],["name"]])", "odoo.exceptions.AccessError", "account.analytic.plan"},
    {"account.bank.statement.line", "create", R"([[{"journal_id":6,"payment_ref":"x","amount":1}]])", "odoo.exceptions.AccessError",
     "account.bank.statement.line"},
};

}  // namespace

class Refusals : public OdooContract {};

TEST_P(Refusals, HaveOdoosClassAndWords) {
  for (const Refusal& wanted : kRefusals) {
    const Answer answer = books().call(wanted.model, wanted.method, wanted.args);
    SCOPED_TRACE(std::string(wanted.model) + "." + wanted.method + wanted.args);
    EXPECT_FALSE(answer.ok()) << answer.result().raw();
    EXPECT_EQ(answer.error(), wanted.error) << answer.message();
    EXPECT_THAT(answer.message(), HasSubstr(wanted.message));
  }
}

TEST_P(Refusals, OfTheServiceItself) {
  EXPECT_EQ(books().service("nope", "x", "[]").error(), "builtins.KeyError");
  const Answer version = books().service("common", "version", "[]");
  EXPECT_EQ(version.result()["server_serie"].text(), "18.0");
  const std::string wrong = fill(R"(["$1","admin","wrong",{}])", {books().database()});
  EXPECT_EQ(books().service("common", "authenticate", wrong).result().text(), "false");
  EXPECT_EQ(books().service("object", "execute_kw", fill(R"(["$1",2,"wrong","res.partner","search",[[]]])", {books().database()})).error(),
            "odoo.exceptions.AccessDenied");
  EXPECT_EQ(books().service("object", "execute_kw", R"(["nodb",2,"x","res.partner","search",[[]]])").error(), "psycopg2.OperationalError");
}

TEST_P(Refusals, LeaveNothingBehind) {
  const std::string name = fresh("Atomic");
  const Answer answer = books().call("res.partner", "create", fill(R"([[{"name":"$1"},{"email":"x"}]])", {name}));
  EXPECT_FALSE(answer.ok());
  EXPECT_EQ(books().find("res.partner", fill(R"([["name","=","$1"]])", {name})), 0);
}

TEST_P(Refusals, DoNotComeFromReadingADeletedRecord) {
  const Id id = partner();
  EXPECT_TRUE(books().call("res.partner", "unlink", fill("[[$1]]", {std::to_string(id)})).ok());
  const Answer answer = books().call("res.partner", "read", fill(R"([[$1],["name"]])", {std::to_string(id)}));
  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(answer.result().items().size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Odoo, Refusals, ::testing::Values("simulator", "real"), [](const auto& one) { return one.param; });

}  // namespace q2o::sandbox::odoo::contract
