#include "services/mapper/domain/html.h"

namespace q2o::mapper {

std::string html(std::string_view plain) {
  std::string result;
  for (const char c : plain) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '\r':
        break;
      case '\n':
        result += "<br/>";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace q2o::mapper
