#pragma once

#include <string>

#include "q2o/billing/v1/payments.pb.h"

namespace q2o::billing::payments {

/// What an operator has to settle about a payment, and how; empty: nothing. Follows from the payment alone.
std::string problem_of(const v1::Payment& payment);

}  // namespace q2o::billing::payments
