#include <fmt/format.h>

#include "services/mapper/domain/builders/document.h"
#include "services/mapper/domain/builders/line_detail.h"

namespace q2o::mapper::builders {
namespace {

std::string leaf(std::string_view path) {
  return std::string(path.substr(path.rfind(':') == std::string_view::npos ? 0 : path.rfind(':') + 1));
}

/// Account of a line that names only an item: what the item says today, to be confirmed by the ledger.
std::string_view account_of_item(const Scope& scope, std::string_view item, bool sales) {
  const auto* found = scope.lookups.find("Item", item);
  if (found == nullptr) return {};
  if (sales) return (*found)["IncomeAccountRef"]["value"].text();
  const bool stocked = (*found)["Type"].text() == "Inventory";
  return (*found)[stocked ? "AssetAccountRef" : "ExpenseAccountRef"]["value"].text();
}

class LineReader {
 public:
  LineReader(const Scope& scope, Document& document) : scope_(scope), document_(document), analytic_(scope) {}

  void read(const json::Value& rows, const std::string& path) {
    document_.lines.reserve(document_.lines.size() + rows.items().size());
    for (std::size_t i = 0; i < rows.items().size(); ++i) read_line(rows.items()[i], below(path, i));
  }

 private:
  void read_line(const json::Value& row, const std::string& field) {
    const auto type = row["DetailType"].text();
    if (type == "SubTotalLineDetail" || type == "TaxLineDetail") return;
    if (type == "DescriptionOnly" || type == "DescriptionLineDetail") return note(row, field);
    if (type == "GroupLineDetail") return group(row, field);
    if (type == "DiscountLineDetail") return discount(row, field);
    if (type == "SalesItemLineDetail" || type == "ItemBasedExpenseLineDetail" || type == "AccountBasedExpenseLineDetail" ||
        type == "ReimburseLineDetail")
      return product(row, row[type], field);
    refuse(field + ".DetailType", type, "UNKNOWN_LINE_TYPE", fmt::format("Lines of type \"{}\" are not known", type),
           "Report it: this kind of line needs a rule before the record can be migrated.");
  }

  void note(const json::Value& row, const std::string& field) {
    const auto amount = Scope::amount_of(row["Amount"], {field, "Amount"});
    if (amount && !amount->is_zero()) {
      refuse(field + ".Amount", row["Amount"].text(), "UNKNOWN_LINE_TYPE", "A description line carries an amount",
             "Open the document in QuickBooks and give the line an item or an account.");
    }
    if (row["Description"].text().empty()) return;
    DocumentLine line;
    line.kind = DocumentLine::Kind::note;
    line.name = row["Description"].text();
    document_.lines.push_back(std::move(line));
  }

  /// Only the children count; the bundle's own amount is their subtotal.
  void group(const json::Value& row, const std::string& field) {
    const auto& detail = row["GroupLineDetail"];
    DocumentLine line;
    line.kind = DocumentLine::Kind::section;
    line.name = detail["GroupItemRef"]["name"].text();
    if (line.name.empty()) line.name = row["Description"].text();
    if (line.name.empty()) line.name = "Bundle";
    document_.lines.push_back(std::move(line));
    read(detail["Line"], field + ".GroupLineDetail.Line");
  }

  void discount(const json::Value& row, const std::string& field) {
    const auto amount = Scope::amount_of(row["Amount"], {field, "Amount"}).value_or(Decimal{});
    if (amount.is_zero()) return;
    DocumentLine line;
    line.amount = -amount;
    line.discount = true;
    line.said_account = row["DiscountLineDetail"]["DiscountAccountRef"]["value"].text();
    line.account_certain = !line.said_account.empty();
    line.name = row["Description"].text().empty() ? std::string("Discount") : std::string(row["Description"].text());
    line.analytic = analytic_.of_line(row["DiscountLineDetail"], field + ".DiscountLineDetail");
    line.field = field;
    document_.lines.push_back(std::move(line));
  }

