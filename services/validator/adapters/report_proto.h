#pragma once

#include "q2o/validator/v1/report.pb.h"
#include "services/validator/app/ports.h"
#include "services/validator/domain/proof.h"

namespace q2o::validator {

v1::Report to_proto(const Proof& proof, const Run& run, const std::string& created_at);
void fill(v1::Line& out, const Line& line);
common::v1::Scope scope_of(const Run& run);

}  // namespace q2o::validator
