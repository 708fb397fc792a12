#include "sandbox/company/company.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace q2o::sandbox {
namespace {

Result<std::string> read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(Code::not_found, fmt::format("cannot read {}", path.string()), "COMPANY_FILE_MISSING",
                "A company folder has entities/<Entity>.json and ledger.json.");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Result<Node> read_json(const std::filesystem::path& path) {
  auto text = read_text(path);
  if (!text) return fail(text.error());
  auto node = Node::parse(std::move(*text));
  if (!node) {
    node.error().message = path.string() + ": " + node.error().message;
    return fail(node.error());
  }
  return node;
}

/// Writes a list element by element: the text of a large company is never whole in memory. Indented by `margin`.
template <class List, class MakeNode>
Status write_list(const std::filesystem::path& path, const std::string& open, const std::string& margin, const std::string& close,
                  const List& list, const MakeNode& make_node) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << open;
  bool first = true;
  for (const auto& element : list) {
    out << (first ? "\n" : ",\n") << margin;
    first = false;
    for (const char c : make_node(element).dump(1)) {
      out.put(c);
      if (c == '\n') out << margin;
    }
  }
  if (!first) out << '\n';
  out << (first ? close.substr(close.find(']')) : close) << '\n';
  out.flush();
  if (!out) return fail(Code::unavailable, fmt::format("cannot write {}", path.string()), "COMPANY_FILE_WRITE");
  return {};
}

Posting posting_of(const Node& node) {
  Posting out;
  out.account_id = node["account_id"].text();
  out.account_name = node["account_name"].text();
  out.amount = node["amount"].decimal();
  out.name_id = node["name_id"].text();
  out.name_type = node["name_type"].text();
  out.name = node["name"].text();
  out.memo = node["memo"].text();
  out.split_id = node["split_id"].text();
  out.split_name = node["split_name"].text();
  out.seq = static_cast<int>(node["seq"].decimal().unscaled());
  out.blank = node["blank"].truthy();
  out.currency = node["currency"].text();
  out.foreign = node["foreign"].decimal();
  return out;
}

Transaction transaction_of(const Node& node) {
  Transaction out{node["txn_id"].text(), node["txn_type"].text(), node["entity"].text(), node["date"].text(), node["doc_number"].text(), {},
                  node["rate"].text()};
  for (const auto& line : node["lines"].items()) out.lines.push_back(posting_of(line));
  return out;
}

Node node_of(const Posting& line) {
  auto out = Node::object({{"account_id", line.account_id},
                           {"account_name", line.account_name},
                           {"amount", line.amount.to_string(2)},
                           {"name_id", line.name_id},
                           {"name_type", line.name_type},
                           {"name", line.name},
                           {"memo", line.memo},
                           {"split_id", line.split_id},
                           {"split_name", line.split_name},
                           {"seq", line.seq}});
  if (line.blank) out.set("blank", true);
  if (!line.currency.empty()) out.set("currency", line.currency).set("foreign", line.foreign.to_string(2));
  return out;
}

Node node_of(const Transaction& transaction) {
  auto lines = Node::array();
  for (const auto& line : transaction.lines) lines.push(node_of(line));
  auto out = Node::object({{"txn_id", transaction.txn_id},
                           {"txn_type", transaction.txn_type},
                           {"entity", transaction.entity.empty() ? Node{} : Node{transaction.entity}},
                           {"date", transaction.date},
                           {"doc_number", transaction.doc_number},
                           {"lines", std::move(lines)}});
  if (!transaction.rate.empty()) out.set("rate", transaction.rate);
  return out;
}

Node node_of(const Cases& cases) {
  auto out = Node::object();
  for (const auto& [name, records] : cases) {
    auto list = Node::array();
    for (const auto& record : records)
      list.push(Node::object({{"entity", record.entity.empty() ? Node{} : Node{record.entity}}, {"id", record.id}}));
    out.set(name, std::move(list));
  }
  return out;
}

Cases cases_of(const Node& node) {
  Cases out;
  for (const auto& [name, records] : node.members())
    for (const auto& record : records.items()) out[name].push_back({record["entity"].text(), record["id"].text()});
  return out;
}