  void product(const json::Value& row, const json::Value& detail, const std::string& field) {
    DocumentLine line;
    line.field = field;
    line.amount = Scope::amount_of(row["Amount"], {field, "Amount"}).value_or(Decimal{});
    line.quantity = Scope::amount_of(detail["Qty"], {field, "Qty"});
    line.price = Scope::amount_of(detail["UnitPrice"], {field, "UnitPrice"});
    line.tax_code = detail["TaxCodeRef"]["value"].text();
    line.analytic = analytic_.of_line(detail, field);
    const std::string item(detail["ItemRef"]["value"].text());
    const auto own_account = detail[document_.sales ? "ItemAccountRef" : "AccountRef"]["value"].text();
    line.said_account = own_account.empty() ? account_of_item(scope_, item, document_.sales) : own_account;
    line.account_certain = !own_account.empty();
    if (!reserved_item(item) && scope_.referred("Item", item, {field, "ItemRef"}) != nullptr) line.item = item;
    line.name = row["Description"].text();
    if (line.name.empty()) line.name = detail["ItemRef"]["name"].text();
    if (line.name.empty()) line.name = item == "SHIPPING_ITEM_ID" ? std::string("Shipping") : leaf(detail["AccountRef"]["name"].text());
    if (const auto served = detail["ServiceDate"].text().substr(0, 10); !served.empty() && served != document_.date)
      line.name += fmt::format(" [{}]", served);
    if (line.amount.is_zero() && line.item.empty() && line.said_account.empty()) {
      line.kind = DocumentLine::Kind::note;
      if (line.name.empty()) return;
    }
    document_.lines.push_back(std::move(line));
  }

  const Scope& scope_;
  Document& document_;
  const Analytic analytic_;
};

int sign_of(const std::string& move_type) {
  static const std::map<std::string, int> kSigns{{"out_invoice", -1}, {"out_receipt", -1}, {"in_refund", -1},
                                                 {"out_refund", 1},   {"in_invoice", 1},   {"in_receipt", 1}};
  const auto found = kSigns.find(move_type);
  if (found == kSigns.end()) {
    refuse("builder.move_type", move_type, "BAD_CONFIGURATION", fmt::format("\"{}\" is not a kind of document", move_type),
           "Correct move_type in the mapping file; `q2o mapping check` names the place.");
  }
  return found->second;
}

Party party_of(const Scope& scope, bool sales, bool settled) {
  const char* path = sales ? "CustomerRef.value" : "VendorRef.value";
  const std::string who = scope.text_at(path);
  if (who.empty()) {
    if (settled) return {};  // a cash sale may have no customer
    refuse(path, "", "REFERENCE_MISSING", fmt::format("The document names no {}", sales ? "customer" : "vendor"),
           "Open the document in QuickBooks and choose one.");
  }
  const char* entity = sales ? "Customer" : "Vendor";
  scope.required(entity, who, path);
  return {entity, who};
}

/// QuickBooks sets all amounts to 0 and writes it into the note, before or behind what stood there.
bool voided(const Scope& scope, const Document& document) {
  std::string note = scope.text_at("PrivateNote");
  std::transform(note.begin(), note.end(), note.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto nothing = [](const DocumentLine& line) { return line.amount.is_zero(); };
  return document.total.is_zero() && std::all_of(document.lines.begin(), document.lines.end(), nothing) &&
         note.find("voided") != std::string::npos;
}

}  // namespace

Document read_document(const Scope& scope, bool sales) {
  Document document;
  document.sales = sales;
  document.settled = scope.parameter["settled"].truthy();
  document.move_type = scope.parameter_or("move_type", sales ? "out_invoice" : "in_invoice");
  document.sign = document.type_sign = sign_of(document.move_type);
  document.total = scope.amount_at("TotalAmt").value_or(Decimal{});
  document.partner = party_of(scope, sales, document.settled);
  document.date = scope.date_at("TxnDate");
  document.due = document.settled || scope.at("DueDate").is_null() ? document.date : scope.date_at("DueDate");
  document.currency = scope.text_at("CurrencyRef.value");
  if (document.currency.empty()) document.currency = scope.run.home_currency;
  if (document.foreign(scope)) {
    document.rate = scope.amount_at("ExchangeRate").value_or(Decimal{});
    if (document.rate.sign() <= 0)
      refuse("ExchangeRate", scope.text_at("ExchangeRate"), "EXCHANGE_RATE_MISSING",
             "A document in a foreign currency has no exchange rate", "Open the document in QuickBooks and enter its rate.");
  }
  document.number = scope.text_at("DocNumber");
  document.said_liquidity = scope.text_at("DepositToAccountRef.value");
  document.said_paid = document.settled ? document.total : scope.amount_at("Deposit").value_or(Decimal{});
  LineReader(scope, document).read(scope.at("Line"), "Line");
  document.voided = voided(scope, document);
  return document;
}

}  // namespace q2o::mapper::builders
