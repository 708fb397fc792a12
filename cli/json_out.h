#pragma once

#include <google/protobuf/message.h>

#include <string>

/// Messages as --json prints them: names as in the contract, zeros and empty lists too.
namespace q2o::cli {

std::string json_of(const google::protobuf::Message& message);
void print_json(const google::protobuf::Message& message);

}  // namespace q2o::cli
