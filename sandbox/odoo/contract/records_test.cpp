#include <gmock/gmock.h>

#include "sandbox/odoo/contract/target.h"

namespace q2o::sandbox::odoo::contract {

using ::testing::HasSubstr;

class Records : public OdooContract {};

TEST_P(Records, OfAJournalGetACutCodeAndPaymentMethods) {
  const std::string code = fresh_code();
  const Id journal = books().create("account.journal", fill(R"({"name":"$1","code":"$1LONG","type":"bank","default_account_id":$2})",
                                                            {code, std::to_string(account("asset_cash"))}));
  EXPECT_EQ(books().read("account.journal", journal, "code"), code);
  const Answer lines =
      books().call("account.payment.method.line", "search_read",
                   fill(R"([[["journal_id","=",$1]],["name","payment_type","payment_account_id"]])", {std::to_string(journal)}));
  ASSERT_EQ(lines.result().items().size(), 2u);
  EXPECT_EQ(lines.result().at("0.name").text(), "Manual Payment");
  const Answer again = books().call("account.journal", "create", fill(R"([[{"name":"x","code":"$1","type":"general"}]])", {code}));
  EXPECT_EQ(again.error(), "odoo.exceptions.ValidationError");
}

TEST_P(Records, OfAContactCopyTheAddressOfTheParent) {
  const Id parent =
      books().create("res.partner", fill(R"({"name":"$1","is_company":true,"street":"1 Main","city":"Ukiah"})", {fresh("P")}));
  const Id contact =
      books().create("res.partner", fill(R"({"name":"Amy","parent_id":$1,"type":"contact","street":"Other"})", {std::to_string(parent)}));
  const Id other =
      books().create("res.partner", fill(R"({"name":"Bob","parent_id":$1,"type":"other","street":"Own"})", {std::to_string(parent)}));
  EXPECT_EQ(books().read("res.partner", contact, "street"), "1 Main");
  EXPECT_EQ(books().read("res.partner", other, "street"), "Own");
}

TEST_P(Records, OfACompanyShowItsContactAndTellWhatChangesThere) {
  const Id contact = std::stoll(books().read("res.company", 1, "partner_id"));
  const std::string before(books().call("res.company", "read", R"([[1],["phone"]])").result().at("0.phone").raw());
  const auto messages = [&](const char* model, Id id) {
    const auto there = fill(R"([[["model","=","$1"],["res_id","=",$2]]])", {model, std::to_string(id)});
    return std::stoi(std::string(books().call("mail.message", "search_count", there).result().text()));
  };
  const int of_company = messages("res.company", 1), of_contact = messages("res.partner", contact);
  constexpr const char* kSilently = R"({"context":{"tracking_disable":true}})";
  for (const char* change : {R"({"phone":"555 0100"})", R"({"purchase_lock_date":"2001-01-01"})"})
    ASSERT_TRUE(books().call("res.company", "write", fill("[[1],$1]", {change}), kSilently).ok());
  EXPECT_EQ(books().read("res.partner", contact, "phone"), "555 0100");
  EXPECT_EQ(messages("res.company", 1), of_company);
  EXPECT_EQ(messages("res.partner", contact), of_contact);
  for (const auto& change : {fill(R"({"phone":$1})", {before}), std::string(R"({"purchase_lock_date":false})")})
    ASSERT_TRUE(books().call("res.company", "write", fill("[[1],$1]", {change})).ok());
  EXPECT_EQ(messages("res.company", 1), of_company + 2);
  EXPECT_EQ(messages("res.partner", contact), of_contact + 1);
  EXPECT_EQ(books().call("res.company", "read", R"([[1],["phone"]])").result().at("0.phone").raw(), before);
}

TEST_P(Records, OfATaxGetRepartitionLines) {
  const Id tax = books().create("account.tax", fill(R"({"name":"$1","amount":8.123456,"type_tax_use":"sale"})", {fresh("T")}));
  EXPECT_EQ(books().read("account.tax", tax, "amount").substr(0, 4), "8.12");
  EXPECT_EQ(
      books().call("account.tax.repartition.line", "search_count", fill(R"([[["tax_id","=",$1]]])", {std::to_string(tax)})).result().text(),
      "4");
  const std::string name = books().read("account.tax", tax, "name");
  EXPECT_EQ(books().call("account.tax", "create", fill(R"([[{"name":"$1","amount":1,"type_tax_use":"sale"}]])", {name})).error(),
            "odoo.exceptions.ValidationError");
}

TEST_P(Records, OfAProductMakeItsTemplateAndKeepNoTaxes) {
  const Id product = books().create(
      "product.product",
      fill(
          R"({"name":"$1","type":"consu","is_storable":true,"lst_price":2.5,"standard_price":1.75,"taxes_id":[[6,0,[]]],"supplier_taxes_id":[[6,0,[]]]})",
          {fresh("S")}));
  EXPECT_NE(books().read("product.product", product, "product_tmpl_id"), "");
  EXPECT_EQ(books().read("product.product", product, "lst_price"), "2.50");
  EXPECT_EQ(books().read("product.product", product, "taxes_id"), "[]");
  EXPECT_EQ(books().call("product.product", "create", R"([[{"name":"x","type":"product"}]])").error(), "builtins.ValueError");
}

TEST_P(Records, OfAnAttachmentHaveTheChecksumOfTheirBytes) {
  const Id file = books().create("ir.attachment", R"({"name":"a.txt","datas":"aGVsbG8=","mimetype":"text/plain"})");
  EXPECT_EQ(books().read("ir.attachment", file, "checksum"), "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
  EXPECT_EQ(books().read("ir.attachment", file, "file_size"), "5");
  books().call("ir.attachment", "write", fill(R"([[$1],{"datas":"aGVsbG8h"}])", {std::to_string(file)}));
  EXPECT_EQ(books().read("ir.attachment", file, "checksum"), "8f7d88e901a5ad3a05d8cc0de93313fd76028f8c");
  EXPECT_EQ(books().read("ir.attachment", file, "datas"), "aGVsbG8h");
}

TEST_P(Records, LoseTheirExternalIdWhenDeleted) {
  const Id id = partner();
  const std::string name = fresh("xid");
  books().create("ir.model.data",
                 fill(R"({"module":"q2ot","name":"$1","model":"res.partner","res_id":$2,"noupdate":true})", {name, std::to_string(id)}));
  EXPECT_EQ(books().xmlid("q2ot." + name) != 0, true);
  books().call("res.partner", "unlink", fill("[[$1]]", {std::to_string(id)}));
  EXPECT_EQ(books().find("ir.model.data", fill(R"([["module","=","q2ot"],["name","=","$1"]])", {name})), 0);
}

TEST_P(Records, AreCountedPerModelAndGroupedByMonth) {
  const std::string income = std::to_string(account("income")), other = std::to_string(account("asset_current"));
  for (const char* date : {"2023-01-15", "2023-01-31", "2023-02-01"}) {
    const Id id = books().create(
        "account.move",
        fill(R"({"move_type":"entry","date":"$3","line_ids":[[0,0,{"account_id":$1,"credit":10.5}],[0,0,{"account_id":$2,"debit":10.5}]]})",
             {income, other, date}));
    post("account.move", id);
  }
  const Answer months =
      books().call("account.move.line", "read_group",
                   fill(R"([[["account_id","=",$1],["parent_state","=","posted"]],["balance:sum"],["account_id","date:month"]])", {income}),
                   R"({"lazy":false})");
  ASSERT_TRUE(months.ok()) << months.message();
  ASSERT_EQ(months.result().items().size(), 2u);
  EXPECT_EQ(months.result().at("0.date:month").text(), "January 2023");
  EXPECT_EQ(months.result().at("0.balance").decimal().value(), Decimal::of("-21.0"));
  EXPECT_EQ(months.result().at("0.__range.date:month.from").text(), "2023-01-01");
  EXPECT_EQ(months.result().at("0.__range.date:month.to").text(), "2023-02-01");
  EXPECT_EQ(months.result().at("1.__count").text(), "1");
  const Answer types = books().call(
      "account.move.line", "read_group",
      fill(R"([[["account_id.account_type","=","income"],["account_id","=",$1]],["account_id:count_distinct"],["parent_state"]])",
           {income}),
      R"({"lazy":false})");
  EXPECT_EQ(types.result().at("0.account_id").text(), "1");
}

TEST_P(Records, ReadEmptyFieldsAsFalseAndLinksAsPairs) {
  const Id id = partner();
  const Answer read =
      books().call("res.partner", "read",
                   fill(R"([[$1],["name","street","parent_id","category_id","customer_rank","country_id"]])", {std::to_string(id)}));
  EXPECT_EQ(read.result().at("0.street").text(), "false");
  EXPECT_EQ(read.result().at("0.parent_id").text(), "false");
  EXPECT_EQ(read.result().at("0.customer_rank").text(), "0");
  EXPECT_TRUE(read.result().at("0.category_id").is_array());
  books().call("res.partner", "write", fill(R"([[$1],{"country_id":$2}])", {std::to_string(id), std::to_string(books().xmlid("base.us"))}));
  EXPECT_EQ(
      books().call("res.partner", "read", fill(R"([[$1],["country_id"]])", {std::to_string(id)})).result().at("0.country_id.1").text(),
      "United States");
}

TEST_P(Records, AreFoundByDomainsOfAllKinds) {
  const std::string name = fresh("Dom");
  for (const char* city : {"Alpha", "Beta", "Gamma"}) books().create("res.partner", fill(R"({"name":"$1 $2","city":"$2"})", {name, city}));
  const auto count = [&](const std::string& domain) {
    return std::string(books().call("res.partner", "search_count", "[" + domain + "]").result().text());
  };
  const std::string ours = fill(R"(["name","like","$1"])", {name});
  EXPECT_EQ(count("[" + ours + "]"), "3");
  EXPECT_EQ(count("[" + ours + R"(,"|",["city","=","Alpha"],["city","=","Beta"]])"), "2");
  EXPECT_EQ(count("[" + ours + R"(,"!",["city","=ilike","ALPHA"]])"), "2");
  EXPECT_EQ(count("[" + ours + R"(,["city","not in",["Alpha"]]])"), "2");
  EXPECT_EQ(count("[" + ours + R"(,["country_id","=",false]])"), "3");
  EXPECT_EQ(count("[" + ours + R"(,["city",">","Alpha"],["city","<=","Beta"]])"), "1");
  const Answer sorted = books().call("res.partner", "search_read", "[[" + ours + R"(],["city"],1,1,"city desc"])");
  EXPECT_EQ(sorted.result().at("0.city").text(), "Beta");
}

/// As the proof reads: by the ids that follow the last one.
TEST_P(Records, AreReadPageByPage) {
  const std::string name = fresh("Page");
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.push_back(std::to_string(books().create("res.partner", fill(R"({"name":"$1","city":"P"})", {name}))));
  std::vector<std::string> read;
  for (std::string last = "0"; read.size() < 10;) {
    const Answer page =
        books().call("res.partner", "search_read",
                     fill(R"([[["name","=","$1"],["city","in",["P","Q"]],["id",">",$2]],["city"],0,2,"id"])", {name, last}));
    if (page.result().items().empty()) break;
    for (const auto& row : page.result().items()) read.emplace_back(row["id"].text());
    last = read.back();
  }
  EXPECT_EQ(read, made);
  EXPECT_EQ(books().call("res.partner", "search_count", fill(R"([[["name","=","$1"],["id",">=",$2]]])", {name, made[3]})).result().text(),
            "2");
}

TEST_P(Records, RightsCanBeAskedFor) {
  EXPECT_EQ(books().call("res.partner", "has_access", R"([[],"write"])").result().text(), "true");
  EXPECT_EQ(books().call("account.bank.statement.line", "has_access", R"([[],"create"])").result().text(), "false");
  EXPECT_EQ(books().call("res.users", "has_group", R"([[2],"base.group_system"])").result().text(), "true");
  EXPECT_EQ(books().call("res.users", "has_group", R"([[2],"account.group_account_basic"])").result().text(), "false");
}

TEST_P(Records, PrecisionDecidesHowManyDigitsOfAPriceAreKept) {
  const Id precision = books().find("decimal.precision", R"([["name","=","Product Price"]])");
  const auto keep = [&](const char* digits) {
    books().call("decimal.precision", "write", fill(R"([[$1],{"digits":$2}])", {std::to_string(precision), digits}));
  };
  keep("2");
  const Id coarse = books().create("product.product", fill(R"({"name":"$1","standard_price":1.2345})", {fresh("P")}));
  keep("6");
  const Id fine = books().create("product.product", fill(R"({"name":"$1","list_price":1.234567})", {fresh("P")}));
  const Answer price = books().call("product.product", "read", fill(R"([[$1],["list_price"]])", {std::to_string(fine)}));
  EXPECT_EQ(price.result().at("0.list_price").decimal().value(), Decimal::of("1.234567"));
  keep("2");
  EXPECT_NE(coarse, 0);
}

INSTANTIATE_TEST_SUITE_P(Odoo, Records, ::testing::Values("simulator", "real"), [](const auto& one) { return one.param; });

}  // namespace q2o::sandbox::odoo::contract
