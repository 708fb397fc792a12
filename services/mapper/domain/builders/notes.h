#pragma once

#include "services/mapper/domain/builders/expression.h"
#include "services/mapper/domain/builders/scope.h"

namespace q2o::mapper::builders {

/// What the mapping notes beside the record, as an internal message on `record` (a move or payment; of a statement line its move). Adds
/// nothing when there is nothing to note.
void add_note(const Scope& scope, std::vector<Target>& targets, const std::string& record, std::string_view model);
/// The note on the first of `targets` that is a record of its own.
void add_note(const Scope& scope, std::vector<Target>& targets);

}  // namespace q2o::mapper::builders
