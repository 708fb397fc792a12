#pragma once

#include "services/validator/domain/books.h"

/// What a person has to know for the next bank reconciliation: every movement is a statement line in Odoo, whether the source had cleared
/// it or not. Told, never a difference.
namespace q2o::validator {

/// Of books with a first day: what was found before they were cut, because a cheque of before still comes on a statement of after.
Clearing clearing_of(const SourceBooks& source);

}  // namespace q2o::validator
