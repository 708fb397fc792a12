#pragma once

#include "services/identity/people/app/tools.h"

/// Checks and refusals that several use cases share.
namespace q2o::identity::people {

/// A name that a person typed: at most 200 bytes, no control characters, no address of a page. Error BAD_NAME.
Status good_name(const std::string& text, const char* what);
/// "en" for what is no language tag.
std::string checked_language(const std::string& language);
/// The company that events and notes of a person go to; who is in none has a place of his own.
const std::string& home_of(const PersonRow& person);
tl::unexpected<Error> unknown_link();

}  // namespace q2o::identity::people
