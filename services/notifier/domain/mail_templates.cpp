#include "services/notifier/domain/mail_templates.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <kainjow/mustache.hpp>
#include <optional>
#include <regex>
#include <sstream>

namespace q2o::notifier {
namespace {

namespace mustache = kainjow::mustache;

/// Every template may name these: the recipient, the foot of the mail, where we are.
const std::set<std::string> kCommon{"name", "address", "home", "unsubscribe"};

std::optional<std::string> content_of(const std::string& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

std::set<std::string> strings(const toml::node_view<const toml::node> list) {
  std::set<std::string> out;
  if (const auto* array = list.as_array(); array != nullptr)
    for (const auto& item : *array) out.insert(item.value_or<std::string>(""));
  return out;
}

/// What is wrong with one template, in words.
void check(const std::string& name, const std::string& text, const std::set<std::string>& known, bool layout,
           std::vector<std::string>& out) {
  if (!mustache::mustache(text).is_valid()) out.push_back(name + " is no valid mustache template");
  static const std::regex tag(R"(\{\{(\{?)\s*([#^/&>!=]?)\s*([^}\s]*)\s*\}?\}\})");
  for (std::sregex_iterator at(text.begin(), text.end(), tag), end; at != end; ++at) {
    const std::string unescaped = (*at)[1], sign = (*at)[2], word = (*at)[3];
    if (!layout && (!unescaped.empty() || (!sign.empty() && sign != "#" && sign != "^" && sign != "/")))
      out.push_back(fmt::format("{}: {} is not allowed here, values are always escaped", name, (*at)[0].str()));
    else if (!known.contains(word))
      out.push_back(fmt::format("{} names '{}', which mails.toml does not list", name, word));
  }
}

/// Made by us, or an address of a person. The content of a layout was filled before.
const std::set<std::string> kAsTheyAre{"link", "home", "unsubscribe", "address", "invited_by", "content"};

std::string filled(const std::string& text, const Values& values, bool html) {
  mustache::mustache page(text);
  if (!html) page.set_custom_escape([](const std::string& plain) { return plain; });
  mustache::data data;
  for (const auto& [name, value] : values) {
    if (value.empty())
      data.set(name, mustache::data(false));  // sections {{#x}} are for values that are there
    else
      data.set(name, kAsTheyAre.contains(name) ? value : unlinked(value));
  }
  return page.render(data);
}

}  // namespace

std::string unlinked(std::string_view text) {
  constexpr std::string_view kBreak = "\u200b";
  const auto part_of_name = [](unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80 || c == '-'; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (i == 0 || i + 1 == text.size()) continue;
    const auto before = static_cast<unsigned char>(text[i - 1]), after = static_cast<unsigned char>(text[i + 1]);
    const bool dot =
        text[i] == '.' && part_of_name(before) && part_of_name(after) && !(std::isdigit(before) != 0 && std::isdigit(after) != 0);
    if (dot || text.substr(i).starts_with("://")) out += kBreak;
  }
  return out;
}

Result<MailTemplates> MailTemplates::read(const std::string& folder) {
  MailTemplates out;
  std::vector<std::string> wrong;
  const auto file = [&](const std::string& name) {
    auto text = content_of(folder + "/" + name);
    if (!text) wrong.push_back(name + " is missing");
    return text.value_or("");
  };
  try {
    const auto list = toml::parse_file(folder + "/mails.toml");
    const auto* mails = list["mail"].as_array();
    if (mails == nullptr) wrong.emplace_back("mails.toml has no [[mail]]");
    for (const auto& entry : mails == nullptr ? toml::array() : *mails) {
      const auto mail = toml::node_view<const toml::node>(entry);
      MailKind kind{mail["event"].value_or<std::string>(""), mail["essential"].value_or(false), strings(mail["roles"]),
                    strings(mail["values"])};
      if (kind.event.empty()) {
        wrong.emplace_back("a [[mail]] of mails.toml has no event");
        continue;
      }
      auto known = kCommon;
      known.insert(kind.values.begin(), kind.values.end());
      Texts texts{file(kind.event + ".subject"), file(kind.event + ".text"), file(kind.event + ".html")};
      check(kind.event + ".subject", texts.subject, known, false, wrong);
      check(kind.event + ".text", texts.text, known, false, wrong);
      check(kind.event + ".html", texts.html, known, false, wrong);
      out.texts_.emplace(kind.event, std::move(texts));
      out.kinds_.emplace(kind.event, std::move(kind));
    }
  } catch (const toml::parse_error& problem) {
    wrong.push_back(fmt::format("mails.toml, line {}: {}", problem.source().begin.line, problem.description()));
  }
  out.layout_ = {"", file("layout.text"), file("layout.html")};
  auto known = kCommon;
  known.insert({"content", "subject"});
  check("layout.text", out.layout_.text, known, true, wrong);
  check("layout.html", out.layout_.html, known, true, wrong);
  if (wrong.empty()) return out;
  return fail(Code::invalid_argument, fmt::format("{}: {}", folder, fmt::join(wrong, "; ")), "MAIL_TEMPLATES",
              "config/mails/mails.toml says in its head what a mail needs.");
}

const MailKind* MailTemplates::kind(std::string_view event) const {
  const auto found = kinds_.find(event);
  return found == kinds_.end() ? nullptr : &found->second;
}

RenderedMail MailTemplates::render(std::string_view event, const Values& values) const {
  const auto& texts = texts_.find(event)->second;
  auto all = values;
  RenderedMail out;
  out.subject = filled(texts.subject, all, false);
  while (!out.subject.empty() && (out.subject.back() == '\n' || out.subject.back() == ' ')) out.subject.pop_back();
  std::ranges::replace_if(out.subject, [](unsigned char c) { return c < 0x20; }, ' ');
  all["subject"] = out.subject;
  all["content"] = filled(texts.text, all, false);
  out.text = filled(layout_.text, all, false);
  all["content"] = filled(texts.html, values, true);
  out.html = filled(layout_.html, all, true);
  return out;
}

}  // namespace q2o::notifier
