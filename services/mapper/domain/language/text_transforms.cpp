#include <fmt/format.h>

#include <array>
#include <cctype>

#include "services/mapper/domain/html.h"
#include "services/mapper/domain/language/transforms.h"

namespace q2o::mapper::language {
namespace {

using Kind = Scalar::Kind;

/// Wraps a function on text: refuses what is neither text nor number, and turns an empty result into nothing.
template <class Change>
Step on_text(Change change) {
  return [change](Scalar& value) -> std::optional<Trouble> {
    if (value.kind != Kind::text && value.kind != Kind::number) {
      return Trouble{"WRONG_TYPE", "A text is expected here", "Look at the record in the source; the field holds something else."};
    }
    std::string result = change(value.text);
    if (result.empty()) {
      value.clear();
    } else {
      value.own(Kind::text, std::move(result));
    }
    return std::nullopt;
  };
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

template <int (*Convert)(int)>
std::string convert(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x80) c = static_cast<char>(Convert(static_cast<unsigned char>(c)));
  }
  return result;
}

std::string cut(std::string_view text, std::size_t characters) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // A byte 10xxxxxx continues a character.
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (seen++ == characters) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

std::string argument(const json::Value& arguments, std::string_view name) {
  return std::string(arguments[name].text());
}

Step bind_trim(const json::Value&, const Tables&) {
  return on_text([](std::string_view text) { return std::string(trimmed(text)); });
}
Step bind_upper(const json::Value&, const Tables&) {
  return on_text(convert<std::toupper>);
}
Step bind_lower(const json::Value&, const Tables&) {
  return on_text(convert<std::tolower>);
}
Step bind_html(const json::Value&, const Tables&) {
  return on_text(html);
}
Step bind_truncate(const json::Value& arguments, const Tables&) {
  const auto characters = static_cast<std::size_t>(std::stoull(argument(arguments, "characters")));
  return on_text([characters](std::string_view text) { return cut(text, characters); });
}
Step bind_prefix(const json::Value& arguments, const Tables&) {
  return on_text([add = argument(arguments, "text")](std::string_view text) { return fmt::format("{}{}", add, text); });
}
Step bind_suffix(const json::Value& arguments, const Tables&) {
  return on_text([add = argument(arguments, "text")](std::string_view text) { return fmt::format("{}{}", text, add); });
}
Step bind_strip_suffix(const json::Value& arguments, const Tables&) {
  return on_text([end = argument(arguments, "text")](std::string_view text) {
    return std::string(text.ends_with(end) ? trimmed(text.substr(0, text.size() - end.size())) : text);
  });
}
Step bind_first_email(const json::Value&, const Tables&) {
  return on_text([](std::string_view text) { return std::string(trimmed(text.substr(0, text.find_first_of(",;")))); });
}
Step bind_more_emails(const json::Value&, const Tables&) {
  return on_text([](std::string_view text) {
    const auto comma = text.find_first_of(",;");
    return comma == std::string_view::npos ? std::string() : std::string(trimmed(text.substr(comma + 1)));
  });
}
Step bind_last_part(const json::Value& arguments, const Tables&) {
  return on_text([separator = argument(arguments, "separator")](std::string_view text) {
    const auto at = text.rfind(separator);
    return std::string(at == std::string_view::npos ? text : text.substr(at + separator.size()));
  });
}
Step bind_letters(const json::Value&, const Tables&) {
  return on_text([](std::string_view text) {
    std::string result;
    for (const char c : text) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) result.push_back(c);
    }
    return result;
  });
}

const std::array<Transform, 12> kTransforms{{
    {"trim", "Cuts blanks and line ends at both ends.", R"({"name": "trim"}: " Net 30 " → "Net 30")", {}, bind_trim},
    {"upper", "Letters A to Z in upper case.", R"({"name": "upper"}: "usd" → "USD")", {}, bind_upper},
    {"lower", "Letters A to Z in lower case.", R"({"name": "lower"}: "US" → "us")", {}, bind_lower},
    {"truncate",
     "Keeps at most so many characters (never half a character).",
     R"({"name": "truncate", "characters": 5}: "Checking" → "Check")",
     {{"characters", Argument::Type::integer, true, "how many stay"}},
     bind_truncate},
    {"prefix",
     "Puts a text in front.",
     R"({"name": "prefix", "text": "Fax: "}: "555" → "Fax: 555")",
     {{"text", Argument::Type::text, true, "what to add"}},
     bind_prefix},
    {"suffix",
     "Puts a text behind.",
     R"({"name": "suffix", "text": " %"}: "8" → "8 %")",
     {{"text", Argument::Type::text, true, "what to add"}},
     bind_suffix},
    {"strip_suffix",
     "Cuts a text at the end where it is there.",
     R"x({"name": "strip_suffix", "text": " (deleted)"}: "Travel (deleted)" → "Travel")x",
     {{"text", Argument::Type::text, true, "what to cut"}},
     bind_strip_suffix},
    {"split_first_email",
     "The first of several e-mail addresses (comma or semicolon).",
     R"({"name": "split_first_email"}: "a@x.test, b@x.test" → "a@x.test")",
     {},
     bind_first_email},
    {"split_more_emails",
     "All e-mail addresses but the first; nothing when there is one.",
     R"({"name": "split_more_emails"}: "a@x.test, b@x.test" → "b@x.test")",
     {},
     bind_more_emails},
    {"last_part",
     "What follows the last separator.",
     R"({"name": "last_part", "separator": ":"}: "Job:Labor" → "Labor")",
     {{"separator", Argument::Type::text, true, "the separator"}},
     bind_last_part},
    {"letters_and_digits",
     "Drops everything that is neither a letter A to Z nor a digit.",
     R"({"name": "letters_and_digits"}: "A-1 b" → "A1b")",
     {},
     bind_letters},
    {"html_escape_lines",
     "Plain text as HTML: escaped, line ends as <br/>.",
     R"({"name": "html_escape_lines"}: "R&D\nBox 4" → "R&amp;D<br/>Box 4")",
     {},
     bind_html},
}};

}  // namespace

std::span<const Transform> text_transforms() {
  return kTransforms;
}

}  // namespace q2o::mapper::language
