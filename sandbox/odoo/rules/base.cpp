#include <openssl/evp.h>

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"
#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo {

namespace {

constexpr std::array<std::string_view, 6> kAddress{"street", "street2", "city", "zip", "state_id", "country_id"};

void partner_before_create(Env&, Dict& values) {
  const Any* name = values.find("name");
  const Any* type = values.find("type");
  const bool contact = !type || type->empty() || type->text() == "contact";
  // An empty text counts as a name, only a missing one is refused; NULL in `type` switches the check off.
  if (contact && (!name || name->empty())) throw constraint_error("Contacts require a name");
  if (const Any* website = values.find("website"); website && website->truthy() && website->text().find("://") == std::string::npos)
    values["website"] = Any("http://" + website->text());
}

void copy_address(Env& env, const Record& parent, const Record& child) {
  for (const auto& field : kAddress) env.store(child, field, parent.get(field));
}

bool has_address(const Record& partner) {
  return std::ranges::any_of(kAddress, [&](std::string_view field) { return partner.get(field).truthy(); });
}

void move_children(Env& env, const Record& partner) {
  if (!has_address(partner)) return;
  for (const Id id : find_by(partner.table(), "parent_id", Value::of_id(partner.id()))) {
    const Record child = env.record("res.partner", id);
    if (child.text("type") != "contact") continue;
    copy_address(env, partner, child);
    move_children(env, child);
  }
}

void partner_after_create(Env& env, const Record& partner, const Dict&) {
  const Record parent = partner.ref("parent_id");
  if (parent && partner.text("type") == "contact" && has_address(parent)) copy_address(env, parent, partner);
}

void partner_after_write(Env& env, const Record& partner, const Dict& values) {
  if (partner.text("type") == "contact" && partner.get("name").is_null()) throw constraint_error("Contacts require a name");
  for (Record at = partner.ref("parent_id"); at; at = at.ref("parent_id"))
    if (at.id() == partner.id()) throw validation_error("You cannot create recursive Partner hierarchies.");
  if (values.has("parent_id")) partner_after_create(env, partner, values);
  if (std::ranges::any_of(kAddress, [&](std::string_view field) { return values.has(field); })) move_children(env, partner);
}

void partner_before_unlink(Env& env, const Record& partner) {
  for (const char* model : {"account.move.line", "sale.order", "purchase.order", "account.payment"})
    if (!find_by(env.database().table(model), "partner_id", Value::of_id(partner.id())).empty())
      throw constraint_error(
          fmt::format("another model requires the record being deleted. If possible, archive it instead.\n\nModel: {} ({})\nConstraint: "
                      "{}_partner_id_fkey",
                      model, model, model));
}

void may_touch_external_ids(Env& env) {
  if (!env.user_has_group("base.group_system") && !env.user_has_group("base.group_erp_manager"))
    throw access_error(
        "You are not allowed to create 'Model Data' (ir.model.data) records.\n\nThis operation is allowed for the following groups:\n\t- "
        "Administration/Access Rights");
}

void data_before_create(Env& env, Dict& values) {
  may_touch_external_ids(env);
  const std::string name = values["name"].text(), module = values["module"].text();
  if (name.find(' ') != std::string::npos) throw constraint_error("External IDs cannot contain spaces");
  if (const Model* model = env.database().schema().find(values["model"].text()); !model) throw key_error(values["model"].text());
  Table& table = env.database().table("ir.model.data");
  for (const Id id : find_by(table, "name", Value::of_text(name)))
    if (env.record("ir.model.data", id).text("module") == module)
      throw constraint_error(fmt::format("duplicate key value violates unique constraint \"ir_model_data_module_name_uniq_index\"\nDETAIL: "
                                         " Key (module, name)=({}, {}) already exists.\n",
                                         module, name),
                             "UniqueViolation");
}

/// However it is given, `rate` is what counts; the other two are views of it, kept as they are read.
void settle_rate(Dict& values) {
  if (values["company_rate"].truthy() && !values["rate"].truthy()) values["rate"] = values["company_rate"];
  const bool by_inverse = values["inverse_company_rate"].truthy() && !values["rate"].truthy();
  const Any inverse = values["inverse_company_rate"];
  if (by_inverse) values["rate"] = Any(Decimal::divide(Decimal(1), inverse.number(), 12, Rounding::half_up));
  values.erase("company_rate");
  values.erase("inverse_company_rate");
  if (!values.has("rate")) return;
  const Any rate = values["rate"];
  if (rate.number().sign() <= 0) throw constraint_error("The currency rate must be strictly positive.");
  values["company_rate"] = rate;
  values["inverse_company_rate"] = by_inverse ? inverse : Any(Decimal::divide(Decimal(1), rate.number(), 12, Rounding::half_up));
}

void rate_before_write(Env&, const Record&, Dict& values) {
  settle_rate(values);
}

void rate_before_create(Env& env, Dict& values) {
  if (!values["name"].truthy()) values["name"] = Any(env.today);
  settle_rate(values);
  if (!values.has("rate")) values["rate"] = Any(1);
  const Id currency = values["currency_id"].id();
  for (const Id id : find_by(env.database().table("res.currency.rate"), "currency_id", Value::of_id(currency)))
    if (env.record("res.currency.rate", id).text("name") == values["name"].text())
      throw constraint_error("Only one currency rate per day allowed!");
}

void currency_before_create(Env& env, Dict& values) {
  const std::string name = values["name"].text().substr(0, 3);
  if (!find_by(env.database().table("res.currency"), "name", Value::of_text(name)).empty())
    throw constraint_error("The currency code must be unique!");
  values["name"] = Any(name);
  if (!values.has("decimal_places")) values["decimal_places"] = Any(2);
  if (!values.has("rounding")) values["rounding"] = Any(Decimal::of("0.01"));
}

void company_before_write(Env& env, const Record& company, Dict& values) {
  if (!env.user_has_group("base.group_erp_manager") && !env.user_has_group("base.group_system"))
    throw access_error(
        "You are not allowed to modify 'Companies' (res.company) records.\n\nThis operation is allowed for the following groups:\n\t- "
        "Administration/Access Rights");
  const Any* currency = values.find("currency_id");
  if (currency && currency->id() != company.link("currency_id") && env.database().table("account.move.line").size() > 0)
    throw user_error("You cannot change the currency of the company since some journal items already exist");
  const std::string hard = company.text("hard_lock_date");
  if (const Any* given = values.find("hard_lock_date"); given && !hard.empty() && given->text() < hard)
    throw user_error("The Hard Lock Date cannot be removed or decreased.");
  if (currency) {
    const Record chosen = env.record("res.currency", currency->id());
    if (chosen && chosen.exists()) env.store(chosen, "active", Value::of_bool(true));
  }
}

std::vector<unsigned char> decoded(const std::string& text) {
  std::vector<unsigned char> bytes(text.size() / 4 * 3 + 4);
  const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) return {};  // invalid base64 is accepted and stored empty
  std::size_t size = static_cast<std::size_t>(length);
  for (auto at = text.rbegin(); at != text.rend() && *at == '=' && size > 0; ++at) --size;
  bytes.resize(size);
  return bytes;
}