Status save_files(const Company& company, const std::filesystem::path& folder) {
  std::error_code error;
  if (company.files.empty()) return {};
  std::filesystem::create_directories(folder, error);
  for (const auto& [id, bytes] : company.files) {
    std::ofstream out(folder / id, std::ios::binary | std::ios::trunc);
    out << bytes << std::flush;
    if (!out) return fail(Code::unavailable, fmt::format("cannot write {}", (folder / id).string()), "COMPANY_FILE_WRITE");
  }
  return {};
}

}  // namespace

const std::string& object_id(const Node& object) {
  if (object.has("Id")) return object["Id"].text();
  const auto& members = object.members();
  static const Node none;
  return (members.empty() ? none : members.front().value["Id"]).text();
}

const std::vector<Node>& Company::of(std::string_view entity) const {
  static const std::vector<Node> none;
  const auto it = entities.find(entity);
  return it == entities.end() ? none : it->second;
}

const Node* Company::find(std::string_view entity, std::string_view id) const {
  for (const auto& object : of(entity))
    if (object_id(object) == id) return &object;
  return nullptr;
}

std::string Company::name() const {
  return of("CompanyInfo").empty() ? "" : of("CompanyInfo").front()["CompanyName"].text();
}

std::string Company::home_currency() const {
  return of("Preferences").empty() ? "" : of("Preferences").front().at("CurrencyPrefs.HomeCurrency.value").text();
}

std::string Company::first_date() const {
  const auto it = std::min_element(ledger.begin(), ledger.end(), [](const auto& a, const auto& b) { return a.date < b.date; });
  return it == ledger.end() ? "" : it->date;
}

std::string Company::last_date() const {
  const auto it = std::max_element(ledger.begin(), ledger.end(), [](const auto& a, const auto& b) { return a.date < b.date; });
  return it == ledger.end() ? "" : it->date;
}

std::string Company::realm_id() const {
  std::uint64_t hash = 1469598103934665603u;  // FNV-1a: any well-mixed, stable function would do
  for (const char c : name()) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return fmt::format("934145{:010}", hash % 10'000'000'000u);
}

Result<Company> load_company(const std::filesystem::path& folder) {
  Company out;
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "entities", error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  if (error) return fail(Code::not_found, fmt::format("{} is no company folder: {}", folder.string(), error.message()), "COMPANY_FOLDER");
  for (const auto& file : files) {
    auto node = read_json(file);
    if (!node) return fail(node.error());
    for (const auto& member : node->members()) out.entities[member.key] = member.value.items();
  }
  auto ledger = read_json(folder / "ledger.json");
  if (!ledger) return fail(ledger.error());
  for (const auto& transaction : ledger->items()) out.ledger.push_back(transaction_of(transaction));
  for (const auto& entry : std::filesystem::directory_iterator(folder / "files", error)) {
    auto bytes = read_text(entry.path());
    if (!bytes) return fail(bytes.error());
    out.files[entry.path().filename().string()] = std::move(*bytes);
  }
  if (std::filesystem::exists(folder / "cases.json")) {
    const auto cases = read_json(folder / "cases.json");
    if (!cases) return fail(cases.error());
    out.cases = cases_of(*cases);
  }
  for (const auto* needed : {"Account", "CompanyInfo", "Preferences"})
    if (out.of(needed).empty())
      return fail(Code::invalid_argument, fmt::format("{}: entities/{}.json has no object", folder.string(), needed), "COMPANY_INCOMPLETE");
  return out;
}

Status save_company(const Company& company, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder / "entities", error);
  if (error) return fail(Code::unavailable, fmt::format("cannot make {}: {}", folder.string(), error.message()), "COMPANY_FILE_WRITE");
  for (const auto& [entity, objects] : company.entities) {
    if (auto written = write_list(folder / "entities" / (entity + ".json"), "{\n \"" + entity + "\": [", "  ", " ]\n}", objects,
                                  [](const Node& object) -> const Node& { return object; });
        !written)
      return written;
  }
  if (auto written = save_files(company, folder / "files"); !written) return written;
  if (company.cases) {
    std::ofstream out(folder / "cases.json", std::ios::binary | std::ios::trunc);
    out << node_of(*company.cases).dump(1) << '\n';
    out.flush();
    if (!out) return fail(Code::unavailable, fmt::format("cannot write {}", (folder / "cases.json").string()), "COMPANY_FILE_WRITE");
  }
  return write_list(folder / "ledger.json", "[", " ", "]", company.ledger,
                    [](const Transaction& transaction) { return node_of(transaction); });
}

}  // namespace q2o::sandbox
