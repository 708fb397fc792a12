#include "cli/json_out.h"

#include <google/protobuf/util/json_util.h>

#include <iostream>
#include <stdexcept>

namespace q2o::cli {

std::string json_of(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) throw std::runtime_error("cannot print as JSON: " + std::string(status.message()));
  return text;
}

void print_json(const google::protobuf::Message& message) {
  std::cout << json_of(message) << '\n';
}

}  // namespace q2o::cli