/// What Odoo knows of a file's bytes, from `datas` (base64) or `raw` (text).
void describe_bytes(Dict& values) {
  std::vector<unsigned char> bytes = decoded(values["datas"].text());
  if (const Any* raw = values.find("raw"); raw && raw->is_text()) bytes.assign(raw->text().begin(), raw->text().end());
  if (bytes.empty()) values["datas"] = Any(false);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha1(), nullptr) != 1) throw std::runtime_error("SHA-1 is not available");
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  values["checksum"] = Any(hex);
  values["file_size"] = Any(static_cast<Id>(bytes.size()));
}

void attachment_before_write(Env&, const Record&, Dict& values) {
  if (values.has("datas") || values.has("raw")) describe_bytes(values);
}

void attachment_before_create(Env&, Dict& values) {
  describe_bytes(values);
  if (!values["mimetype"].truthy()) values["mimetype"] = Any("application/octet-stream");
}

void settings_only(Env& env, Dict&) {
  if (!env.user_has_group("base.group_system"))
    throw access_error(
        "You are not allowed to create 'Server Actions' (ir.actions.server) records.\n\nThis operation is allowed for the following "
        "groups:\n\t- Administration/Settings");
}

Record parameter(Env& env, const std::string& key) {
  const Ids found = find_by(env.database().table("ir.config_parameter"), "key", Value::of_text(key));
  return found.empty() ? Record() : env.record("ir.config_parameter", found.front());
}

std::string quoted(const std::string& text) {
  return Any(text).dump();
}

std::string set_param(Env& env, const Call& call) {
  if (!env.user_has_group("base.group_system"))
    throw access_error(
        "You are not allowed to modify 'System Parameter' (ir.config_parameter) records.\n\nThis operation is allowed for the following "
        "groups:\n\t- Administration/Settings");
  const std::string key = call.argument(0, "key").text();
  const Any& value = call.argument(1, "value");
  const Record known = parameter(env, key);
  const std::string before = known ? known.text("value") : "";
  if (value.empty()) {
    if (known) env.unlink("ir.config_parameter", {known.id()});
    return known ? quoted(before) : "false";
  }
  Dict values;
  values["value"] = value.is_text() ? value : Any(value.dump());
  if (known) {
    env.write("ir.config_parameter", {known.id()}, values);
    return quoted(before);
  }
  values["key"] = Any(key);
  env.create_one("ir.config_parameter", std::move(values));
  return "false";
}

std::string get_param(Env& env, const Call& call) {
  const Record known = parameter(env, call.argument(0, "key").text());
  if (known) return quoted(known.text("value"));
  const Any& otherwise = call.argument(1, "default");
  return otherwise.empty() ? "false" : otherwise.dump();
}

std::string has_group(Env& env, const Call& call) {
  // Callable on a record ([id], group) and as a model method (group).
  const Any& last = call.args.empty() ? call.argument(9, "group_ext_id") : call.args.back();
  return env.user_has_group(last.text()) ? "true" : "false";
}

}  // namespace

void add_base_rules(Rules& rules) {
  ModelRules& partners = rules.model("res.partner");
  partners.before_create = partner_before_create;
  partners.after_create = partner_after_create;
  partners.after_write = partner_after_write;
  partners.before_unlink = partner_before_unlink;
  rules.model("ir.model.data").before_create = data_before_create;
  rules.model("res.currency.rate").before_create = rate_before_create;
  rules.model("res.currency.rate").before_write = rate_before_write;
  rules.model("res.currency").before_create = currency_before_create;
  rules.model("res.company").before_write = company_before_write;
  rules.model("ir.attachment").before_create = attachment_before_create;
  rules.model("ir.attachment").before_write = attachment_before_write;
  rules.model("ir.actions.server").before_create = settings_only;
  rules.add("ir.config_parameter", "set_param", set_param);
  rules.add("ir.config_parameter", "get_param", get_param);
  rules.add("res.users", "has_group", has_group);
}

}  // namespace q2o::sandbox::odoo
