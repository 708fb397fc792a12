#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/result/result.h"

/// A mail as bytes for the mail server: RFC 5322 with MIME. Pure.
namespace q2o::notifier {

struct Letter {
  std::string from_name, from_address;
  std::string to_name, to_address;
  std::string subject, text, html;  ///< UTF-8, line ends "\n"
  std::string message_id;           ///< without the angle brackets; the same at every attempt
  std::string unsubscribe_url;      ///< https; empty: an essential mail
  std::chrono::system_clock::time_point date;
};

/// multipart/alternative, text first, both quoted-printable; lines end with CRLF and have at most 998 bytes. Error invalid_argument
/// (BAD_ADDRESS, BAD_HEADER) when an address is none or a header's value holds a line end: nothing can be smuggled in.
Result<std::string> write_message(const Letter& letter);

/// One "@", a local part and a domain with a dot or "localhost"; no blanks, no controls, no angle brackets, ASCII only.
bool is_address(std::string_view text);
/// RFC 2045, 6.7: lines of at most 76 characters.
std::string quoted_printable(std::string_view text);
/// RFC 2047 where the value is not plain ASCII: encoded words of at most 75 characters, never splitting a UTF-8 character.
std::string header_text(std::string_view value);

}  // namespace q2o::notifier
