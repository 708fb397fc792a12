#pragma once

#include <string>
#include <string_view>

#include "services/validator/domain/books.h"

/// Which changes reach into closed books. The source's closing date closes them, and so do Odoo's lock dates: after go-live they are what
/// protects figures that were handed in, whatever the source has set. A run takes them away while it writes, so they are known from what it
/// noted of them.
namespace q2o::validator {

/// The latest of the lock dates that the run found in Odoo, ISO; empty: there was none, or it had nothing to write.
std::string locked_until(const RunNotes& notes);

/// Before or after the change its date lies in what is locked. Dates are ISO; empty where there is none.
bool reaches_into(std::string_view locked_until, std::string_view before_date, std::string_view after_date);

}  // namespace q2o::validator
