#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace q2o::sandbox::mail {

/// A message as a mail program shows it. Header names are lower case, values unfolded and decoded (RFC 2047).
struct Message {
  std::map<std::string, std::string> headers;
  std::string text, html;
  std::vector<std::string> links;  ///< of the text part, else of the HTML part; each once, in their order
};

/// Reads RFC 5322 with MIME: multipart of any depth, quoted-printable, base64. What is broken is read as far as it goes.
Message read_message(std::string_view raw);

std::string quoted_printable_decoded(std::string_view text);
std::string base64_decoded(std::string_view text);
/// "=?UTF-8?B?…?=" and "=?UTF-8?Q?…?=".
std::string words_decoded(std::string_view value);

}  // namespace q2o::sandbox::mail
