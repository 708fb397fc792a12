#include "services/identity/edge/http_errors.h"

#include <google/protobuf/util/json_util.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <stdexcept>

#include "common/rpc/rpc.h"

namespace q2o::identity::edge {

int http_status(Code code) {
  switch (code) {
    case Code::invalid_argument:
    case Code::failed_precondition:
      return 400;
    case Code::unauthenticated:
      return 401;
    case Code::permission_denied:
      return 403;
    case Code::not_found:
    case Code::unimplemented:  // the edge's own "there is no such call"
      return 404;
    case Code::already_exists:
    case Code::aborted:
      return 409;
    case Code::resource_exhausted:
      return 429;
    case Code::cancelled:
      return 499;
    case Code::unavailable:
      return 503;
    case Code::deadline_exceeded:
      return 504;
    default:
      return 500;
  }
}

std::string error_json(const Error& error) {
  google::rpc::Status status;
  if (!status.ParseFromString(rpc::to_status(error).error_details())) throw std::logic_error("an error of ours is unreadable");
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(status, &text, options).ok()) throw std::logic_error("an error of ours has no JSON");
  return text;
}

}  // namespace q2o::identity::edge
