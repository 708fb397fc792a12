#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result/result.h"

namespace q2o::notifier {

using Values = std::map<std::string, std::string>;

/// What config/mails/mails.toml says of one mail.
struct MailKind {
  std::string event;
  bool essential = false;        ///< cannot be unsubscribed
  std::set<std::string> roles;   ///< who of the tenant gets it; empty: it has its own recipient
  std::set<std::string> values;  ///< what its templates may name
};
struct RenderedMail {
  std::string subject, text, html;
};

/// Mails as data: mails.toml, and per event <event>.subject, .text and .html in mustache; layout.text and layout.html go around each
/// ({{content}}). In HTML every value is escaped; the triple braces of mustache are for the layouts only. Immutable, thread-safe.
class MailTemplates {
 public:
  /// Error invalid_argument with all complaints: files missing, a name in a template that mails.toml does not list, no valid mustache.
  static Result<MailTemplates> read(const std::string& folder);
  /// Null when there is no mail for the event: it goes to webhooks only.
  const MailKind* kind(std::string_view event) const;
  /// Values that are not given are empty. Line ends in the subject become blanks. Only our own links are links: what people have typed
  /// (names of companies, reasons) is written so that no mail program makes one of it (`unlinked`).
  RenderedMail render(std::string_view event, const Values& values) const;

 private:
  struct Texts {
    std::string subject, text, html;
  };
  std::map<std::string, MailKind, std::less<>> kinds_;
  std::map<std::string, Texts, std::less<>> texts_;
  Texts layout_;
};

/// "evil.example" and "https://…" with a zero-width space behind the mark that mail programs know a link by: reads the same, leads nowhere.
std::string unlinked(std::string_view text);

}  // namespace q2o::notifier
